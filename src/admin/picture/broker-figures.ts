import type { BrokerImage, ClusterImage, PartitionImage } from '../../metadata/image.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { BrokerFigures, Latency, OwnFigures } from '../contract/picture.ts';
import type { Answers } from './question.ts';

/** Since when each broker is in its state, as far as somebody saw it come into it. */
export type StatesSince = (nodeId: number, state: BrokerFigures['state']) => number | null;

/** Whether a broker's process is there, as far as the cluster knows. */
export function isLive(broker: BrokerImage | undefined, { suspicions }: ClusterImage): boolean {
  if (broker === undefined || !broker.live) return false;
  return suspicions.get(broker.nodeId)?.epoch !== broker.epoch;
}

/** The state of a broker in the console's words. */
export function brokerState(broker: BrokerImage, image: ClusterImage): BrokerFigures['state'] {
  if (!isLive(broker, image)) return 'down';
  if (broker.stopping) return 'stopping';
  return broker.fenced ? 'fenced' : 'up';
}

/** All registered brokers, in the order of their node ids. */
export function brokerFigures(
  image: ClusterImage,
  answers: Answers,
  stateSince: StatesSince,
): BrokerFigures[] {
  const counts = countReplicas(image);
  const brokers = [...image.brokers.values()].toSorted((a, b) => a.nodeId - b.nodeId);
  return brokers.map((broker) => {
    const { nodeId, rack, listeners } = broker;
    const state = brokerState(broker, image);
    const answer = answers.get(nodeId);
    const { host = '', port = 0 } = listeners[0] ?? {};
    return {
      nodeId,
      host,
      port,
      rack,
      state,
      stateSinceMs: stateSince(nodeId, state),
      figures: answer === undefined ? null : ownFigures(answer.figures),
      reachable: answer !== undefined,
      ...(counts.get(nodeId) ?? noReplicas),
    };
  });
}

type ReplicaCounts = Pick<BrokerFigures, 'leaders' | 'replicas' | 'notInSync'>;
const noReplicas: ReplicaCounts = { leaders: 0, replicas: 0, notInSync: 0 };

function countReplicas(image: ClusterImage): ReadonlyMap<number, ReplicaCounts> {
  const counts = new Map<number, { leaders: number; replicas: number; notInSync: number }>();
  const of = (nodeId: number) => {
    const known = counts.get(nodeId) ?? { ...noReplicas };
    counts.set(nodeId, known);
    return known;
  };
  const add = ({ leader, replicas, isr }: PartitionImage): void => {
    for (const nodeId of replicas) {
      const count = of(nodeId);
      count.replicas++;
      if (leader === nodeId) count.leaders++;
      if (!isr.includes(nodeId)) count.notInSync++;
    }
  };
  for (const { partitions, filtered } of image.topicsByName.values()) {
    // Those of a filtered topic are its source's.
    if (filtered === undefined) for (const partition of partitions) add(partition);
  }
  return counts;
}

/** So much within a window, for each second. */
export function perSecond(count: number, windowMs: number): number {
  return windowMs <= 0 ? 0 : (count * 1000) / windowMs;
}

/** Null for what the wire has -1 for. */
export function known(value: number): number | null {
  return value < 0 ? null : value;
}

/** What a broker answered of itself. */
function ownFigures(figures: BrokerFiguresResponse): OwnFigures {
  const { windowMs } = figures;
  return {
    startedMs: figures.startedMs,
    version: figures.version,
    bytesInPerSecond: perSecond(figures.bytesIn, windowMs),
    bytesOutPerSecond: perSecond(figures.bytesOut, windowMs),
    messagesInPerSecond: perSecond(figures.messagesIn, windowMs),
    requestsPerSecond: perSecond(figures.requests, windowMs),
    connections: figures.connections,
    rssBytes: Math.max(0, figures.rssBytes),
    heapUsedBytes: Math.max(0, figures.heapUsedBytes),
    latency: { produce: latencyOf('Produce', figures), fetch: latencyOf('Fetch', figures) },
    logDirs: figures.logDirs.map(({ path, online, usedBytes, freeBytes, totalBytes }) => ({
      path,
      online,
      usedBytes,
      freeBytes: known(freeBytes),
      totalBytes: known(totalBytes),
    })),
  };
}

function latencyOf(name: string, { latencies }: BrokerFiguresResponse): Latency | null {
  const found = latencies.find(({ api }) => api === name);
  if (found === undefined) return null;
  const { p50Micros, p99Micros, count } = found;
  return { p50Ms: p50Micros / 1000, p99Ms: p99Micros / 1000, count };
}

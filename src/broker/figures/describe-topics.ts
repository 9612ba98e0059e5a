import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { Partition } from '../../replication/partition.ts';

type TopicAnswer = BrokerFiguresResponse['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

/** Which topics are told of. */
export interface WantedTopics {
  /** By all means. */
  readonly topics: readonly string[];
  /** With these, how many in all. */
  readonly topicsMax: number;
}

/** What this broker leads of a topic. */
interface LedTopic {
  readonly name: string;
  readonly partitions: Partition[];
  activeBytes: number;
}

/** What is told of the partitions that are led here: of those that are wanted, then of the busiest. */
export function describeTopics(
  wanted: WantedTopics,
  partitions: Iterable<Partition>,
  options: { readonly nowMs: number; readonly isInternal: (topic: string) => boolean },
): { readonly topics: TopicAnswer[]; readonly topicsActive: number } {
  const led = topicsOf(partitions);
  const asked = new Set(wanted.topics);
  const rankOf = ({ name }: LedTopic): number => {
    if (asked.has(name)) return 0;
    return options.isInternal(name) ? 2 : 1;
  };
  led.sort(
    (a, b) => rankOf(a) - rankOf(b) || b.activeBytes - a.activeBytes || (a.name < b.name ? -1 : 1),
  );
  const shown = led.slice(0, Math.max(asked.size, wanted.topicsMax));
  return {
    topics: shown.map((topic) => describeTopic(topic, options.nowMs)),
    topicsActive: led.filter(({ activeBytes }) => activeBytes > 0).length,
  };
}

function topicsOf(partitions: Iterable<Partition>): LedTopic[] {
  const byName = new Map<string, LedTopic>();
  for (const partition of partitions) {
    if (partition.leaderState === undefined) continue;
    const { topic: name } = partition;
    const topic = byName.get(name) ?? { name, partitions: [], activeBytes: 0 };
    byName.set(name, topic);
    topic.partitions.push(partition);
    const { traffic } = partition.figures;
    if (!traffic.isActive) continue;
    const { bytesIn, bytesOut } = traffic.recent();
    topic.activeBytes += bytesIn + bytesOut;
  }
  return [...byName.values()];
}

function describeTopic({ name, partitions }: LedTopic, nowMs: number): TopicAnswer {
  return {
    topic: name,
    topicId: partitions[0]?.log.topicId ?? '',
    partitions: partitions.map((partition) => describePartition(partition, nowMs)),
  };
}

function describePartition(partition: Partition, nowMs: number): PartitionAnswer {
  const { log, index, highWatermark, figures } = partition;
  const followers = [...(partition.leaderState?.followers() ?? [])];
  return {
    partition: index,
    logStartOffset: log.logStartOffset,
    highWatermark,
    logEndOffset: log.writtenEndOffset,
    sizeBytes: log.sizeBytes,
    ...figures.traffic.recent(),
    followers: followers.map(({ nodeId, logEndOffset }) => ({
      nodeId,
      lag: logEndOffset < 0 ? -1 : Math.max(0, log.writtenEndOffset - logEndOffset),
    })),
    readers: figures.readers.all().map(({ clientId, clientHost, lastFetchMs }) => ({
      clientId,
      clientHost,
      agoMs: Math.max(0, Math.round(nowMs - lastFetchMs)),
    })),
  };
}

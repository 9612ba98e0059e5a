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
export interface LedTopic {
  readonly name: string;
  readonly partitions: Partition[];
  activeBytes: number;
}

/** What is told of the partitions that are led here: of those that are wanted, then of the busiest. */
export function describeTopics(
  wanted: WantedTopics,
  led: readonly LedTopic[],
  options: { readonly nowMs: number; readonly isInternal: (topic: string) => boolean },
): { readonly topics: TopicAnswer[]; readonly topicsActive: number } {
  const shown = choose(led, wanted, options.isInternal);
  return {
    topics: shown.map((topic) => describeTopic(topic, options.nowMs)),
    topicsActive: led.filter(({ activeBytes }) => activeBytes > 0).length,
  };
}

/** Without an order among all of them: there may be ten thousand, and this is asked every second. */
function choose(
  led: readonly LedTopic[],
  wanted: WantedTopics,
  isInternal: (topic: string) => boolean,
): LedTopic[] {
  const asked = new Set(wanted.topics);
  const [first, active, idle, internal]: [LedTopic[], LedTopic[], LedTopic[], LedTopic[]] = [
    [],
    [],
    [],
    [],
  ];
  for (const topic of led) {
    if (asked.has(topic.name)) first.push(topic);
    else if (isInternal(topic.name)) internal.push(topic);
    else if (topic.activeBytes > 0) active.push(topic);
    else if (idle.length < wanted.topicsMax) idle.push(topic);
  }
  active.sort((a, b) => b.activeBytes - a.activeBytes);
  const room = Math.max(asked.size, wanted.topicsMax);
  return [...first, ...active, ...idle, ...internal].slice(0, room);
}

/** What is led here of each topic, in no order. */
export function ledTopics(partitions: Iterable<Partition>): LedTopic[] {
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
    partitions: partitions
      // Others may lead since.
      .filter(({ leaderState }) => leaderState !== undefined)
      .map((partition) => describePartition(partition, nowMs)),
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
    readers: figures.readers.all().map(({ lastFetchMs, ...reader }) => ({
      ...reader,
      agoMs: Math.max(0, Math.round(nowMs - lastFetchMs)),
    })),
  };
}

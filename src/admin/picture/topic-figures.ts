import type { TopicImage } from '../../metadata/image.ts';
import type { PartitionFigures, TopicFigures } from '../contract/picture.ts';
import { perSecond } from './broker-figures.ts';
import type { Logs } from './logs.ts';

/** What a filtered topic asks, and of which topic; null for any other. */
export function questionOf(filtered: TopicImage['filtered']): TopicFigures['filtered'] {
  if (filtered === undefined) return null;
  return { sourceTopic: filtered.sourceTopic, filter: filtered.filter };
}

/** A topic as the console draws it. */
export function topicFigures(topic: TopicImage, logs: Logs): TopicFigures {
  const { name, id, internal, filtered } = topic;
  return {
    name,
    id,
    internal,
    filtered: questionOf(filtered),
    partitions: partitionFigures(topic, logs),
  };
}

/** Its partitions. Those of a filtered topic have no size and no writers of their own. */
export function partitionFigures(topic: TopicImage, logs: Logs): PartitionFigures[] {
  const isFiltered = topic.filtered !== undefined;
  return logs.of(topic).map(({ image, told }) => {
    const { index, leader, leaderEpoch, replicas, isr } = image;
    const windowMs = isFiltered ? 0 : (told?.answer.figures.windowMs ?? 0);
    const log = told?.partition;
    return {
      index,
      leader,
      leaderEpoch,
      replicas,
      isr,
      logStartOffset: log?.logStartOffset ?? null,
      highWatermark: log?.highWatermark ?? null,
      logEndOffset: log?.logEndOffset ?? null,
      sizeBytes: isFiltered ? null : (log?.sizeBytes ?? null),
      messagesPerSecond: perSecond(log?.messagesIn ?? 0, windowMs),
      bytesPerSecond: perSecond(log?.bytesIn ?? 0, windowMs),
      followerLag: Object.fromEntries(
        (log?.followers ?? []).flatMap(({ nodeId, lag }) => (lag < 0 ? [] : [[nodeId, lag]])),
      ),
    };
  });
}

/** What is written to a topic. */
export function busyness({ partitions }: TopicFigures): number {
  return partitions.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0);
}

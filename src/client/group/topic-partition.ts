/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition as text, which no other partition has. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** `items` by their topics, in the order in which these come first. */
export function byTopic<T extends TopicPartition>(
  items: Iterable<T>,
): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(items, ({ topic }) => topic);
}

/** By topic, then by partition. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}

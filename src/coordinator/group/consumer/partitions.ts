/** Sets of partitions, and how records and requests write them. */

/** Partitions by topic id. No set is empty. */
export type Partitions = ReadonlyMap<string, ReadonlySet<number>>;

/**
 * Partitions by topic id, each with the member epoch in which its owner was given it (KIP-1251). No map is
 * empty.
 */
export type OwnedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Partitions of a topic, as requests and records have them. */
export interface TopicPartitions {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

/** No partitions. */
export const noPartitions: Partitions = new Map();
/** No partitions that somebody owns. */
export const ownsNothing: OwnedPartitions = new Map();

/** From a record or a request, in which a topic may stand more than once. */
export function partitionsOf(topics: readonly TopicPartitions[]): Partitions {
  const all = new Map<string, Set<number>>();
  for (const { topicId, partitions } of topics) {
    if (partitions.length === 0) continue;
    const known = all.get(topicId);
    if (known === undefined) all.set(topicId, new Set(partitions));
    else for (const partition of partitions) known.add(partition);
  }
  return all;
}

/** Of owned partitions or a plain set, with the partitions of each topic in order. */
export function topicPartitionsOf(
  partitions: Partitions | OwnedPartitions,
): { topicId: string; partitions: number[] }[] {
  const topics: { topicId: string; partitions: number[] }[] = [];
  for (const [topicId, ofTopic] of partitions) {
    topics.push({ topicId, partitions: ascending(ofTopic.keys()) });
  }
  return topics;
}

/** Numbers from the smallest to the largest. */
export function ascending(numbers: Iterable<number>): number[] {
  return Array.from(numbers).toSorted((a, b) => a - b);
}

/** Whether both have the same partitions. */
export function samePartitions(a: Partitions, b: Partitions): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [topicId, ofA] of a) {
    const ofB = b.get(topicId);
    if (ofB === undefined || ofA.size !== ofB.size) return false;
    for (const partition of ofA) if (!ofB.has(partition)) return false;
  }
  return true;
}

/** Whether both have the same partitions, given in the same epochs. */
export function sameOwned(a: OwnedPartitions, b: OwnedPartitions): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [topicId, ofA] of a) {
    const ofB = b.get(topicId);
    if (ofB === undefined || ofA.size !== ofB.size) return false;
    for (const [partition, epoch] of ofA) if (ofB.get(partition) !== epoch) return false;
  }
  return true;
}

/**
 * The assignor `range`: of each topic the members that subscribe to it get consecutive partitions, in the
 * order of their instance ids, then of their member ids. Where topics have equally many partitions and the
 * same subscribers, a member gets the same numbers of all of them, so that they can be joined.
 */
import type { Partitions } from '../partitions.ts';
import type { AssignedGroup, AssignedMember } from './assignor.ts';

/** What is left of a topic while its members are walked. */
interface TopicShares {
  readonly partitionCount: number;
  readonly least: number;
  /** Members that get one more than `least`. */
  extra: number;
  next: number;
}

/** Assigns by ranges. */
export function assignRange({ members, partitionCount }: AssignedGroup): Map<string, Partitions> {
  const shares = new Map<string, TopicShares>();
  for (const [topicId, subscribers] of subscriberCounts(members)) {
    const count = partitionCount(topicId);
    const least = Math.floor(count / subscribers);
    shares.set(topicId, { partitionCount: count, least, extra: count % subscribers, next: 0 });
  }
  const targets = new Map<string, Partitions>();
  for (const { memberId, topicIds } of members.toSorted(byIdentity)) {
    const target = new Map<string, ReadonlySet<number>>();
    for (const topicId of topicIds) {
      const topic = shares.get(topicId);
      const range = topic === undefined ? [] : nextRange(topic);
      if (range.length > 0) target.set(topicId, new Set(range));
    }
    targets.set(memberId, target);
  }
  return targets;
}

function subscriberCounts(members: readonly AssignedMember[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { topicIds } of members) {
    for (const topicId of topicIds) counts.set(topicId, (counts.get(topicId) ?? 0) + 1);
  }
  return counts;
}

function nextRange(topic: TopicShares): number[] {
  const size = topic.least + (topic.extra > 0 ? 1 : 0);
  if (topic.extra > 0) topic.extra--;
  const start = topic.next;
  topic.next += size;
  return Array.from({ length: size }, (_, index) => start + index);
}

/** Static members first, by their instance ids, so that their ranges outlive a restart; then the others. */
function byIdentity(a: AssignedMember, b: AssignedMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId);
  if (a.instanceId !== null) return -1;
  if (b.instanceId !== null) return 1;
  return compare(a.memberId, b.memberId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

import type { GroupAssignment, SubscribedMember } from './assignor.ts';
import { comparePartitions, partitionKey, type TopicPartition } from './topic-partition.ts';

/** A member while partitions are shared out. */
interface Share {
  readonly memberId: string;
  readonly topics: ReadonlySet<string>;
  readonly partitions: TopicPartition[];
}

/**
 * Shares partitions evenly and moves as few as it can: what members own stays with them, what nobody owns goes
 * to who has the least, and then those with two more than another give up some. What is to move is given to
 * nobody as long as its owner has it: it gives it up, the group rebalances again, and it is free (KIP-429).
 */
export function assignSticky(
  members: readonly SubscribedMember[],
  partitionCounts: ReadonlyMap<string, number>,
): GroupAssignment {
  const owners = ownersOf(members, partitionCounts);
  const shares = members.map(({ memberId, topics }) => ({
    memberId,
    topics: new Set(topics),
    partitions: [...owners.values()]
      .filter((owner) => owner.memberId === memberId)
      .map(({ item }) => item)
      .toSorted(comparePartitions),
  }));
  for (const [topic, count] of partitionCounts) {
    for (let partition = 0; partition < count; partition++) {
      const item = { topic, partition };
      if (!owners.has(partitionKey(item))) leastOf(shares, topic)?.partitions.push(item);
    }
  }
  balance(shares);
  return new Map(
    shares.map(({ memberId, partitions }) => [
      memberId,
      partitions.filter((item) => {
        const owner = owners.get(partitionKey(item));
        return owner === undefined || owner.memberId === memberId;
      }),
    ]),
  );
}

interface Owner {
  readonly memberId: string;
  readonly generationId: number;
  readonly item: TopicPartition;
}

/**
 * Who owns which partition that there is and that it still subscribes to. Of several claims that of the newest
 * generation holds; of two of the same generation none does, since one of them is wrong.
 */
function ownersOf(
  members: readonly SubscribedMember[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  const disputed = new Map<string, number>();
  for (const { memberId, generationId, topics, owned } of members) {
    const subscribed = new Set(topics);
    for (const item of owned) {
      const exists = item.partition < (partitionCounts.get(item.topic) ?? 0);
      if (!exists || !subscribed.has(item.topic)) continue;
      const key = partitionKey(item);
      const other = owners.get(key);
      if (other === undefined || other.generationId < generationId) {
        owners.set(key, { memberId, generationId, item });
      } else if (other.generationId === generationId && other.memberId !== memberId) {
        disputed.set(key, generationId);
      }
    }
  }
  for (const [key, generationId] of disputed) {
    if (owners.get(key)?.generationId === generationId) owners.delete(key);
  }
  return owners;
}

/** The member with the fewest partitions of those that read the topic. */
function leastOf(shares: readonly Share[], topic: string): Share | undefined {
  let least: Share | undefined;
  for (const share of shares) {
    if (!share.topics.has(topic)) continue;
    if (least === undefined || share.partitions.length < least.partitions.length) least = share;
  }
  return least;
}

/** Each move makes the sum of the squares of the shares' sizes smaller, so that this ends. */
function balance(shares: readonly Share[]): void {
  for (let move = nextMove(shares); move !== undefined; move = nextMove(shares)) {
    const { from, to, index } = move;
    to.partitions.push(...from.partitions.splice(index, 1));
  }
}

interface Move {
  readonly from: Share;
  readonly to: Share;
  readonly index: number;
}

/** A partition of a member that has two more than another who could read it. */
function nextMove(shares: readonly Share[]): Move | undefined {
  const ascending = shares.toSorted((a, b) => a.partitions.length - b.partitions.length);
  for (const from of ascending.toReversed()) {
    for (const to of ascending) {
      if (from.partitions.length - to.partitions.length < 2) break;
      const index = from.partitions.findLastIndex(({ topic }) => to.topics.has(topic));
      if (index !== -1) return { from, to, index };
    }
  }
  return undefined;
}

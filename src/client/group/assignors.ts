import { must } from '../../util/assert.ts';
import type { Assignor, GroupAssignment, SubscribedMember } from './assignor.ts';
import { assignSticky } from './sticky-assignor.ts';
import { comparePartitions, type TopicPartition } from './topic-partition.ts';

/**
 * The assignors by their names in the protocol. `RoundRobinAssigner` is what kafkajs calls the only one it
 * brings: who offers it can join a group of such members.
 */
const assignors = {
  range: { name: 'range', isCooperative: false, assign: assignRange },
  roundrobin: { name: 'roundrobin', isCooperative: false, assign: assignRoundRobin },
  'cooperative-sticky': {
    name: 'cooperative-sticky',
    isCooperative: true,
    assign: assignSticky,
  },
  RoundRobinAssigner: {
    name: 'RoundRobinAssigner',
    isCooperative: false,
    assign: assignRoundRobin,
  },
} as const satisfies Record<string, Assignor>;
/** What an assignor is called. */
export type AssignorName = keyof typeof assignors;

/** The names of all assignors. */
export const assignorNames = Object.keys(assignors) as readonly AssignorName[];

/** The assignor of this name. */
export function assignorNamed(name: AssignorName): Assignor {
  return assignors[name];
}

/** Of each topic each of its members gets a run of partitions; the first ones one more where it does not come out even. */
function assignRange(
  members: readonly SubscribedMember[],
  partitionCounts: ReadonlyMap<string, number>,
): GroupAssignment {
  const shares = emptyShares(members);
  for (const [topic, count] of partitionCounts) {
    const readers = inOrder(members).filter(({ topics }) => topics.includes(topic));
    for (let partition = 0; partition < count && readers.length > 0; partition++) {
      // The member whose run this partition lies in.
      const least = Math.floor(count / readers.length);
      const longer = count % readers.length;
      const inLonger = longer * (least + 1);
      const index =
        partition < inLonger
          ? Math.floor(partition / (least + 1))
          : longer + Math.floor((partition - inLonger) / least);
      must(shares.get(must(readers[index]).memberId)).push({ topic, partition });
    }
  }
  return shares;
}

/** All partitions are dealt out to the members in turn; who has not subscribed to a topic is passed over. */
function assignRoundRobin(
  members: readonly SubscribedMember[],
  partitionCounts: ReadonlyMap<string, number>,
): GroupAssignment {
  const shares = emptyShares(members);
  const ordered = inOrder(members).map(({ memberId, topics }) => ({
    memberId,
    topics: new Set(topics),
  }));
  const partitions = [...partitionCounts].flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
  let turn = 0;
  for (const item of partitions.toSorted(comparePartitions)) {
    for (let passed = 0; passed < ordered.length; passed++) {
      const member = must(ordered[turn]);
      turn = (turn + 1) % ordered.length;
      if (!member.topics.has(item.topic)) continue;
      must(shares.get(member.memberId)).push(item);
      break;
    }
  }
  return shares;
}

function emptyShares(members: readonly SubscribedMember[]): Map<string, TopicPartition[]> {
  return new Map(members.map(({ memberId }) => [memberId, []]));
}

/** Static members first, by their instance ids, so that a restart does not change their places. */
function inOrder(members: readonly SubscribedMember[]): readonly SubscribedMember[] {
  const keyOf = ({ instanceId, memberId }: SubscribedMember): string =>
    instanceId === null ? `1${memberId}` : `0${instanceId}`;
  return members.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

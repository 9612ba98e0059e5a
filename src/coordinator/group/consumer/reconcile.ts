/** How a member comes from what it owns to what it shall own, so that no partition ever has two owners. */
import { isReconciledTo, memberStates } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { ownsNothing } from './partitions.ts';
import type { OwnedPartitions, Partitions, TopicPartitions } from './partitions.ts';

/** What the next step of a member depends on. */
export interface ReconciliationInput {
  readonly targetEpoch: number;
  readonly target: Partitions;
  /** Topics that the member subscribes to; asked for when they matter. */
  readonly subscribedTopicIds: () => ReadonlySet<string>;
  /** Whether the subscription is another than in the heartbeat before. */
  readonly subscriptionChanged: boolean;
  /** What the member says that it owns; null where it does not say. */
  readonly owned: readonly TopicPartitions[] | null;
  readonly ownerOf: (topicId: string, partition: number) => string | undefined;
}

/**
 * Where a member stands next:
 *
 * - It keeps what it owns and shall own, in its epoch, until it has given up the rest (`unrevokedPartitions`):
 *   it has when a heartbeat does not name the rest among what it owns.
 * - Then it enters the target's epoch and gets those partitions that nobody owns. It waits for the others
 *   (`unreleasedPartitions`), or has all that it shall have (`stable`).
 *
 * The same member is given back where nothing is to be done. Undefined: its state is one that is not known
 * here, and it has to join again without any partitions.
 */
export function reconciled(
  member: ConsumerMember,
  input: ReconciliationInput,
): ConsumerMember | undefined {
  if (!input.subscriptionChanged && isReconciledTo(member, input.targetEpoch)) return member;
  switch (member.state) {
    case memberStates.stable: {
      if (member.memberEpoch !== input.targetEpoch) return towardsTarget(member, input);
      return withoutUnsubscribed(member, input);
    }
    case memberStates.unrevokedPartitions: {
      if (!stillOwns(input.owned, member.pendingRevocation)) return towardsTarget(member, input);
      return input.subscriptionChanged ? withoutUnsubscribed(member, input) : member;
    }
    case memberStates.unreleasedPartitions:
      return towardsTarget(member, input);
    default: {
      if (input.owned === null || input.owned.length > 0) return undefined;
      return towardsTarget({ ...member, memberEpoch: input.targetEpoch }, input);
    }
  }
}

/** Whether a member says that it owns one of these partitions; what it does not say it may own. */
function stillOwns(owned: readonly TopicPartitions[] | null, partitions: OwnedPartitions): boolean {
  if (partitions.size === 0) return false;
  if (owned === null) return true;
  return owned.some(({ topicId, partitions: ofTopic }) => {
    const asked = partitions.get(topicId);
    return asked !== undefined && ofTopic.some((partition) => asked.has(partition));
  });
}

/** Takes from a member the topics to which it does not subscribe any more, in its present epoch. */
function withoutUnsubscribed(member: ConsumerMember, input: ReconciliationInput): ConsumerMember {
  const subscribed = input.subscribedTopicIds();
  const assigned = new Map(member.assigned);
  const revoked = new Map(member.pendingRevocation);
  for (const [topicId, ofTopic] of member.assigned) {
    if (subscribed.has(topicId)) continue;
    assigned.delete(topicId);
    revoked.set(topicId, new Map([...(revoked.get(topicId) ?? []), ...ofTopic]));
  }
  if (assigned.size === member.assigned.size) return member;
  const next = { ...member, previousMemberEpoch: member.memberEpoch, assigned };
  return stillOwns(input.owned, revoked)
    ? { ...next, state: memberStates.unrevokedPartitions, pendingRevocation: revoked }
    : next;
}

function towardsTarget(member: ConsumerMember, input: ReconciliationInput): ConsumerMember {
  const steps = compared(member, input);
  if (stillOwns(input.owned, steps.surplus)) {
    return {
      ...member,
      previousMemberEpoch: member.memberEpoch,
      state: memberStates.unrevokedPartitions,
      assigned: steps.kept,
      pendingRevocation: steps.surplus,
    };
  }
  return {
    ...member,
    memberEpoch: input.targetEpoch,
    previousMemberEpoch: member.memberEpoch,
    state: steps.mustWait ? memberStates.unreleasedPartitions : memberStates.stable,
    assigned: steps.keptAndFree,
    pendingRevocation: ownsNothing,
  };
}

interface Comparison {
  /** What the member owns and shall own. */
  readonly kept: OwnedPartitions;
  /** What it owns and shall not own. */
  readonly surplus: OwnedPartitions;
  /** `kept`, and what it shall own and nobody else owns. */
  readonly keptAndFree: OwnedPartitions;
  /** Whether somebody else owns a partition that it shall own. */
  readonly mustWait: boolean;
}

function compared(member: ConsumerMember, input: ReconciliationInput): Comparison {
  const subscribed = input.subscribedTopicIds();
  const kept = new Map<string, ReadonlyMap<number, number>>();
  const surplus = new Map<string, ReadonlyMap<number, number>>();
  const keptAndFree = new Map<string, ReadonlyMap<number, number>>();
  let mustWait = false;
  for (const topicId of new Set([...input.target.keys(), ...member.assigned.keys()])) {
    const target = subscribed.has(topicId) ? input.target.get(topicId) : undefined;
    const keptOfTopic = new Map<number, number>();
    const surplusOfTopic = new Map<number, number>();
    for (const [partition, epoch] of member.assigned.get(topicId) ?? []) {
      (target?.has(partition) === true ? keptOfTopic : surplusOfTopic).set(partition, epoch);
    }
    const freeOfTopic = new Map(keptOfTopic);
    for (const partition of target ?? []) {
      if (keptOfTopic.has(partition)) continue;
      const owner = input.ownerOf(topicId, partition);
      if (owner === undefined || owner === member.memberId) {
        freeOfTopic.set(partition, input.targetEpoch);
      } else mustWait = true;
    }
    if (keptOfTopic.size > 0) kept.set(topicId, keptOfTopic);
    if (surplusOfTopic.size > 0) surplus.set(topicId, surplusOfTopic);
    if (freeOfTopic.size > 0) keptAndFree.set(topicId, freeOfTopic);
  }
  return { kept, surplus, keptAndFree, mustWait };
}

/** Who sends a heartbeat, and whether it may. */
import { newMember, staticLeaveEpoch } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { GroupView } from './group-view.ts';
import type { GroupDraft } from './group-draft.ts';
import type { OwnedPartitions, TopicPartitions } from './partitions.ts';
import { refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** What a request says of who sends it. */
export interface Sender {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** 0 for one that joins. */
  readonly memberEpoch: number;
  readonly owned: readonly TopicPartitions[] | null;
  /** A classic member; its generation is checked elsewhere. */
  readonly isClassic: boolean;
}

/**
 * The member that sends a request, or a new one for who joins. A static member that comes back gets what
 * the one before had, which is taken out of the group.
 */
export function findMember(draft: GroupDraft, sender: Sender): ConsumerMember | Refusal {
  const { memberId, instanceId } = sender;
  if (instanceId !== null) return findStaticMember(draft, sender, instanceId);
  const member = draft.member(memberId);
  if (member === undefined) {
    return sender.memberEpoch === 0 ? newMember(memberId) : unknownMember(draft, memberId);
  }
  return checkEpoch(member, sender) ?? member;
}

function findStaticMember(
  draft: GroupDraft,
  sender: Sender,
  instanceId: string,
): ConsumerMember | Refusal {
  const { memberId, memberEpoch, isClassic } = sender;
  const known = draft.staticMember(instanceId);
  if (memberEpoch !== 0) {
    if (known === undefined) return unknownInstance(instanceId);
    return fencedInstance(known, memberId, instanceId) ?? checkEpoch(known, sender) ?? known;
  }
  if (known === undefined) return draft.member(memberId) ?? newMember(memberId);
  // A member of the consumer protocol frees its instance id by leaving; a classic one is just replaced.
  if (!isClassic && known.classic === null && known.memberEpoch !== staticLeaveEpoch) {
    return refuse(
      'UNRELEASED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the ` +
        `instance id is owned by ${known.memberId} member.`,
    );
  }
  return replaceMember(draft, known, memberId);
}

function replaceMember(
  draft: GroupDraft,
  before: ConsumerMember,
  memberId: string,
): ConsumerMember {
  const after = { ...before, memberId, memberEpoch: 0, previousMemberEpoch: 0 };
  const target = draft.target(before.memberId);
  draft.removeMember(before.memberId);
  draft.putMetadata(after);
  draft.putTarget(memberId, target);
  draft.putAssignment(after);
  return after;
}

function checkEpoch(
  member: ConsumerMember,
  { memberEpoch, owned, isClassic }: Sender,
): Refusal | undefined {
  if (isClassic || memberEpoch === 0 || memberEpoch === member.memberEpoch) return undefined;
  if (memberEpoch > member.memberEpoch) return fenced(memberEpoch, member, 'greater');
  // The answer that told the new epoch may be lost; then the member owns nothing that it may not own.
  const missedOne =
    memberEpoch === member.previousMemberEpoch && ownsAtMost(owned, member.assigned);
  return missedOne ? undefined : fenced(memberEpoch, member, 'smaller');
}

function ownsAtMost(owned: readonly TopicPartitions[] | null, assigned: OwnedPartitions): boolean {
  return (
    owned?.every(({ topicId, partitions }) => {
      const ofTopic = assigned.get(topicId);
      return ofTopic !== undefined && partitions.every((partition) => ofTopic.has(partition));
    }) === true
  );
}

function fenced(memberEpoch: number, member: ConsumerMember, order: string): Refusal {
  return refuse(
    'FENCED_MEMBER_EPOCH',
    `The consumer group member has a ${order} member epoch (${memberEpoch}) than the one known by the ` +
      `group coordinator (${member.memberEpoch}). The member must abandon all its partitions and rejoin.`,
  );
}

/** There is no such member. */
export function unknownMember(group: GroupView, memberId: string): Refusal {
  return refuse(
    'UNKNOWN_MEMBER_ID',
    `Member ${memberId} is not a member of group ${group.groupId}.`,
  );
}

/** There is no member with this instance id. */
export function unknownInstance(instanceId: string): Refusal {
  return refuse('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`);
}

/** The instance id belongs to another member. */
export function fencedInstance(
  known: ConsumerMember,
  memberId: string,
  instanceId: string,
): Refusal | undefined {
  if (known.memberId === memberId) return undefined;
  return refuse(
    'FENCED_INSTANCE_ID',
    `Static member ${memberId} with instance id ${instanceId} was fenced by member ${known.memberId}.`,
  );
}

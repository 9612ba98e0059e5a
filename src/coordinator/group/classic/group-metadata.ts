import type { GroupMetadataValue } from '../../../protocol/messages/group-metadata-record.ts';
import type { GroupRecord } from '../group-records.ts';
import { ClassicGroup } from './classic-group.ts';
import { metadataOf, newMember } from './classic-member.ts';
import type { ClassicMember } from './classic-member.ts';

type MemberValue = GroupMetadataValue['members'][number];

/** What is written of a group as its generation is complete: it with its members, who have these assignments. */
export function groupMetadataRecord(
  group: ClassicGroup,
  members: Iterable<ClassicMember>,
  assignmentOf: (member: ClassicMember) => Uint8Array,
  leader: string | null = group.leaderId ?? null,
): GroupRecord {
  return {
    type: 'groupMetadata',
    key: { group: group.groupId },
    value: {
      protocolType: group.protocolType ?? '',
      generation: group.generationId,
      protocol: group.protocolName ?? null,
      leader,
      currentStateTimestamp: group.stateSinceMs ?? -1,
      members: Array.from(members, (member) =>
        memberValue(member, metadataOf(member, group.protocolName), assignmentOf(member)),
      ),
    },
  };
}

/** What is written of a group that a first client wants to join. */
export function newGroupRecord(group: ClassicGroup): GroupRecord {
  return groupMetadataRecord(group, [], ({ assignment }) => assignment);
}

function memberValue(
  member: ClassicMember,
  subscription: Uint8Array,
  assignment: Uint8Array,
): MemberValue {
  const { memberId, groupInstanceId, clientId, clientHost, details } = member;
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    rebalanceTimeout: details.rebalanceTimeoutMs,
    sessionTimeout: details.sessionTimeoutMs,
    subscription,
    assignment,
  };
}

/** The group as the log has it. */
export function restoredGroup(groupId: string, value: GroupMetadataValue): ClassicGroup {
  const { currentStateTimestamp, protocolType, protocol, leader, generation } = value;
  const group = new ClassicGroup(
    groupId,
    currentStateTimestamp === -1 ? undefined : currentStateTimestamp,
  );
  group.generationId = generation;
  group.protocolType = protocolType === '' ? undefined : protocolType;
  group.protocolName = protocol ?? undefined;
  group.leaderId = leader ?? undefined;
  group.restore(value.members.map((member) => restoredMember(member, protocol ?? '')));
  return group;
}

function restoredMember(value: MemberValue, protocol: string): ClassicMember {
  const { rebalanceTimeout, sessionTimeout, subscription, assignment } = value;
  return newMember(
    value,
    {
      rebalanceTimeoutMs: rebalanceTimeout === -1 ? sessionTimeout : rebalanceTimeout,
      sessionTimeoutMs: sessionTimeout,
      protocols: [{ name: protocol, metadata: subscription }],
    },
    assignment,
  );
}

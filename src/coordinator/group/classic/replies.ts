import { errorCodes } from '../../../protocol/error-codes.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import { metadataOf, noBytes } from './classic-member.ts';
import type { ClassicMember, JoinReply, SyncReply } from './classic-member.ts';

/** Before this version of JoinGroup, its reply has an empty name where there is no protocol. */
const nullProtocolFrom = 7;

/** A JoinGroup that is refused. Whoever has no id yet is answered with an empty one. */
export function joinRefused(error: ErrorName, memberId: string, apiVersion: number): JoinReply {
  return {
    errorCode: errorCodes[error],
    generationId: -1,
    protocolName: apiVersion < nullProtocolFrom ? '' : null,
    leader: '',
    memberId,
    members: [],
  };
}

/** The generation that a member has joined. Its leader is told who else is in it. */
export function joinAccepted(group: ClassicGroup, { memberId }: ClassicMember): JoinReply {
  return {
    errorCode: errorCodes.NONE,
    generationId: group.generationId,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName ?? '',
    leader: group.leaderId ?? '',
    memberId,
    members:
      group.leaderId === memberId ? membersForLeader(group.members.all(), group.protocolName) : [],
  };
}

/** What a leader is told of the members, itself among them. */
export function membersForLeader(
  members: Iterable<ClassicMember>,
  protocolName: string | undefined,
): JoinReply['members'] {
  return Array.from(members, (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: metadataOf(member, protocolName),
  }));
}

/** A SyncGroup that is refused. */
export function syncRefused(error: ErrorName): SyncReply {
  return { errorCode: errorCodes[error], assignment: noBytes };
}

/** What a member shall read. */
export function syncAccepted(group: ClassicGroup, assignment: Uint8Array): SyncReply {
  return {
    errorCode: errorCodes.NONE,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName ?? null,
    assignment,
  };
}

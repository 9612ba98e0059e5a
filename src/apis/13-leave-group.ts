/**
 * LeaveGroup, versions 0-5.
 *
 * Members leave a classic group at once, or are removed from it by an administrator.
 *
 * Versions: before 3 it is one member, whose error is the whole answer; 3 names several, static ones by their
 * instance id (KIP-345); 5 gives reasons, which are logged (KIP-800).
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import {
  leaveGroupRequest,
  leaveGroupResponse,
  type LeaveGroupRequest,
} from '../protocol/messages/leave-group.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { askGroup, contextOf, errorAlone } from './ask-group.ts';
import { logReason } from './log-reason.ts';

type Response = Encodable<typeof leaveGroupResponse>;

/** The first version that names several members. */
const membersFirstVersion = 3;

/** Serves LeaveGroup. */
export const leaveGroupApi = defineApi({
  name: 'LeaveGroup',
  request: leaveGroupRequest,
  response: leaveGroupResponse,
  handle(call, services) {
    const { request, apiVersion } = call;
    if (request.groupId === '') return { errorCode: errorCodes.INVALID_GROUP_ID };
    const context = contextOf(call);
    const members = membersOf(request, apiVersion);
    for (const { memberId, reason } of members) {
      logReason(services.logger, 'a member leaves', { groupId: request.groupId, memberId, reason });
    }
    return askGroup<Response>(call, services, request.groupId, {
      eventOf: (ref) => ({ kind: 'leaveGroup', context, request: { ...request, members }, ref }),
      answerOf: (reply) => inVersion(reply, apiVersion),
      refusalOf: errorAlone,
    });
  },
});

/** The members of a request of any version. */
function membersOf(request: LeaveGroupRequest, apiVersion: number): LeaveGroupRequest['members'] {
  if (apiVersion >= membersFirstVersion) return request.members;
  return [{ memberId: request.memberId, groupInstanceId: null, reason: null }];
}

/** The error of the one member of an old version is that of the answer. */
function inVersion({ errorCode, members = [] }: Response, apiVersion: number): Response {
  if (apiVersion >= membersFirstVersion) return { errorCode, members };
  return { errorCode: errorCode === 0 ? (members[0]?.errorCode ?? 0) : errorCode };
}

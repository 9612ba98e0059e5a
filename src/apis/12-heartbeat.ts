/**
 * Heartbeat, versions 0-4.
 *
 * Keeps a member of a classic group in it, and tells it when the group rebalances. While the coordinator
 * loads, all is well.
 *
 * Versions: 3 knows static members (KIP-345).
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { heartbeatRequest, heartbeatResponse } from '../protocol/messages/heartbeat.ts';
import { defineApi } from './api.ts';
import { askGroup, contextOf, errorAlone, itself } from './ask-group.ts';

/** Serves Heartbeat. */
export const heartbeatApi = defineApi({
  name: 'Heartbeat',
  request: heartbeatRequest,
  response: heartbeatResponse,
  handle(call, services) {
    const { request } = call;
    if (request.groupId === '') return { errorCode: errorCodes.INVALID_GROUP_ID };
    const context = contextOf(call);
    services.figures.memberSeen(request.groupId, request.memberId);
    return askGroup(call, services, request.groupId, {
      eventOf: (ref) => ({ kind: 'heartbeat', context, request, ref }),
      answerOf: itself,
      refusalOf: (error) =>
        error === 'COORDINATOR_LOAD_IN_PROGRESS' ? { errorCode: 0 } : errorAlone(error),
    });
  },
});

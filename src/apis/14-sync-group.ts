/**
 * SyncGroup, versions 0-5.
 *
 * The leader of a classic group hands in the assignment of its generation; every member gets its own part,
 * once that is kept.
 *
 * Versions: 3 knows static members (KIP-345); 5 demands the protocol's type and name (KIP-559).
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import {
  syncGroupRequest,
  syncGroupResponse,
  type SyncGroupRequest,
} from '../protocol/messages/sync-group.ts';
import type { Encodable } from '../protocol/schema.ts';
import { ownBytes } from '../util/bytes.ts';
import { defineApi } from './api.ts';
import { askGroup, contextOf, itself } from './ask-group.ts';

type Response = Encodable<typeof syncGroupResponse>;

/** The first version that must say the protocol's type and name. */
const protocolFirstVersion = 5;
const noBytes = new Uint8Array(0);

/** Serves SyncGroup. */
export const syncGroupApi = defineApi({
  name: 'SyncGroup',
  request: syncGroupRequest,
  response: syncGroupResponse,
  handle(call, services) {
    const { request, apiVersion } = call;
    const isProtocolMissing = request.protocolType === null || request.protocolName === null;
    if (apiVersion >= protocolFirstVersion && isProtocolMissing) {
      return { errorCode: errorCodes.INCONSISTENT_GROUP_PROTOCOL, assignment: noBytes };
    }
    if (request.groupId === '') {
      return { errorCode: errorCodes.INVALID_GROUP_ID, assignment: noBytes };
    }
    const context = contextOf(call);
    services.figures.memberSeen(request.groupId, request.memberId);
    const kept = withOwnBytes(request);
    return askGroup<Response>(
      call,
      services,
      request.groupId,
      {
        eventOf: (ref) => ({ kind: 'syncGroup', context, request: kept, ref }),
        answerOf: itself,
        refusalOf: (error) => ({ errorCode: errorCodes[error], assignment: noBytes }),
      },
      { parks: true },
    );
  },
});

/** The group keeps the assignments, and must not keep the whole request's buffers with them. */
function withOwnBytes(request: SyncGroupRequest): SyncGroupRequest {
  const assignments = request.assignments.map(({ memberId, assignment }) => ({
    memberId,
    assignment: ownBytes(assignment),
  }));
  return { ...request, assignments };
}

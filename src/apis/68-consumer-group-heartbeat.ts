/**
 * ConsumerGroupHeartbeat, versions 0-1.
 *
 * The one request of a member of a consumer group (KIP-848): it joins, stays, tells what it subscribes to and
 * owns, and leaves by it, and is told what it shall own.
 *
 * Versions: 1 subscribes by a regular expression and lets the client make up the member id (KIP-1082).
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../protocol/messages/consumer-group-heartbeat.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { askGroup, contextOf, itself } from './ask-group.ts';

type Response = Encodable<typeof consumerGroupHeartbeatResponse>;

/** Serves ConsumerGroupHeartbeat. */
export const consumerGroupHeartbeatApi = defineApi({
  name: 'ConsumerGroupHeartbeat',
  request: consumerGroupHeartbeatRequest,
  response: consumerGroupHeartbeatResponse,
  handle(call, services) {
    const { request } = call;
    if (!services.config.groupCoordinatorRebalanceProtocols.includes('consumer')) {
      return refused(errorCodes.UNSUPPORTED_VERSION);
    }
    const context = contextOf(call);
    services.figures.memberSeen(request.groupId, request.memberId);
    return askGroup<Response>(call, services, request.groupId, {
      eventOf: (ref) => ({ kind: 'consumerGroupHeartbeat', context, request, ref }),
      answerOf: itself,
      refusalOf: (error) => refused(errorCodes[error]),
    });
  },
});

function refused(errorCode: number): Response {
  return { throttleTimeMs: 0, errorCode, memberEpoch: 0, heartbeatIntervalMs: 0 };
}

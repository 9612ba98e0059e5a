/**
 * JoinGroup, versions 0-9.
 *
 * A member joins a classic group, or joins it again. The answer waits until the group has gathered: the
 * leader gets all members, everybody the generation and the protocol that was chosen.
 *
 * Versions: 4 sends a new member back with the id that it shall join with (KIP-394); 5 knows static members
 * (KIP-345); before 7 the protocol's name is not null; 8 says why a member joins again, which is logged
 * (KIP-800); 9 may tell a leader not to assign anew (KIP-814).
 *
 * Gaps: none.
 */
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  joinGroupRequest,
  joinGroupResponse,
  type JoinGroupRequest,
} from '../protocol/messages/join-group.ts';
import type { Encodable } from '../protocol/schema.ts';
import { ownBytes } from '../util/bytes.ts';
import { defineApi } from './api.ts';
import { askGroup, contextOf } from './ask-group.ts';
import { logReason } from './log-reason.ts';

type Response = Encodable<typeof joinGroupResponse>;

/** The first version in which the protocol's name may be null. */
const nullableProtocolFirstVersion = 7;

/** Serves JoinGroup. */
export const joinGroupApi = defineApi({
  name: 'JoinGroup',
  request: joinGroupRequest,
  response: joinGroupResponse,
  handle(call, services) {
    const { request, apiVersion } = call;
    if (request.groupId === '') return inVersion(refused(request, 'INVALID_GROUP_ID'), apiVersion);
    const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = services.config;
    if (
      request.sessionTimeoutMs < groupMinSessionTimeoutMs ||
      request.sessionTimeoutMs > groupMaxSessionTimeoutMs
    ) {
      return inVersion(refused(request, 'INVALID_SESSION_TIMEOUT'), apiVersion);
    }
    logReason(services.logger, 'a member joins again', request);
    const context = contextOf(call);
    services.figures.memberSeen(request.groupId, request.memberId);
    const kept = withOwnBytes(request);
    return askGroup<Response>(
      call,
      services,
      request.groupId,
      {
        eventOf: (ref) => ({ kind: 'joinGroup', context, request: kept, ref }),
        answerOf: (reply) => inVersion(reply, apiVersion),
        refusalOf: (error) => inVersion(refused({ memberId: '' }, error), apiVersion),
      },
      { parks: true },
    );
  },
});

/** The group keeps what members say of themselves, and must not keep the whole request's buffers with it. */
function withOwnBytes(request: JoinGroupRequest): JoinGroupRequest {
  const protocols = request.protocols.map(({ name, metadata }) => ({
    name,
    metadata: ownBytes(metadata),
  }));
  return { ...request, protocols };
}

function inVersion(reply: Response, apiVersion: number): Response {
  if (apiVersion >= nullableProtocolFirstVersion || reply.protocolName !== null) return reply;
  return { ...reply, protocolName: '' };
}

function refused({ memberId }: Pick<JoinGroupRequest, 'memberId'>, error: ErrorName): Response {
  return {
    errorCode: errorCodes[error],
    generationId: -1,
    protocolName: null,
    leader: '',
    memberId,
    members: [],
  };
}

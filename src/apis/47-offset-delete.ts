/**
 * OffsetDelete, version 0.
 *
 * Forgets offsets that were committed for a group (KIP-496), but for topics that its members subscribe to.
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import {
  offsetDeleteRequest,
  offsetDeleteResponse,
  type OffsetDeleteRequest,
} from '../protocol/messages/offset-delete.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { askGroup, contextOf } from './ask-group.ts';
import { partTopics } from './offset-topics.ts';

type Response = Encodable<typeof offsetDeleteResponse>;
type Topic = OffsetDeleteRequest['topics'][number];
type Partition = Topic['partitions'][number];

/** Serves OffsetDelete. */
export const offsetDeleteApi = defineApi({
  name: 'OffsetDelete',
  request: offsetDeleteRequest,
  response: offsetDeleteResponse,
  handle(call, services) {
    const { request } = call;
    if (request.groupId === '') return { errorCode: errorCodes.INVALID_GROUP_ID, topics: [] };
    const { known, refused } = partTopics<Partition, Topic>(request.topics, services.image(), {
      byId: false,
    });
    const context = contextOf(call);
    return askGroup<Response>(call, services, request.groupId, {
      eventOf: (ref) => ({
        kind: 'offsetDelete',
        context,
        request: { ...request, topics: known },
        ref,
      }),
      answerOf: (reply) => {
        if (reply.errorCode !== 0) return reply;
        refused.addAnswered(reply.topics);
        return { errorCode: 0, topics: refused.topics };
      },
      refusalOf: (error) => ({ errorCode: errorCodes[error], topics: [] }),
    });
  },
});

/**
 * InitProducerId, versions 0-5.
 *
 * Gives an idempotent producer an id that nobody had before, with epoch 0. Ids come from blocks in the
 * metadata store, so that none is given twice, whatever crashes.
 *
 * Versions: 3 lets a producer ask with the id it has, which matters to transactions alone (KIP-360).
 *
 * Gaps: a transactional id answers INVALID_REQUEST until transactions are served.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../protocol/messages/init-producer-id.ts';
import { defineApi } from './api.ts';
import { isOfStore } from './run-or-refuse.ts';

/** Serves InitProducerId. */
export const initProducerIdApi = defineApi({
  name: 'InitProducerId',
  maxVersion: 5,
  request: initProducerIdRequest,
  response: initProducerIdResponse,
  async handle({ request }, services) {
    if (request.transactionalId !== null) {
      return { throttleTimeMs: 0, errorCode: errorCodes.INVALID_REQUEST, producerEpoch: -1 };
    }
    // Both are those of before, or neither is.
    if ((request.producerId === -1) !== (request.producerEpoch === -1)) {
      return { throttleTimeMs: 0, errorCode: errorCodes.INVALID_REQUEST, producerEpoch: -1 };
    }
    try {
      const producerId = await services.metadata.nextProducerId();
      return { throttleTimeMs: 0, errorCode: 0, producerId, producerEpoch: 0 };
    } catch (error) {
      if (!isOfStore(error)) throw error;
      // What Apache answers when it gets no block of ids: clients ask again.
      const errorCode = errorCodes.COORDINATOR_LOAD_IN_PROGRESS;
      return { throttleTimeMs: 0, errorCode, producerEpoch: -1 };
    }
  },
});

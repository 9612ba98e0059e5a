/**
 * CreatePartitions, versions 0-3.
 *
 * Gives topics more partitions. There is no way to have fewer.
 *
 * Gaps: `timeoutMs` is not looked at: the answer comes when the change is made.
 */
import { createPartitions } from '../controller/create-partitions.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  createPartitionsRequest,
  createPartitionsResponse,
} from '../protocol/messages/create-partitions.ts';
import { defineApi } from './api.ts';
import { placementStarts } from './make-topics.ts';
import { runOrRefuse } from './run-or-refuse.ts';
import { seenEverywhere } from './seen-everywhere.ts';

/** Serves CreatePartitions. */
export const createPartitionsApi = defineApi({
  name: 'CreatePartitions',
  request: createPartitionsRequest,
  response: createPartitionsResponse,
  async handle({ request }, services) {
    const { topics, validateOnly } = request;
    const command = {
      topics,
      validateOnly,
      placementStart: services.random.below(placementStarts),
    };
    const results = await runOrRefuse(
      services.metadata,
      (image) => createPartitions(image, command, services.controllerSettings()),
      (refusal) => topics.map(({ name }) => ({ name, refusal })),
    );
    const areMade = !validateOnly && results.some(({ refusal }) => refusal === undefined);
    if (areMade) await seenEverywhere(services);
    return {
      throttleTimeMs: 0,
      results: results.map(({ name, refusal }) => ({
        name,
        errorCode: refusal === undefined ? 0 : errorCodes[refusal.error],
        errorMessage: refusal?.message ?? null,
      })),
    };
  },
});

import { array, bool, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Raises the number of partitions of topics (KIP-195). From version 3 on a broker may refuse it for a
 * quota (KIP-599).
 */
export const createPartitionsRequest = request(
  { apiKey: 37, name: 'CreatePartitionsRequest', versions: '0-3', flexible: '2+' },
  {
    topics: array(
      struct({
        name: string(),
        count: int32(),
        assignments: array(struct({ brokerIds: array(int32()) }), { nullable: true }),
      }),
    ),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
);

/** What `createPartitionsRequest` decodes to. */
export interface CreatePartitionsRequest extends Infer<typeof createPartitionsRequest> {}

/** The outcome for each topic. */
export const createPartitionsResponse = response(
  { apiKey: 37, name: 'CreatePartitionsResponse', versions: '0-3', flexible: '2+' },
  {
    throttleTimeMs: int32(),
    results: array(
      struct({
        name: string(),
        errorCode: int16(),
        errorMessage: string({ nullable: true, default: null }),
      }),
    ),
  },
);

/** What `createPartitionsResponse` decodes to. */
export interface CreatePartitionsResponse extends Infer<typeof createPartitionsResponse> {}

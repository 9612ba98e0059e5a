import { array, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Deletes committed offsets of a group (KIP-496). */
export const offsetDeleteRequest = request(
  { apiKey: 47, name: 'OffsetDeleteRequest', versions: '0' },
  {
    groupId: string(),
    topics: array(
      struct({ name: string(), partitions: array(struct({ partitionIndex: int32() })) }),
    ),
  },
);

/** What `offsetDeleteRequest` decodes to. */
export interface OffsetDeleteRequest extends Infer<typeof offsetDeleteRequest> {}

/** The outcome for each partition. */
export const offsetDeleteResponse = response(
  { apiKey: 47, name: 'OffsetDeleteResponse', versions: '0' },
  {
    errorCode: int16(),
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
      }),
    ),
  },
);

/** What `offsetDeleteResponse` decodes to. */
export interface OffsetDeleteResponse extends Infer<typeof offsetDeleteResponse> {}

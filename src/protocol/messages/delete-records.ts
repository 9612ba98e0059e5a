import { array, int16, int32, int64, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Moves the start of partitions forward, so that what lies before is gone (KIP-107). The offset -1
 * stands for the high watermark.
 */
export const deleteRecordsRequest = request(
  { apiKey: 21, name: 'DeleteRecordsRequest', versions: '0-2', flexible: '2+' },
  {
    topics: array(
      struct({
        name: string(),
        partitions: array(struct({ partitionIndex: int32(), offset: int64() })),
      }),
    ),
    timeoutMs: int32(),
  },
);

/** What `deleteRecordsRequest` decodes to. */
export interface DeleteRecordsRequest extends Infer<typeof deleteRecordsRequest> {}

/** The new low watermark of each partition, or why it did not move. */
export const deleteRecordsResponse = response(
  { apiKey: 21, name: 'DeleteRecordsResponse', versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16() }),
        ),
      }),
    ),
  },
);

/** What `deleteRecordsResponse` decodes to. */
export interface DeleteRecordsResponse extends Infer<typeof deleteRecordsResponse> {}

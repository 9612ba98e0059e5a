import { array, int16, int32, int64, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for an offset by time. Negative timestamps have meanings of their own: -1 latest, -2 earliest, -3
 * the record with the largest timestamp (KIP-734), -4 earliest local (KIP-405), -5 latest tiered
 * (KIP-1005), -6 earliest pending upload (KIP-1023).
 */
export const listOffsetsRequest = request(
  { apiKey: 2, name: 'ListOffsetsRequest', versions: '1-11', flexible: '6+' },
  {
    replicaId: int32(),
    isolationLevel: int8({ versions: '2+' }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            currentLeaderEpoch: int32({ versions: '4+', default: -1, ignorable: true }),
            timestamp: int64(),
          }),
        ),
      }),
    ),
    timeoutMs: int32({ versions: '10+', ignorable: true }),
  },
);

/** What `listOffsetsRequest` decodes to. */
export interface ListOffsetsRequest extends Infer<typeof listOffsetsRequest> {}

/**
 * The offset found for each partition, and its record's timestamp; -1 for neither. Leader epochs since
 * version 4 (KIP-320).
 */
export const listOffsetsResponse = response(
  { apiKey: 2, name: 'ListOffsetsResponse', versions: '1-11', flexible: '6+' },
  {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            timestamp: int64({ default: -1 }),
            offset: int64({ default: -1 }),
            leaderEpoch: int32({ versions: '4+', default: -1 }),
          }),
        ),
      }),
    ),
  },
);

/** What `listOffsetsResponse` decodes to. */
export interface ListOffsetsResponse extends Infer<typeof listOffsetsResponse> {}

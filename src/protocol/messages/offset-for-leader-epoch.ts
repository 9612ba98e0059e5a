import { array, int16, int32, int64, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks where a leader epoch ended, so that a follower or consumer can find the point at which its log
 * diverges (KIP-101, KIP-320).
 */
export const offsetForLeaderEpochRequest = request(
  { apiKey: 23, name: 'OffsetForLeaderEpochRequest', versions: '2-4', flexible: '4+' },
  {
    replicaId: int32({ versions: '3+', default: -2, ignorable: true }),
    topics: array(
      struct({
        topic: string(),
        partitions: array(
          struct({
            partition: int32(),
            currentLeaderEpoch: int32({ default: -1, ignorable: true }),
            leaderEpoch: int32(),
          }),
        ),
      }),
    ),
  },
);

/** What `offsetForLeaderEpochRequest` decodes to. */
export interface OffsetForLeaderEpochRequest extends Infer<typeof offsetForLeaderEpochRequest> {}

/**
 * The largest epoch not above the one asked for, and the offset at which it ended; -1 for both where
 * there is none.
 */
export const offsetForLeaderEpochResponse = response(
  { apiKey: 23, name: 'OffsetForLeaderEpochResponse', versions: '2-4', flexible: '4+' },
  {
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      struct({
        topic: string(),
        partitions: array(
          struct({
            errorCode: int16(),
            partition: int32(),
            leaderEpoch: int32({ default: -1, ignorable: true }),
            endOffset: int64({ default: -1 }),
          }),
        ),
      }),
    ),
  },
);

/** What `offsetForLeaderEpochResponse` decodes to. */
export interface OffsetForLeaderEpochResponse extends Infer<typeof offsetForLeaderEpochResponse> {}

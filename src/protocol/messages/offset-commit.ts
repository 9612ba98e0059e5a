import { array, int16, int32, int64, request, response, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Commits the offsets of a group. Since version 9 the members of consumer groups use it as well
 * (KIP-848); version 10 names topics by id (KIP-848).
 */
export const offsetCommitRequest = request(
  { apiKey: 8, name: 'OffsetCommitRequest', versions: '2-10', flexible: '8+' },
  {
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1, ignorable: true }),
    memberId: string({ ignorable: true }),
    groupInstanceId: string({ versions: '7+', nullable: true, default: null }),
    retentionTimeMs: int64({ versions: '2-4', default: -1, ignorable: true }),
    topics: array(
      struct({
        name: string({ versions: '0-9', ignorable: true }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '6+', default: -1, ignorable: true }),
            committedMetadata: string({ nullable: true }),
          }),
        ),
      }),
    ),
  },
);

/** What `offsetCommitRequest` decodes to. */
export interface OffsetCommitRequest extends Infer<typeof offsetCommitRequest> {}

/** The outcome for each partition. */
export const offsetCommitResponse = response(
  { apiKey: 8, name: 'OffsetCommitResponse', versions: '2-10', flexible: '8+' },
  {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array(
      struct({
        name: string({ versions: '0-9', ignorable: true }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
      }),
    ),
  },
);

/** What `offsetCommitResponse` decodes to. */
export interface OffsetCommitResponse extends Infer<typeof offsetCommitResponse> {}

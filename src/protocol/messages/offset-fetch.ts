import {
  array,
  bool,
  int16,
  int32,
  int64,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for committed offsets: of one group before version 8, of several since (KIP-709). A null list of
 * topics means all. Stable offsets only, when asked for, since version 7 (KIP-447); version 10 names
 * topics by id.
 */
export const offsetFetchRequest = request(
  { apiKey: 9, name: 'OffsetFetchRequest', versions: '1-10', flexible: '6+' },
  {
    groupId: string({ versions: '0-7' }),
    topics: array(struct({ name: string(), partitionIndexes: array(int32()) }), {
      versions: '0-7',
      nullable: '2-7',
    }),
    groups: array(
      struct({
        groupId: string(),
        memberId: string({ versions: '9+', nullable: true, default: null, ignorable: true }),
        memberEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
        topics: array(
          struct({
            name: string({ versions: '8-9', ignorable: true }),
            topicId: uuid({ versions: '10+', ignorable: true }),
            partitionIndexes: array(int32()),
          }),
          { nullable: true },
        ),
      }),
      { versions: '8+' },
    ),
    requireStable: bool({ versions: '7+', default: false }),
  },
);

/** What `offsetFetchRequest` decodes to. */
export interface OffsetFetchRequest extends Infer<typeof offsetFetchRequest> {}

/** The committed offset of each partition with its metadata; -1 where there is none. */
export const offsetFetchResponse = response(
  { apiKey: 9, name: 'OffsetFetchResponse', versions: '1-10', flexible: '6+' },
  {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '5-7', default: -1, ignorable: true }),
            metadata: string({ nullable: true }),
            errorCode: int16(),
          }),
        ),
      }),
      { versions: '0-7' },
    ),
    errorCode: int16({ versions: '2-7', default: 0, ignorable: true }),
    groups: array(
      struct({
        groupId: string(),
        topics: array(
          struct({
            name: string({ versions: '8-9', ignorable: true }),
            topicId: uuid({ versions: '10+', ignorable: true }),
            partitions: array(
              struct({
                partitionIndex: int32(),
                committedOffset: int64(),
                committedLeaderEpoch: int32({ default: -1, ignorable: true }),
                metadata: string({ nullable: true }),
                errorCode: int16(),
              }),
            ),
          }),
        ),
        errorCode: int16({ default: 0 }),
      }),
      { versions: '8+' },
    ),
  },
);

/** What `offsetFetchResponse` decodes to. */
export interface OffsetFetchResponse extends Infer<typeof offsetFetchResponse> {}

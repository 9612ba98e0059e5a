import {
  array,
  bigint64,
  int16,
  int32,
  int64,
  int8,
  records,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for record batches from given offsets, and how long to wait for them. A session (KIP-227) lets a
 * client send only what has changed. Topic ids since version 13 (KIP-516); a replica tells its epoch
 * since 15 (KIP-903), its directory since 17 (KIP-853), and the high watermark that it knows since 18
 * (KIP-1166).
 */
export const fetchRequest = request(
  { apiKey: 1, name: 'FetchRequest', versions: '4-18', flexible: '12+' },
  {
    clusterId: string({ versions: '12+', nullable: true, tag: 0, default: null, ignorable: true }),
    replicaId: int32({ versions: '0-14', default: -1 }),
    replicaState: struct(
      { replicaId: int32({ default: -1 }), replicaEpoch: bigint64({ default: -1n }) },
      { versions: '15+', tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 0x7fff_ffff, ignorable: true }),
    isolationLevel: int8({ default: 0, ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0, ignorable: true }),
    sessionEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
    topics: array(
      struct({
        topic: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          struct({
            partition: int32(),
            currentLeaderEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
            fetchOffset: int64(),
            lastFetchedEpoch: int32({ versions: '12+', default: -1 }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            partitionMaxBytes: int32(),
            replicaDirectoryId: uuid({ versions: '17+', tag: 0, ignorable: true }),
            highWatermark: int64({
              versions: '18+',
              tag: 1,
              default: 0x7fff_ffff_ffff_ffffn,
              ignorable: true,
            }),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      struct({
        topic: string({ versions: '7-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(int32()),
      }),
      { versions: '7+' },
    ),
    rackId: string({ versions: '11+', ignorable: true }),
  },
);

/** What `fetchRequest` decodes to. */
export interface FetchRequest extends Infer<typeof fetchRequest> {}

/**
 * Record batches of each partition, as they stand in the log: the last one may be cut off. Aborted
 * transactions are listed for read_committed readers (KIP-98), diverging epochs for followers (KIP-595),
 * and from version 16 on the endpoints of leaders that have moved (KIP-951).
 */
export const fetchResponse = response(
  { apiKey: 1, name: 'FetchResponse', versions: '4-18', flexible: '12+' },
  {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16({ versions: '7+', ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0 }),
    responses: array(
      struct({
        topic: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            highWatermark: int64(),
            lastStableOffset: int64({ default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            divergingEpoch: struct(
              { epoch: int32({ default: -1 }), endOffset: int64({ default: -1 }) },
              { versions: '12+', tag: 0 },
            ),
            currentLeader: struct(
              { leaderId: int32({ default: -1 }), leaderEpoch: int32({ default: -1 }) },
              { versions: '12+', tag: 1 },
            ),
            snapshotId: struct(
              { endOffset: int64({ default: -1 }), epoch: int32({ default: -1 }) },
              { versions: '12+', tag: 2 },
            ),
            abortedTransactions: array(struct({ producerId: int64(), firstOffset: int64() }), {
              nullable: true,
              ignorable: true,
            }),
            preferredReadReplica: int32({ versions: '11+', default: -1 }),
            records: records({ nullable: true }),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null }),
      }),
      { versions: '16+', tag: 0 },
    ),
  },
);

/** What `fetchResponse` decodes to. */
export interface FetchResponse extends Infer<typeof fetchResponse> {}

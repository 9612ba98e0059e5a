import {
  array,
  int16,
  int32,
  int64,
  request,
  response,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

const replicaState = {
  replicaId: int32(),
  replicaDirectoryId: uuid({ versions: '2+' }),
  logEndOffset: int64(),
  lastFetchTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
  lastCaughtUpTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
};

/** Asks for the state of a quorum's log (KIP-595). */
export const describeQuorumRequest = request(
  { apiKey: 55, name: 'DescribeQuorumRequest', versions: '0-2', flexible: '0+' },
  {
    topics: array(
      struct({ topicName: string(), partitions: array(struct({ partitionIndex: int32() })) }),
    ),
  },
);

/** What `describeQuorumRequest` decodes to. */
export interface DescribeQuorumRequest extends Infer<typeof describeQuorumRequest> {}

/**
 * The leader, voters and observers of each partition and how far they are. Times since version 1
 * (KIP-836); directories and the voters' endpoints since 2 (KIP-853).
 */
export const describeQuorumResponse = response(
  { apiKey: 55, name: 'DescribeQuorumResponse', versions: '0-2', flexible: '0+' },
  {
    errorCode: int16(),
    errorMessage: string({ versions: '2+', nullable: true, ignorable: true }),
    topics: array(
      struct({
        topicName: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ versions: '2+', nullable: true, ignorable: true }),
            leaderId: int32(),
            leaderEpoch: int32(),
            highWatermark: int64(),
            currentVoters: array(struct(replicaState)),
            observers: array(struct(replicaState)),
          }),
        ),
      }),
    ),
    nodes: array(
      struct({
        nodeId: int32(),
        listeners: array(struct({ name: string(), host: string(), port: uint16() })),
      }),
      { versions: '2+' },
    ),
  },
);

/** What `describeQuorumResponse` decodes to. */
export interface DescribeQuorumResponse extends Infer<typeof describeQuorumResponse> {}

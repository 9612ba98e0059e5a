import { array, bool, int16, int32, request, response, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Asks for topics in pages of a bounded number of partitions (KIP-966). */
export const describeTopicPartitionsRequest = request(
  { apiKey: 75, name: 'DescribeTopicPartitionsRequest', versions: '0', flexible: '0+' },
  {
    topics: array(struct({ name: string() })),
    responsePartitionLimit: int32({ default: 2000 }),
    cursor: struct(
      { topicName: string(), partitionIndex: int32() },
      { nullable: true, default: null },
    ),
  },
);

/** What `describeTopicPartitionsRequest` decodes to. */
export interface DescribeTopicPartitionsRequest extends Infer<
  typeof describeTopicPartitionsRequest
> {}

/** The partitions of a page, with their eligible leader replicas, and where the next page begins. */
export const describeTopicPartitionsResponse = response(
  { apiKey: 75, name: 'DescribeTopicPartitionsResponse', versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      struct({
        errorCode: int16(),
        name: string({ nullable: true }),
        topicId: uuid({ ignorable: true }),
        isInternal: bool({ default: false, ignorable: true }),
        partitions: array(
          struct({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ default: -1, ignorable: true }),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            eligibleLeaderReplicas: array(int32(), { nullable: true, default: null }),
            lastKnownElr: array(int32(), { nullable: true, default: null }),
            offlineReplicas: array(int32(), { ignorable: true }),
          }),
        ),
        topicAuthorizedOperations: int32({ default: -2_147_483_648 }),
      }),
    ),
    nextCursor: struct(
      { topicName: string(), partitionIndex: int32() },
      { nullable: true, default: null },
    ),
  },
);

/** What `describeTopicPartitionsResponse` decodes to. */
export interface DescribeTopicPartitionsResponse extends Infer<
  typeof describeTopicPartitionsResponse
> {}

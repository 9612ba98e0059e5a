import {
  array,
  bool,
  int16,
  int32,
  int8,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

const topicPartitions = { topicId: uuid(), topicName: string(), partitions: array(int32()) };

const assignment = { topicPartitions: array(struct(topicPartitions)) };

/** Asks for consumer groups with their members (KIP-848). */
export const consumerGroupDescribeRequest = request(
  { apiKey: 69, name: 'ConsumerGroupDescribeRequest', versions: '0-1', flexible: '0+' },
  { groupIds: array(string()), includeAuthorizedOperations: bool() },
);

/** What `consumerGroupDescribeRequest` decodes to. */
export interface ConsumerGroupDescribeRequest extends Infer<typeof consumerGroupDescribeRequest> {}

/**
 * Each group's epochs and members, with what they own and what they shall own. Version 1 tells which
 * members use the classic protocol (KIP-1099).
 */
export const consumerGroupDescribeResponse = response(
  { apiKey: 69, name: 'ConsumerGroupDescribeResponse', versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: true, default: null }),
        groupId: string(),
        groupState: string(),
        groupEpoch: int32(),
        assignmentEpoch: int32(),
        assignorName: string(),
        members: array(
          struct({
            memberId: string(),
            instanceId: string({ nullable: true, default: null }),
            rackId: string({ nullable: true, default: null }),
            memberEpoch: int32(),
            clientId: string(),
            clientHost: string(),
            subscribedTopicNames: array(string()),
            subscribedTopicRegex: string({ nullable: true, default: null }),
            assignment: struct(assignment),
            targetAssignment: struct(assignment),
            memberType: int8({ versions: '1+', default: -1, ignorable: true }),
          }),
        ),
        authorizedOperations: int32({ default: -2_147_483_648 }),
      }),
    ),
  },
);

/** What `consumerGroupDescribeResponse` decodes to. */
export interface ConsumerGroupDescribeResponse extends Infer<
  typeof consumerGroupDescribeResponse
> {}

import { array, int16, int32, request, response, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

const topicPartitions = { topicId: uuid(), partitions: array(int32()) };

/**
 * The one request by which a member of a consumer group joins, stays, tells what has changed and leaves
 * (KIP-848): its epoch is 0 to join, -1 to leave, -2 to leave for a while as a static member. Version 1
 * subscribes by a regular expression, and leaves it to the client to make up the member id (KIP-1082).
 */
export const consumerGroupHeartbeatRequest = request(
  { apiKey: 68, name: 'ConsumerGroupHeartbeatRequest', versions: '0-1', flexible: '0+' },
  {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullable: true, default: null }),
    rackId: string({ nullable: true, default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: array(string(), { nullable: true, default: null }),
    subscribedTopicRegex: string({ versions: '1+', nullable: true, default: null }),
    serverAssignor: string({ nullable: true, default: null }),
    topicPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) }), {
      nullable: true,
      default: null,
    }),
  },
);

/** What `consumerGroupHeartbeatRequest` decodes to. */
export interface ConsumerGroupHeartbeatRequest extends Infer<
  typeof consumerGroupHeartbeatRequest
> {}

/** The member's epoch, and its new assignment where it has changed (KIP-848). */
export const consumerGroupHeartbeatResponse = response(
  { apiKey: 68, name: 'ConsumerGroupHeartbeatResponse', versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    memberId: string({ nullable: true, default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct(
      { topicPartitions: array(struct(topicPartitions)) },
      { nullable: true, default: null },
    ),
  },
);

/** What `consumerGroupHeartbeatResponse` decodes to. */
export interface ConsumerGroupHeartbeatResponse extends Infer<
  typeof consumerGroupHeartbeatResponse
> {}

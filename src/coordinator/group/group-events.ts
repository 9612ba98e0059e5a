import type { Encodable } from '../../protocol/schema.ts';
import type {
  ConsumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
} from '../../protocol/messages/consumer-group-describe.ts';
import type {
  ConsumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../../protocol/messages/consumer-group-heartbeat.ts';
import type { deleteGroupsResponse } from '../../protocol/messages/delete-groups.ts';
import type { describeGroupsResponse } from '../../protocol/messages/describe-groups.ts';
import type { HeartbeatRequest, heartbeatResponse } from '../../protocol/messages/heartbeat.ts';
import type { JoinGroupRequest, joinGroupResponse } from '../../protocol/messages/join-group.ts';
import type { LeaveGroupRequest, leaveGroupResponse } from '../../protocol/messages/leave-group.ts';
import type { ListGroupsRequest, listGroupsResponse } from '../../protocol/messages/list-groups.ts';
import type {
  OffsetCommitRequest,
  offsetCommitResponse,
} from '../../protocol/messages/offset-commit.ts';
import type {
  OffsetDeleteRequest,
  offsetDeleteResponse,
} from '../../protocol/messages/offset-delete.ts';
import type {
  OffsetFetchRequest,
  offsetFetchResponse,
} from '../../protocol/messages/offset-fetch.ts';
import type { SyncGroupRequest, syncGroupResponse } from '../../protocol/messages/sync-group.ts';
import type { RequestRef } from '../coordinator.ts';

/** Who asks. */
export interface RequestContext {
  readonly apiVersion: number;
  /** Empty where the client does not say. */
  readonly clientId: string;
  /** As Apache Kafka shows it: `/127.0.0.1`. */
  readonly clientHost: string;
}

/** A request as an event. `request` is what the wire said, of all that is about one group. */
interface Asked<Kind extends string, Request, Response> {
  readonly kind: Kind;
  readonly context: RequestContext;
  readonly request: Request;
  readonly ref: RequestRef<Response>;
}

type DescribedGroup = Encodable<typeof describeGroupsResponse>['groups'][number];
type DescribedConsumerGroup = Encodable<typeof consumerGroupDescribeResponse>['groups'][number];
type DeletedGroup = Encodable<typeof deleteGroupsResponse>['results'][number];
type ListedGroup = Encodable<typeof listGroupsResponse>['groups'][number];

/** The part of an OffsetFetch that is about one group, of all versions. */
export type OffsetFetchOfGroup = OffsetFetchRequest['groups'][number] & {
  readonly requireStable: boolean;
};

/** What a group coordinator is asked and told, beside `CoordinatorEvent`. */
export type GroupEvent =
  | Asked<'joinGroup', JoinGroupRequest, Encodable<typeof joinGroupResponse>>
  | Asked<'syncGroup', SyncGroupRequest, Encodable<typeof syncGroupResponse>>
  | Asked<'heartbeat', HeartbeatRequest, Encodable<typeof heartbeatResponse>>
  | Asked<'leaveGroup', LeaveGroupRequest, Encodable<typeof leaveGroupResponse>>
  | Asked<'offsetCommit', OffsetCommitRequest, Encodable<typeof offsetCommitResponse>>
  | Asked<
      'offsetFetch',
      OffsetFetchOfGroup,
      NonNullable<Encodable<typeof offsetFetchResponse>['groups']>[number]
    >
  | Asked<'offsetDelete', OffsetDeleteRequest, Encodable<typeof offsetDeleteResponse>>
  | Asked<'describeGroup', { readonly groupId: string }, DescribedGroup>
  | Asked<'listGroups', ListGroupsRequest, readonly ListedGroup[]>
  /** Ids of the members that a rebalance of a classic group waits for; no request of Kafka's. */
  | Asked<'awaitedMembers', { readonly groupId: string }, readonly string[]>
  | Asked<'deleteGroup', { readonly groupId: string }, DeletedGroup>
  | Asked<
      'consumerGroupHeartbeat',
      ConsumerGroupHeartbeatRequest,
      Encodable<typeof consumerGroupHeartbeatResponse>
    >
  | Asked<
      'consumerGroupDescribe',
      { readonly groupId: string } & Pick<
        ConsumerGroupDescribeRequest,
        'includeAuthorizedOperations'
      >,
      DescribedConsumerGroup
    >
  /** Topics came, went, or have more partitions. `TopicsView` has them as they are now. */
  | { readonly kind: 'topicsChanged'; readonly names: readonly string[] }
  /** Partitions went with their topics: what was committed for them goes too. */
  | { readonly kind: 'topicsDeleted'; readonly names: readonly string[] };

/** The topics of the cluster, as far as groups concern themselves with them. */
export interface TopicsView {
  /** Undefined where there is none. */
  byName(name: string): TopicView | undefined;
  /** `topicId` in 22 characters. */
  byId(topicId: string): TopicView | undefined;
  /** All names, for regular expressions; in no order. */
  names(): Iterable<string>;
}

/** A topic, as far as groups concern themselves with it. */
export interface TopicView {
  readonly name: string;
  readonly topicId: string;
  readonly partitionCount: number;
  /** Racks of the replicas, by partition; empty where brokers say none. */
  readonly racks: readonly (readonly string[])[];
}

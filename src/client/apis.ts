import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from '../protocol/messages/alter-partition-reassignments.ts';
import { apiVersionsRequest, apiVersionsResponse } from '../protocol/messages/api-versions.ts';
import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
} from '../protocol/messages/consumer-group-describe.ts';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../protocol/messages/consumer-group-heartbeat.ts';
import {
  createPartitionsRequest,
  createPartitionsResponse,
} from '../protocol/messages/create-partitions.ts';
import { createTopicsRequest, createTopicsResponse } from '../protocol/messages/create-topics.ts';
import { deleteGroupsRequest, deleteGroupsResponse } from '../protocol/messages/delete-groups.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '../protocol/messages/delete-records.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../protocol/messages/delete-topics.ts';
import {
  describeClusterRequest,
  describeClusterResponse,
} from '../protocol/messages/describe-cluster.ts';
import {
  describeConfigsRequest,
  describeConfigsResponse,
} from '../protocol/messages/describe-configs.ts';
import {
  describeGroupsRequest,
  describeGroupsResponse,
} from '../protocol/messages/describe-groups.ts';
import {
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '../protocol/messages/describe-log-dirs.ts';
import { fetchRequest, fetchResponse } from '../protocol/messages/fetch.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../protocol/messages/find-coordinator.ts';
import { heartbeatRequest, heartbeatResponse } from '../protocol/messages/heartbeat.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../protocol/messages/incremental-alter-configs.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../protocol/messages/init-producer-id.ts';
import { joinGroupRequest, joinGroupResponse } from '../protocol/messages/join-group.ts';
import { leaveGroupRequest, leaveGroupResponse } from '../protocol/messages/leave-group.ts';
import { listGroupsRequest, listGroupsResponse } from '../protocol/messages/list-groups.ts';
import { listOffsetsRequest, listOffsetsResponse } from '../protocol/messages/list-offsets.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '../protocol/messages/list-partition-reassignments.ts';
import { metadataRequest, metadataResponse } from '../protocol/messages/metadata.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../protocol/messages/offset-commit.ts';
import { offsetDeleteRequest, offsetDeleteResponse } from '../protocol/messages/offset-delete.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../protocol/messages/offset-fetch.ts';
import { produceRequest, produceResponse } from '../protocol/messages/produce.ts';
import { syncGroupRequest, syncGroupResponse } from '../protocol/messages/sync-group.ts';
import {
  unregisterBrokerRequest,
  unregisterBrokerResponse,
} from '../protocol/messages/unregister-broker.ts';
import type { ApiSchema, Fields } from '../protocol/schema.ts';

/** A request and its response, which have the same versions. */
export interface Api<Q extends Fields = Fields, P extends Fields = Fields> {
  /** As Kafka names it: `Produce`. */
  readonly name: string;
  readonly request: ApiSchema<Q>;
  readonly response: ApiSchema<P>;
}

function api<Q extends Fields, P extends Fields>(
  request: ApiSchema<Q>,
  response: ApiSchema<P>,
): Api<Q, P> {
  return { name: request.name.replace(/Request$/, ''), request, response };
}

/** The APIs that the client calls. Others may be called with a pair of schemas of one's own. */
export const apis = {
  alterPartitionReassignments: api(
    alterPartitionReassignmentsRequest,
    alterPartitionReassignmentsResponse,
  ),
  apiVersions: api(apiVersionsRequest, apiVersionsResponse),
  consumerGroupDescribe: api(consumerGroupDescribeRequest, consumerGroupDescribeResponse),
  consumerGroupHeartbeat: api(consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse),
  createPartitions: api(createPartitionsRequest, createPartitionsResponse),
  createTopics: api(createTopicsRequest, createTopicsResponse),
  deleteGroups: api(deleteGroupsRequest, deleteGroupsResponse),
  deleteRecords: api(deleteRecordsRequest, deleteRecordsResponse),
  deleteTopics: api(deleteTopicsRequest, deleteTopicsResponse),
  describeCluster: api(describeClusterRequest, describeClusterResponse),
  describeConfigs: api(describeConfigsRequest, describeConfigsResponse),
  describeGroups: api(describeGroupsRequest, describeGroupsResponse),
  describeLogDirs: api(describeLogDirsRequest, describeLogDirsResponse),
  fetch: api(fetchRequest, fetchResponse),
  findCoordinator: api(findCoordinatorRequest, findCoordinatorResponse),
  heartbeat: api(heartbeatRequest, heartbeatResponse),
  incrementalAlterConfigs: api(incrementalAlterConfigsRequest, incrementalAlterConfigsResponse),
  initProducerId: api(initProducerIdRequest, initProducerIdResponse),
  joinGroup: api(joinGroupRequest, joinGroupResponse),
  leaveGroup: api(leaveGroupRequest, leaveGroupResponse),
  listGroups: api(listGroupsRequest, listGroupsResponse),
  listOffsets: api(listOffsetsRequest, listOffsetsResponse),
  listPartitionReassignments: api(
    listPartitionReassignmentsRequest,
    listPartitionReassignmentsResponse,
  ),
  metadata: api(metadataRequest, metadataResponse),
  offsetCommit: api(offsetCommitRequest, offsetCommitResponse),
  offsetDelete: api(offsetDeleteRequest, offsetDeleteResponse),
  offsetFetch: api(offsetFetchRequest, offsetFetchResponse),
  produce: api(produceRequest, produceResponse),
  syncGroup: api(syncGroupRequest, syncGroupResponse),
  unregisterBroker: api(unregisterBrokerRequest, unregisterBrokerResponse),
} as const;

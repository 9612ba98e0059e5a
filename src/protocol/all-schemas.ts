/**
 * Every schema of this folder, for tests and for tools that list what is known. A broker imports the
 * messages that it serves by name instead.
 */
import { alterConfigsRequest, alterConfigsResponse } from './messages/alter-configs.ts';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from './messages/alter-partition-reassignments.ts';
import { apiVersionsRequest, apiVersionsResponse } from './messages/api-versions.ts';
import {
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
} from './messages/consumer-group-current-member-assignment-record.ts';
import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
} from './messages/consumer-group-describe.ts';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from './messages/consumer-group-heartbeat.ts';
import {
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
} from './messages/consumer-group-member-metadata-record.ts';
import {
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
} from './messages/consumer-group-metadata-record.ts';
import {
  consumerGroupPartitionMetadataKey,
  consumerGroupPartitionMetadataValue,
} from './messages/consumer-group-partition-metadata-record.ts';
import {
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
} from './messages/consumer-group-regular-expression-record.ts';
import {
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
} from './messages/consumer-group-target-assignment-member-record.ts';
import {
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
} from './messages/consumer-group-target-assignment-metadata-record.ts';
import {
  consumerProtocolSubscription,
  consumerProtocolAssignment,
} from './messages/consumer-protocol.ts';
import { createAclsRequest, createAclsResponse } from './messages/create-acls.ts';
import { createPartitionsRequest, createPartitionsResponse } from './messages/create-partitions.ts';
import { createTopicsRequest, createTopicsResponse } from './messages/create-topics.ts';
import { deleteAclsRequest, deleteAclsResponse } from './messages/delete-acls.ts';
import { deleteGroupsRequest, deleteGroupsResponse } from './messages/delete-groups.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from './messages/delete-records.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from './messages/delete-topics.ts';
import { describeAclsRequest, describeAclsResponse } from './messages/describe-acls.ts';
import { describeClusterRequest, describeClusterResponse } from './messages/describe-cluster.ts';
import { describeConfigsRequest, describeConfigsResponse } from './messages/describe-configs.ts';
import { describeGroupsRequest, describeGroupsResponse } from './messages/describe-groups.ts';
import { describeLogDirsRequest, describeLogDirsResponse } from './messages/describe-log-dirs.ts';
import {
  describeProducersRequest,
  describeProducersResponse,
} from './messages/describe-producers.ts';
import { describeQuorumRequest, describeQuorumResponse } from './messages/describe-quorum.ts';
import {
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
} from './messages/describe-topic-partitions.ts';
import { electLeadersRequest, electLeadersResponse } from './messages/elect-leaders.ts';
import { fetchRequest, fetchResponse } from './messages/fetch.ts';
import { findCoordinatorRequest, findCoordinatorResponse } from './messages/find-coordinator.ts';
import { groupMetadataKey, groupMetadataValue } from './messages/group-metadata-record.ts';
import { requestHeader, responseHeader } from './messages/headers.ts';
import { heartbeatRequest, heartbeatResponse } from './messages/heartbeat.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from './messages/incremental-alter-configs.ts';
import { initProducerIdRequest, initProducerIdResponse } from './messages/init-producer-id.ts';
import { joinGroupRequest, joinGroupResponse } from './messages/join-group.ts';
import { leaveGroupRequest, leaveGroupResponse } from './messages/leave-group.ts';
import {
  legacyOffsetCommitKey,
  legacyOffsetCommitValue,
} from './messages/legacy-offset-commit-record.ts';
import {
  listConfigResourcesRequest,
  listConfigResourcesResponse,
} from './messages/list-config-resources.ts';
import { listGroupsRequest, listGroupsResponse } from './messages/list-groups.ts';
import { listOffsetsRequest, listOffsetsResponse } from './messages/list-offsets.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from './messages/list-partition-reassignments.ts';
import { metadataRequest, metadataResponse } from './messages/metadata.ts';
import { offsetCommitKey, offsetCommitValue } from './messages/offset-commit-record.ts';
import { offsetCommitRequest, offsetCommitResponse } from './messages/offset-commit.ts';
import { offsetDeleteRequest, offsetDeleteResponse } from './messages/offset-delete.ts';
import { offsetFetchRequest, offsetFetchResponse } from './messages/offset-fetch.ts';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from './messages/offset-for-leader-epoch.ts';
import { produceRequest, produceResponse } from './messages/produce.ts';
import { syncGroupRequest, syncGroupResponse } from './messages/sync-group.ts';
import { unregisterBrokerRequest, unregisterBrokerResponse } from './messages/unregister-broker.ts';
import { updateFeaturesRequest, updateFeaturesResponse } from './messages/update-features.ts';
import type { MessageSchema } from './schema.ts';

/** All messages known, in no particular order; none is compiled by being listed. */
export const allSchemas: readonly MessageSchema[] = [
  alterConfigsRequest,
  alterConfigsResponse,
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  apiVersionsRequest,
  apiVersionsResponse,
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
  consumerGroupPartitionMetadataKey,
  consumerGroupPartitionMetadataValue,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
  consumerProtocolSubscription,
  consumerProtocolAssignment,
  createAclsRequest,
  createAclsResponse,
  createPartitionsRequest,
  createPartitionsResponse,
  createTopicsRequest,
  createTopicsResponse,
  deleteAclsRequest,
  deleteAclsResponse,
  deleteGroupsRequest,
  deleteGroupsResponse,
  deleteRecordsRequest,
  deleteRecordsResponse,
  deleteTopicsRequest,
  deleteTopicsResponse,
  describeAclsRequest,
  describeAclsResponse,
  describeClusterRequest,
  describeClusterResponse,
  describeConfigsRequest,
  describeConfigsResponse,
  describeGroupsRequest,
  describeGroupsResponse,
  describeLogDirsRequest,
  describeLogDirsResponse,
  describeProducersRequest,
  describeProducersResponse,
  describeQuorumRequest,
  describeQuorumResponse,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  electLeadersRequest,
  electLeadersResponse,
  fetchRequest,
  fetchResponse,
  findCoordinatorRequest,
  findCoordinatorResponse,
  groupMetadataKey,
  groupMetadataValue,
  requestHeader,
  responseHeader,
  heartbeatRequest,
  heartbeatResponse,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  initProducerIdRequest,
  initProducerIdResponse,
  joinGroupRequest,
  joinGroupResponse,
  leaveGroupRequest,
  leaveGroupResponse,
  legacyOffsetCommitKey,
  legacyOffsetCommitValue,
  listConfigResourcesRequest,
  listConfigResourcesResponse,
  listGroupsRequest,
  listGroupsResponse,
  listOffsetsRequest,
  listOffsetsResponse,
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
  metadataRequest,
  metadataResponse,
  offsetCommitKey,
  offsetCommitValue,
  offsetCommitRequest,
  offsetCommitResponse,
  offsetDeleteRequest,
  offsetDeleteResponse,
  offsetFetchRequest,
  offsetFetchResponse,
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
  produceRequest,
  produceResponse,
  syncGroupRequest,
  syncGroupResponse,
  unregisterBrokerRequest,
  unregisterBrokerResponse,
  updateFeaturesRequest,
  updateFeaturesResponse,
];

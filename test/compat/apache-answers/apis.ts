import {
  alterConfigsRequest,
  alterConfigsResponse,
} from '../../../src/protocol/messages/alter-configs.ts';
import {
  apiVersionsRequest,
  apiVersionsResponse,
} from '../../../src/protocol/messages/api-versions.ts';
import {
  createAclsRequest,
  createAclsResponse,
} from '../../../src/protocol/messages/create-acls.ts';
import {
  createPartitionsRequest,
  createPartitionsResponse,
} from '../../../src/protocol/messages/create-partitions.ts';
import {
  createTopicsRequest,
  createTopicsResponse,
} from '../../../src/protocol/messages/create-topics.ts';
import {
  deleteAclsRequest,
  deleteAclsResponse,
} from '../../../src/protocol/messages/delete-acls.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '../../../src/protocol/messages/delete-records.ts';
import {
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '../../../src/protocol/messages/delete-topics.ts';
import {
  describeAclsRequest,
  describeAclsResponse,
} from '../../../src/protocol/messages/describe-acls.ts';
import {
  describeClusterRequest,
  describeClusterResponse,
} from '../../../src/protocol/messages/describe-cluster.ts';
import {
  describeConfigsRequest,
  describeConfigsResponse,
} from '../../../src/protocol/messages/describe-configs.ts';
import {
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '../../../src/protocol/messages/describe-log-dirs.ts';
import {
  describeProducersRequest,
  describeProducersResponse,
} from '../../../src/protocol/messages/describe-producers.ts';
import {
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
} from '../../../src/protocol/messages/describe-topic-partitions.ts';
import { fetchRequest, fetchResponse } from '../../../src/protocol/messages/fetch.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../../../src/protocol/messages/incremental-alter-configs.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../../../src/protocol/messages/init-producer-id.ts';
import {
  listConfigResourcesRequest,
  listConfigResourcesResponse,
} from '../../../src/protocol/messages/list-config-resources.ts';
import {
  listOffsetsRequest,
  listOffsetsResponse,
} from '../../../src/protocol/messages/list-offsets.ts';
import { metadataRequest, metadataResponse } from '../../../src/protocol/messages/metadata.ts';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '../../../src/protocol/messages/offset-for-leader-epoch.ts';
import { produceRequest, produceResponse } from '../../../src/protocol/messages/produce.ts';
import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
} from '../../../src/protocol/messages/consumer-group-describe.ts';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../../../src/protocol/messages/consumer-group-heartbeat.ts';
import {
  deleteGroupsRequest,
  deleteGroupsResponse,
} from '../../../src/protocol/messages/delete-groups.ts';
import {
  describeGroupsRequest,
  describeGroupsResponse,
} from '../../../src/protocol/messages/describe-groups.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../../src/protocol/messages/find-coordinator.ts';
import { heartbeatRequest, heartbeatResponse } from '../../../src/protocol/messages/heartbeat.ts';
import { joinGroupRequest, joinGroupResponse } from '../../../src/protocol/messages/join-group.ts';
import {
  leaveGroupRequest,
  leaveGroupResponse,
} from '../../../src/protocol/messages/leave-group.ts';
import {
  listGroupsRequest,
  listGroupsResponse,
} from '../../../src/protocol/messages/list-groups.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
} from '../../../src/protocol/messages/offset-commit.ts';
import {
  offsetDeleteRequest,
  offsetDeleteResponse,
} from '../../../src/protocol/messages/offset-delete.ts';
import {
  offsetFetchRequest,
  offsetFetchResponse,
} from '../../../src/protocol/messages/offset-fetch.ts';
import { syncGroupRequest, syncGroupResponse } from '../../../src/protocol/messages/sync-group.ts';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from '../../../src/protocol/messages/alter-partition-reassignments.ts';
import {
  describeQuorumRequest,
  describeQuorumResponse,
} from '../../../src/protocol/messages/describe-quorum.ts';
import {
  electLeadersRequest,
  electLeadersResponse,
} from '../../../src/protocol/messages/elect-leaders.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '../../../src/protocol/messages/list-partition-reassignments.ts';
import {
  unregisterBrokerRequest,
  unregisterBrokerResponse,
} from '../../../src/protocol/messages/unregister-broker.ts';
import {
  updateFeaturesRequest,
  updateFeaturesResponse,
} from '../../../src/protocol/messages/update-features.ts';
import type { ApiSchema, Encodable, Infer } from '../../../src/protocol/schema.ts';

/** The APIs that are asked, each with its two messages. */
export const apis = {
  AlterConfigs: { request: alterConfigsRequest, response: alterConfigsResponse },
  ApiVersions: { request: apiVersionsRequest, response: apiVersionsResponse },
  CreateAcls: { request: createAclsRequest, response: createAclsResponse },
  CreatePartitions: { request: createPartitionsRequest, response: createPartitionsResponse },
  CreateTopics: { request: createTopicsRequest, response: createTopicsResponse },
  DeleteAcls: { request: deleteAclsRequest, response: deleteAclsResponse },
  DeleteRecords: { request: deleteRecordsRequest, response: deleteRecordsResponse },
  DeleteTopics: { request: deleteTopicsRequest, response: deleteTopicsResponse },
  DescribeAcls: { request: describeAclsRequest, response: describeAclsResponse },
  DescribeCluster: { request: describeClusterRequest, response: describeClusterResponse },
  DescribeConfigs: { request: describeConfigsRequest, response: describeConfigsResponse },
  DescribeLogDirs: { request: describeLogDirsRequest, response: describeLogDirsResponse },
  DescribeProducers: { request: describeProducersRequest, response: describeProducersResponse },
  DescribeTopicPartitions: {
    request: describeTopicPartitionsRequest,
    response: describeTopicPartitionsResponse,
  },
  Fetch: { request: fetchRequest, response: fetchResponse },
  IncrementalAlterConfigs: {
    request: incrementalAlterConfigsRequest,
    response: incrementalAlterConfigsResponse,
  },
  InitProducerId: { request: initProducerIdRequest, response: initProducerIdResponse },
  ListConfigResources: {
    request: listConfigResourcesRequest,
    response: listConfigResourcesResponse,
  },
  ListOffsets: { request: listOffsetsRequest, response: listOffsetsResponse },
  Metadata: { request: metadataRequest, response: metadataResponse },
  OffsetForLeaderEpoch: {
    request: offsetForLeaderEpochRequest,
    response: offsetForLeaderEpochResponse,
  },
  Produce: { request: produceRequest, response: produceResponse },
  ConsumerGroupDescribe: {
    request: consumerGroupDescribeRequest,
    response: consumerGroupDescribeResponse,
  },
  ConsumerGroupHeartbeat: {
    request: consumerGroupHeartbeatRequest,
    response: consumerGroupHeartbeatResponse,
  },
  DeleteGroups: { request: deleteGroupsRequest, response: deleteGroupsResponse },
  DescribeGroups: { request: describeGroupsRequest, response: describeGroupsResponse },
  FindCoordinator: { request: findCoordinatorRequest, response: findCoordinatorResponse },
  Heartbeat: { request: heartbeatRequest, response: heartbeatResponse },
  JoinGroup: { request: joinGroupRequest, response: joinGroupResponse },
  LeaveGroup: { request: leaveGroupRequest, response: leaveGroupResponse },
  ListGroups: { request: listGroupsRequest, response: listGroupsResponse },
  OffsetCommit: { request: offsetCommitRequest, response: offsetCommitResponse },
  OffsetDelete: { request: offsetDeleteRequest, response: offsetDeleteResponse },
  OffsetFetch: { request: offsetFetchRequest, response: offsetFetchResponse },
  SyncGroup: { request: syncGroupRequest, response: syncGroupResponse },
  AlterPartitionReassignments: {
    request: alterPartitionReassignmentsRequest,
    response: alterPartitionReassignmentsResponse,
  },
  DescribeQuorum: { request: describeQuorumRequest, response: describeQuorumResponse },
  ElectLeaders: { request: electLeadersRequest, response: electLeadersResponse },
  ListPartitionReassignments: {
    request: listPartitionReassignmentsRequest,
    response: listPartitionReassignmentsResponse,
  },
  UnregisterBroker: { request: unregisterBrokerRequest, response: unregisterBrokerResponse },
  UpdateFeatures: { request: updateFeaturesRequest, response: updateFeaturesResponse },
} satisfies Record<string, { request: ApiSchema; response: ApiSchema }>;

export type AskedApi = keyof typeof apis;
/** What a request of the API is encoded from. */
export type Question<N extends AskedApi> = Encodable<(typeof apis)[N]['request']>;
/** What its answer decodes to. */
export type Answer<N extends AskedApi> = Infer<(typeof apis)[N]['response']>;

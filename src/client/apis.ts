import { apiVersionsRequest, apiVersionsResponse } from '../protocol/messages/api-versions.ts';
import {
  createPartitionsRequest,
  createPartitionsResponse,
} from '../protocol/messages/create-partitions.ts';
import { createTopicsRequest, createTopicsResponse } from '../protocol/messages/create-topics.ts';
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
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '../protocol/messages/describe-log-dirs.ts';
import { fetchRequest, fetchResponse } from '../protocol/messages/fetch.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../protocol/messages/incremental-alter-configs.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../protocol/messages/init-producer-id.ts';
import { listOffsetsRequest, listOffsetsResponse } from '../protocol/messages/list-offsets.ts';
import { metadataRequest, metadataResponse } from '../protocol/messages/metadata.ts';
import { produceRequest, produceResponse } from '../protocol/messages/produce.ts';
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
  apiVersions: api(apiVersionsRequest, apiVersionsResponse),
  createPartitions: api(createPartitionsRequest, createPartitionsResponse),
  createTopics: api(createTopicsRequest, createTopicsResponse),
  deleteRecords: api(deleteRecordsRequest, deleteRecordsResponse),
  deleteTopics: api(deleteTopicsRequest, deleteTopicsResponse),
  describeCluster: api(describeClusterRequest, describeClusterResponse),
  describeConfigs: api(describeConfigsRequest, describeConfigsResponse),
  describeLogDirs: api(describeLogDirsRequest, describeLogDirsResponse),
  fetch: api(fetchRequest, fetchResponse),
  incrementalAlterConfigs: api(incrementalAlterConfigsRequest, incrementalAlterConfigsResponse),
  initProducerId: api(initProducerIdRequest, initProducerIdResponse),
  listOffsets: api(listOffsetsRequest, listOffsetsResponse),
  metadata: api(metadataRequest, metadataResponse),
  produce: api(produceRequest, produceResponse),
} as const;

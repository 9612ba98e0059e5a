import { array, bool, int16, int32, request, response, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for topics, their partitions and leaders, and the brokers. A null list of topics means all of
 * them; in version 0 an empty one does. Topic ids since version 10 (KIP-516), served from version 12 on.
 */
export const metadataRequest = request(
  { apiKey: 3, name: 'MetadataRequest', versions: '0-13', flexible: '9+' },
  {
    topics: array(
      struct({
        topicId: uuid({ versions: '10+', ignorable: true }),
        name: string({ nullable: '10+' }),
      }),
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool({ versions: '4+', default: true }),
    includeClusterAuthorizedOperations: bool({ versions: '8-10' }),
    includeTopicAuthorizedOperations: bool({ versions: '8+' }),
  },
);

/** What `metadataRequest` decodes to. */
export interface MetadataRequest extends Infer<typeof metadataRequest> {}

/**
 * Brokers, topics and partitions with leader, replicas and in-sync replicas. Leader epochs since version
 * 7 (KIP-320); version 13 adds a top-level error, by which a client is told to start over (KIP-1102).
 */
export const metadataResponse = response(
  { apiKey: 3, name: 'MetadataResponse', versions: '0-13', flexible: '9+' },
  {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    brokers: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ versions: '1+', nullable: true, default: null, ignorable: true }),
      }),
    ),
    clusterId: string({ versions: '2+', nullable: true, default: null, ignorable: true }),
    controllerId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      struct({
        errorCode: int16(),
        name: string({ nullable: '12+' }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        isInternal: bool({ versions: '1+', default: false, ignorable: true }),
        partitions: array(
          struct({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            offlineReplicas: array(int32(), { versions: '5+', ignorable: true }),
          }),
        ),
        topicAuthorizedOperations: int32({ versions: '8+', default: -2_147_483_648 }),
      }),
    ),
    clusterAuthorizedOperations: int32({ versions: '8-10', default: -2_147_483_648 }),
    errorCode: int16({ versions: '13+', ignorable: true }),
  },
);

/** What `metadataResponse` decodes to. */
export interface MetadataResponse extends Infer<typeof metadataResponse> {}

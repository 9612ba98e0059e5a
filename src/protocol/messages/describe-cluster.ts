import { array, bool, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for the brokers or the controllers of the cluster (KIP-700, KIP-919). Version 2 can include
 * fenced brokers (KIP-1073).
 */
export const describeClusterRequest = request(
  { apiKey: 60, name: 'DescribeClusterRequest', versions: '0-2', flexible: '0+' },
  {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ versions: '1+', default: 1 }),
    includeFencedBrokers: bool({ versions: '2+' }),
  },
);

/** What `describeClusterRequest` decodes to. */
export interface DescribeClusterRequest extends Infer<typeof describeClusterRequest> {}

/** The cluster's id, its controller and its brokers. */
export const describeClusterResponse = response(
  { apiKey: 60, name: 'DescribeClusterResponse', versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    endpointType: int8({ versions: '1+', default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array(
      struct({
        brokerId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null }),
        isFenced: bool({ versions: '2+' }),
      }),
    ),
    clusterAuthorizedOperations: int32({ default: -2_147_483_648 }),
  },
);

/** What `describeClusterResponse` decodes to. */
export interface DescribeClusterResponse extends Infer<typeof describeClusterResponse> {}

/**
 * DescribeCluster, versions 0-2.
 *
 * The brokers, with the addresses of the listener that the client came by, and who is the controller.
 *
 * Versions: 1 asks for brokers or controllers, and there are no controllers to be reached apart; 2 shows
 * fenced brokers on request.
 *
 * Gaps: none.
 */
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  describeClusterRequest,
  describeClusterResponse,
} from '../protocol/messages/describe-cluster.ts';
import { defineApi } from './api.ts';
import { clusterOperations, operationsNotAsked } from './authorized-operations.ts';
import { endpointOf } from './endpoints.ts';
import type { ApiServices } from './services.ts';
import { isServing, servingController } from './serving-brokers.ts';

const brokersEndpointType = 1;
const controllersEndpointType = 2;

/** Serves DescribeCluster. */
export const describeClusterApi = defineApi({
  name: 'DescribeCluster',
  request: describeClusterRequest,
  response: describeClusterResponse,
  handle({ request, listenerName }, services) {
    const { endpointType } = request;
    if (endpointType === controllersEndpointType) {
      const message =
        'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER';
      return refused('MISMATCHED_ENDPOINT_TYPE', message);
    }
    if (endpointType !== brokersEndpointType) {
      return refused('UNSUPPORTED_ENDPOINT_TYPE', `Unsupported endpoint type ${endpointType}`);
    }
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      clusterId: services.clusterId,
      controllerId: servingController(services),
      brokers: brokersFor(services, listenerName, request.includeFencedBrokers),
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? clusterOperations
        : operationsNotAsked,
    };
  },
});

function brokersFor(services: ApiServices, listenerName: string, withFenced: boolean) {
  const brokers = [];
  for (const broker of services.image().brokers.values()) {
    const endpoint = endpointOf(broker, listenerName);
    const isFenced = !isServing(broker.nodeId, services);
    if (endpoint === undefined || (isFenced && !withFenced)) continue;
    const { nodeId: brokerId, host, port, rack } = endpoint;
    brokers.push({ brokerId, host, port, rack, isFenced });
  }
  return brokers;
}

function refused(error: ErrorName, errorMessage: string) {
  return {
    throttleTimeMs: 0,
    errorCode: errorCodes[error],
    errorMessage,
    endpointType: brokersEndpointType,
    clusterId: '',
    brokers: [],
    clusterAuthorizedOperations: operationsNotAsked,
  };
}

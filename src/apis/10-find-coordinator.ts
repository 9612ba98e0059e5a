/**
 * FindCoordinator, versions 0-6.
 *
 * Which broker coordinates a group: the leader of the partition of `__consumer_offsets` that the group's id
 * falls into. That topic is made for the first who asks, and the answer waits until it is there. A broker whose
 * lease has run out names who is likely to be elected in its place.
 *
 * Versions: 1 adds transactional ids; 4 asks for several keys at once (KIP-699); 6 for share groups (KIP-932).
 *
 * Gaps: keys of transactions and of share groups answer INVALID_REQUEST until those are served.
 */
import { errorCodes, errorMeaning, type ErrorName } from '../protocol/error-codes.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
  type FindCoordinatorRequest,
} from '../protocol/messages/find-coordinator.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi, type ApiCall } from './api.ts';
import { endpointOf, type Endpoint } from './endpoints.ts';
import type { ApiServices } from './services.ts';
import { likelyLeader } from './serving-brokers.ts';

type Response = Encodable<typeof findCoordinatorResponse>;
type Call = ApiCall<FindCoordinatorRequest, Response>;
type Coordinator = Response['coordinators'] extends readonly (infer One)[] | undefined
  ? One
  : never;

/** The first version that asks for several keys. */
const batchedFirstVersion = 4;
const groupKeyType = 0;

/** Serves FindCoordinator. */
export const findCoordinatorApi = defineApi({
  name: 'FindCoordinator',
  request: findCoordinatorRequest,
  response: findCoordinatorResponse,
  handle(call, services) {
    const { request, apiVersion } = call;
    const keys = apiVersion < batchedFirstVersion ? [request.key] : request.coordinatorKeys;
    const making =
      request.keyType === groupKeyType && keys.length > 0 ? services.groups.makeTopic() : undefined;
    if (making === undefined) return answer(call, keys, services);
    return making.then(() => answer(call, keys, services));
  },
});

function answer(call: Call, keys: readonly string[], services: ApiServices): Response {
  if (call.apiVersion >= batchedFirstVersion) {
    return { coordinators: keys.map((key) => coordinatorOf(key, call, services)) };
  }
  const { errorCode, nodeId, host, port } = coordinatorOf(keys[0] ?? '', call, services);
  return { errorCode, errorMessage: messageOf(errorCode), nodeId, host, port };
}

/** Apache has a message for success, too. */
function messageOf(errorCode: number): string {
  return errorCode === 0 ? 'NONE' : (errorMeaning(errorCode) ?? '');
}

function coordinatorOf(key: string, call: Call, services: ApiServices): Coordinator {
  if (call.request.keyType !== groupKeyType) return nobody(key, 'INVALID_REQUEST');
  const partition = services.groups.partitionOf(key);
  const nodeId = partition === undefined ? -1 : likelyLeader(partition, services);
  const broker = services.image().brokers.get(nodeId);
  const endpoint = broker === undefined ? undefined : endpointOf(broker, call.listenerName);
  return endpoint === undefined ? nobody(key, 'COORDINATOR_NOT_AVAILABLE') : found(key, endpoint);
}

function found(key: string, { nodeId, host, port }: Endpoint): Coordinator {
  return { key, nodeId, host, port, errorCode: 0, errorMessage: '' };
}

function nobody(key: string, error: ErrorName): Coordinator {
  const errorCode = errorCodes[error];
  return { key, nodeId: -1, host: '', port: -1, errorCode, errorMessage: messageOf(errorCode) };
}

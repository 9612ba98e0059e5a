/**
 * Metadata, versions 0-13.
 *
 * The brokers, by the listener that the client came by, and topics with their partitions' leaders and
 * replicas. A topic that is missing is made when both the client and `auto.create.topics.enable` allow it;
 * the answer then waits until it is there. `__consumer_offsets` is then made as for FindCoordinator.
 *
 * A broker whose lease has run out sends clients to the others: in place of itself it names as leader who is likely
 * to be elected, LEADER_NOT_AVAILABLE where that is nobody.
 *
 * Versions: 0 means all topics by an empty list, 1 and later by null; 4 lets clients forbid auto-creation;
 * 8-10 authorized operations of the cluster; 12 topics by id (10 and 11 refuse them, as Apache does).
 *
 * Gaps: the topics of transactions and of share groups are not made until those are served.
 */
import { isRefusal } from '../controller/decision.ts';
import { topicNameProblem } from '../controller/topic-names.ts';
import type { PartitionImage, TopicImage } from '../metadata/image.ts';
import { internalTopics, offsetsTopic } from '../metadata/image.ts';
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  metadataRequest,
  metadataResponse,
  type MetadataRequest,
} from '../protocol/messages/metadata.ts';
import type { Encodable } from '../protocol/schema.ts';
import { zeroUuid } from '../protocol/uuid.ts';
import { defineApi } from './api.ts';
import { clusterOperations, operationsNotAsked, topicOperations } from './authorized-operations.ts';
import { makeTopics } from './make-topics.ts';
import type { ApiServices } from './services.ts';
import {
  endpointsOf,
  likelyLeader,
  offlineReplicas,
  servingController,
} from './serving-brokers.ts';

type MetadataResponse = Encodable<typeof metadataResponse>;
type TopicAnswer = MetadataResponse['topics'][number];
type AskedTopic = NonNullable<MetadataRequest['topics']>[number];

/** The first version in which topics may be asked for by id. */
const topicIdFirstVersion = 12;

/** Serves Metadata. */
export const metadataApi = defineApi({
  name: 'Metadata',
  request: metadataRequest,
  response: metadataResponse,
  handle({ request, apiVersion, listenerName }, services) {
    if (apiVersion < topicIdFirstVersion && request.topics?.some(isById) === true) {
      return refused(request.topics);
    }
    const missing = topicsToCreate(request, services);
    const answer = (failures: ReadonlyMap<string, ErrorName>): MetadataResponse => ({
      throttleTimeMs: 0,
      brokers: endpointsOf(services, listenerName),
      clusterId: services.clusterId,
      controllerId: servingController(services),
      topics: topicAnswers(request, apiVersion, services, failures),
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? clusterOperations
        : operationsNotAsked,
      errorCode: 0,
    });
    if (missing.length === 0) return answer(new Map());
    return createTopics(missing, services).then(answer);
  },
});

/** The names that are asked for, may be made, and are not there. */
function topicsToCreate(request: MetadataRequest, services: ApiServices): string[] {
  if (!request.allowAutoTopicCreation || !services.config.autoCreateTopicsEnable) return [];
  const image = services.image();
  const names = new Set<string>();
  for (const { name, topicId } of request.topics ?? []) {
    if (name === null || topicId !== zeroUuid) continue;
    const mayBeMade = name === offsetsTopic || !internalTopics.has(name);
    if (mayBeMade && !image.topicsByName.has(name)) names.add(name);
  }
  return [...names];
}

const byDefault = { numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };

/**
 * Makes topics with the broker's defaults, and the one of committed offsets with what it is for; answers what could
 * not be made, by name.
 */
async function createTopics(
  names: readonly string[],
  services: ApiServices,
): Promise<ReadonlyMap<string, ErrorName>> {
  const ordinary = names.filter((name) => name !== offsetsTopic);
  const topics = ordinary.map((name) => ({ name, ...byDefault }));
  const [results] = await Promise.all([
    topics.length === 0 ? [] : makeTopics(services, topics, { validateOnly: false }),
    ordinary.length === names.length ? undefined : services.groups.makeTopic(),
  ]);
  const failures = new Map<string, ErrorName>();
  for (const result of results) {
    if (isRefusal(result)) failures.set(result.name, result.error);
  }
  return failures;
}

function topicAnswers(
  request: MetadataRequest,
  apiVersion: number,
  services: ApiServices,
  failures: ReadonlyMap<string, ErrorName>,
): TopicAnswer[] {
  const image = services.image();
  const operations = request.includeTopicAuthorizedOperations
    ? topicOperations
    : operationsNotAsked;
  const asked = request.topics;
  if (asked === null || (apiVersion === 0 && asked.length === 0)) {
    return [...image.topicsByName.values()].map((topic) => found(topic, operations, services));
  }
  return eachOnce(asked).map(({ name, topicId }) => {
    if (name === null || topicId !== zeroUuid) {
      const topic = image.topicsById.get(topicId);
      if (topic === undefined) return missing(null, topicId, 'UNKNOWN_TOPIC_ID');
      return found(topic, operations, services);
    }
    const topic = image.topicsByName.get(name);
    if (topic !== undefined) return found(topic, operations, services);
    const illegal = topicNameProblem(name) !== undefined;
    const error = illegal ? 'INVALID_TOPIC_EXCEPTION' : 'UNKNOWN_TOPIC_OR_PARTITION';
    const topicAuthorizedOperations = operations;
    return { ...missing(name, zeroUuid, failures.get(name) ?? error), topicAuthorizedOperations };
  });
}

/** Whether a topic is asked for by its id, or by nothing. */
function isById({ name, topicId }: AskedTopic): boolean {
  return name === null || topicId !== zeroUuid;
}

/** A topic that is asked for twice is answered once. */
function eachOnce(asked: readonly AskedTopic[]): AskedTopic[] {
  const byIdentity = new Map(
    asked.map((topic) => [isById(topic) ? `id ${topic.topicId}` : `name ${topic.name}`, topic]),
  );
  return [...byIdentity.values()];
}

/** Nothing at all, not even the brokers. */
function refused(asked: readonly AskedTopic[]): MetadataResponse {
  const topics = asked.map(({ name, topicId }) => missing(name ?? '', topicId, 'INVALID_REQUEST'));
  return { brokers: [], topics };
}

function missing(name: string | null, topicId: string, error: ErrorName): TopicAnswer {
  return {
    errorCode: errorCodes[error],
    name,
    topicId,
    isInternal: name !== null && internalTopics.has(name),
    partitions: [],
  };
}

function found(topic: TopicImage, operations: number, services: ApiServices): TopicAnswer {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions.map((partition) => partitionAnswer(partition, services)),
    topicAuthorizedOperations: operations,
  };
}

function partitionAnswer(partition: PartitionImage, services: ApiServices) {
  const leaderId = likelyLeader(partition, services);
  return {
    errorCode: leaderId < 0 ? errorCodes.LEADER_NOT_AVAILABLE : 0,
    partitionIndex: partition.index,
    leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    offlineReplicas: offlineReplicas(partition, services),
  };
}

/**
 * DescribeConfigs, versions 1-4.
 *
 * The configs of topics, of this broker, of the defaults of all brokers (an empty broker name), and of groups:
 * each with its value, where that comes from, and on request every value that was set and its documentation.
 *
 * Versions: 3 adds types and documentation (KIP-569).
 *
 * Gaps: loggers and client metrics, which are not here, answer INVALID_REQUEST. What goes beyond
 * `odradek.described.configs.max`, since a resource of ten bytes has a hundred kilobytes of configs, answers
 * POLICY_VIOLATION, where Apache describes without a bound.
 */
import {
  derivedDefaults,
  replicationFactorByDefault,
  type DerivedDefaults,
} from '../config/derived-defaults.ts';
import {
  describeBrokerConfig,
  describeDefaultBrokerConfig,
  describeGroupConfig,
  describeTopicConfig,
  type DescribedConfig,
} from '../config/describe-config.ts';
import { parseInteger } from '../config/config-value.ts';
import { placeableBrokers } from '../controller/broker-state.ts';
import { topicNameProblem } from '../controller/topic-names.ts';
import { emptyConfig, type FilteredTopicImage, type TopicImage } from '../metadata/image.ts';
import { replicaCountOf } from '../metadata/replica-count.ts';
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  describeConfigsRequest,
  describeConfigsResponse,
  type DescribeConfigsRequest,
} from '../protocol/messages/describe-configs.ts';
import { defineApi } from './api.ts';
import { configResourceTypes, resourceTypeName } from './config-resources.ts';
import type { ApiServices } from './services.ts';

type Resource = DescribeConfigsRequest['resources'][number];

interface Refusal {
  readonly error: ErrorName;
  readonly message: string;
}

/** Serves DescribeConfigs. */
export const describeConfigsApi = defineApi({
  name: 'DescribeConfigs',
  request: describeConfigsRequest,
  response: describeConfigsResponse,
  handle({ request }, services) {
    let configsLeft = services.config.describedConfigsMax;
    const results = request.resources.map((resource) => {
      const found = configsLeft > 0 ? configsOf(resource, services) : tooMany;
      if (!('error' in found)) configsLeft -= found.length;
      const refused = 'error' in found;
      return {
        errorCode: refused ? errorCodes[found.error] : 0,
        errorMessage: refused ? found.message : '',
        resourceType: resource.resourceType,
        resourceName: resource.resourceName,
        configs: refused ? [] : selected(found, request, resource),
      };
    });
    return { throttleTimeMs: 0, results };
  },
});

const tooMany: Refusal = {
  error: 'POLICY_VIOLATION',
  message: 'Excessively large number of configs per request.',
};

function configsOf(
  { resourceType, resourceName }: Resource,
  services: ApiServices,
): readonly DescribedConfig[] | Refusal {
  const image = services.image();
  switch (resourceType) {
    case configResourceTypes.TOPIC: {
      const topic = image.topicsByName.get(resourceName);
      if (topic === undefined) return missingTopic(resourceName);
      const { filtered } = topic;
      if (filtered !== undefined) return describeFiltered(topic, filtered, services);
      return describeTopicConfig(
        topic.config.values,
        services.configLayers(),
        derivedDefaults(
          topic.partitions[0] === undefined ? 1 : replicaCountOf(topic.partitions[0]),
        ),
      );
    }
    case configResourceTypes.BROKER:
      if (resourceName === '') return describeDefaultBrokerConfig(services.configLayers());
      return (
        wrongBroker(resourceName, services.nodeId) ??
        describeBrokerConfig(services.configLayers(), brokerDefaults(services))
      );
    case configResourceTypes.GROUP: {
      if (resourceName === '') {
        return { error: 'INVALID_REQUEST', message: 'Group name must not be empty' };
      }
      const { values } = image.groupConfigs.get(resourceName) ?? emptyConfig;
      return describeGroupConfig(values, services.configLayers());
    }
    default: {
      const message = `Configs of type ${resourceTypeName(resourceType)} are not served.`;
      return { error: 'INVALID_REQUEST', message };
    }
  }
}

/**
 * A filtered topic has its source's configs, which are changed there, and its filter. All are said to be read-only,
 * also the filter, which is not: tools that make copies of topics, as MirrorMaker does, leave such configs out, and
 * could make no topic with these.
 */
function describeFiltered(
  topic: TopicImage,
  { sourceTopicId }: FilteredTopicImage,
  services: ApiServices,
): readonly DescribedConfig[] {
  const source = services.image().topicsById.get(sourceTopicId)?.config ?? emptyConfig;
  const [partition] = topic.partitions;
  return describeTopicConfig(
    new Map([...source.values, ...topic.config.values]),
    services.configLayers(),
    derivedDefaults(partition === undefined ? 1 : replicaCountOf(partition)),
  ).map((config) => ({ ...config, readOnly: true }));
}

/** Of a topic that is made now, and says nothing. */
function brokerDefaults(services: ApiServices): DerivedDefaults {
  const { defaultReplicationFactor } = services.config;
  const brokers = placeableBrokers(services.image()).length;
  return derivedDefaults(replicationFactorByDefault(defaultReplicationFactor, brokers));
}

function missingTopic(name: string): Refusal {
  const problem = topicNameProblem(name);
  if (problem !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: problem };
  return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: '' };
}

function wrongBroker(name: string, nodeId: number): Refusal | undefined {
  const asked = parseInteger('INT', name);
  if (asked === nodeId) return undefined;
  const message =
    asked === undefined
      ? `Broker id must be an integer, but it is: ${name}`
      : `Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`;
  return { error: 'INVALID_REQUEST', message };
}

function selected(
  configs: readonly DescribedConfig[],
  { includeSynonyms, includeDocumentation }: DescribeConfigsRequest,
  { configurationKeys }: Resource,
) {
  const wanted = new Set(configurationKeys);
  return configs
    .filter(({ name }) => wanted.size === 0 || wanted.has(name))
    .map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: config.readOnly,
      configSource: config.source,
      isSensitive: config.sensitive,
      synonyms: includeSynonyms ? config.synonyms : [],
      configType: config.type,
      documentation: includeDocumentation ? config.documentation : null,
    }));
}

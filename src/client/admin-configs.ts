import type { DescribeConfigsResponse } from '../protocol/messages/describe-configs.ts';
import { byBroker, type Outcome, refusal, settleItems } from './admin-items.ts';
import { apis } from './apis.ts';
import type { Cluster } from './cluster.ts';

/** What a configuration belongs to, by its number in requests. */
export const configResourceTypes = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const;
export type ConfigResourceType = keyof typeof configResourceTypes;

/** One topic, one broker (its id as text, or '' for the default of all), and so on. */
export interface ConfigResource {
  readonly type: ConfigResourceType;
  readonly name: string;
}

/** Where values come from, by their number in responses. */
export const configSources = [
  'UNKNOWN',
  'DYNAMIC_TOPIC_CONFIG',
  'DYNAMIC_BROKER_CONFIG',
  'DYNAMIC_DEFAULT_BROKER_CONFIG',
  'STATIC_BROKER_CONFIG',
  'DEFAULT_CONFIG',
  'DYNAMIC_BROKER_LOGGER_CONFIG',
  'DYNAMIC_CLIENT_METRICS_CONFIG',
  'DYNAMIC_GROUP_CONFIG',
] as const;
export type ConfigSource = (typeof configSources)[number];

/** Types of values, by their number in responses. */
export const configTypes = [
  'UNKNOWN',
  'BOOLEAN',
  'STRING',
  'INT',
  'SHORT',
  'LONG',
  'DOUBLE',
  'LIST',
  'CLASS',
  'PASSWORD',
] as const;
export type ConfigType = (typeof configTypes)[number];

/** One key of a resource. */
export interface ConfigEntry {
  readonly name: string;
  /** Null where it is a secret or has none. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly type: ConfigType;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  /** Null unless it was asked for. */
  readonly documentation: string | null;
  /** What counts after this value, first the one in force; empty unless asked for. */
  readonly synonyms: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly source: ConfigSource;
  }[];
}

/** How much is told. */
export interface DescribeConfigsOptions {
  /** Only these; all unless given. */
  readonly keys?: readonly string[];
  readonly includeSynonyms?: boolean;
  readonly includeDocumentation?: boolean;
}

/** The configuration of each resource. */
export function describeConfigs(
  cluster: Cluster,
  resources: readonly ConfigResource[],
  options: DescribeConfigsOptions,
): Promise<readonly Outcome<readonly ConfigEntry[]>[]> {
  return settleItems(cluster, 'DescribeConfigs', resources, (open) =>
    byBroker(open, brokerOf(cluster), async (nodeId, part) => {
      const response = await requestTo(cluster, nodeId)(apis.describeConfigs, {
        resources: part.map(({ type, name }) => ({
          resourceType: configResourceTypes[type],
          resourceName: name,
          configurationKeys: options.keys ?? null,
        })),
        includeSynonyms: options.includeSynonyms ?? false,
        includeDocumentation: options.includeDocumentation ?? false,
      });
      return part.map((resource): Outcome<readonly ConfigEntry[]> => {
        const answer = answerFor(response.results, resource);
        const error = refusal(`describe ${nameOf(resource)}`, answer, topicOf(resource));
        return error === undefined
          ? { value: (answer?.configs ?? []).map(configEntry) }
          : { error };
      });
    }),
  );
}

/** One change of one key. */
export interface ConfigChange {
  readonly name: string;
  /** `delete` returns to the default; `append` and `subtract` change lists. */
  readonly operation: 'set' | 'delete' | 'append' | 'subtract';
  readonly value?: string;
}

const operationCodes = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

/** Changes configuration, each resource as a whole or not at all; with `validateOnly` says whether it could. */
export function incrementalAlterConfigs(
  cluster: Cluster,
  changes: readonly {
    readonly resource: ConfigResource;
    readonly changes: readonly ConfigChange[];
  }[],
  validateOnly: boolean,
): Promise<readonly Outcome<ConfigResource>[]> {
  return settleItems(cluster, 'IncrementalAlterConfigs', changes, (open) =>
    byBroker(
      open,
      ({ resource }) => brokerOf(cluster)(resource),
      async (nodeId, part) => {
        const response = await requestTo(cluster, nodeId)(apis.incrementalAlterConfigs, {
          resources: part.map((item) => ({
            resourceType: configResourceTypes[item.resource.type],
            resourceName: item.resource.name,
            configs: item.changes.map(({ name, operation, value }) => ({
              name,
              configOperation: operationCodes[operation],
              value: value ?? null,
            })),
          })),
          validateOnly,
        });
        return part.map(({ resource }): Outcome<ConfigResource> => {
          const answer = answerFor(response.responses, resource);
          const error = refusal(`alter ${nameOf(resource)}`, answer, topicOf(resource));
          return error === undefined ? { value: resource } : { error };
        });
      },
    ),
  );
}

const anyBroker = -1;

/** A broker speaks for itself; for everything else anyone does. */
function brokerOf(cluster: Cluster): (resource: ConfigResource) => Promise<number> {
  return async ({ type, name }) => {
    const isOfOneBroker = (type === 'broker' || type === 'brokerLogger') && name !== '';
    if (!isOfOneBroker || !/^\d{1,9}$/.test(name)) return anyBroker;
    // Known from the start on, unless no request was made yet; the refusal is the broker's otherwise.
    if (cluster.brokers.size === 0) await cluster.metadata([]);
    return cluster.brokers.has(Number(name)) ? Number(name) : anyBroker;
  };
}

function requestTo(cluster: Cluster, nodeId: number): Cluster['requestAny'] {
  return (api, body, options) =>
    nodeId === anyBroker
      ? cluster.requestAny(api, body, options)
      : cluster.requestTo(nodeId, api, body, options);
}

function answerFor<A extends { resourceType: number; resourceName: string }>(
  answers: readonly A[],
  { type, name }: ConfigResource,
): A | undefined {
  return answers.find(
    (answer) => answer.resourceName === name && answer.resourceType === configResourceTypes[type],
  );
}

function nameOf({ type, name }: ConfigResource): string {
  return `configuration of ${type} ${name === '' ? '(default)' : name}`;
}

function topicOf({ type, name }: ConfigResource): string | undefined {
  return type === 'topic' ? name : undefined;
}

type RawEntry = DescribeConfigsResponse['results'][number]['configs'][number];

function configEntry(raw: RawEntry): ConfigEntry {
  return {
    name: raw.name,
    value: raw.value,
    source: configSources[raw.configSource] ?? 'UNKNOWN',
    type: configTypes[raw.configType] ?? 'UNKNOWN',
    isReadOnly: raw.readOnly,
    isSensitive: raw.isSensitive,
    documentation: raw.documentation,
    synonyms: raw.synonyms.map(({ name, value, source }) => ({
      name,
      value,
      source: configSources[source] ?? 'UNKNOWN',
    })),
  };
}

import type { RunningBroker } from '../../broker/broker.ts';
import {
  type ConfigEntry,
  type ConfigResource,
  type ConfigSource,
  configSources,
  configTypes,
} from '../../client/admin-configs.ts';
import { valueOf } from '../../client/admin-items.ts';
import type { Client } from '../../client/client.ts';
import type { ConfigLayers } from '../../config/config-layers.ts';
import { derivedDefaults, type DerivedDefaults } from '../../config/derived-defaults.ts';
import { describeTopicConfig } from '../../config/describe-config.ts';
import { filterConfig } from '../../config/filtered-topic-keys.ts';
import { replicaCountOf } from '../../metadata/replica-count.ts';
import { must } from '../../util/assert.ts';
import type { ConfigRow } from '../contract/topics.ts';

/** A row, and where its inherited value comes from. */
export interface ConfigRowWithSource {
  readonly row: ConfigRow;
  readonly inheritedSource: ConfigSource;
}

/** Where a value comes from that was set for such a resource itself. */
export function ownSource({ type, name }: ConfigResource): ConfigSource {
  if (type === 'topic') return 'DYNAMIC_TOPIC_CONFIG';
  if (type === 'group') return 'DYNAMIC_GROUP_CONFIG';
  return name === '' ? 'DYNAMIC_DEFAULT_BROKER_CONFIG' : 'DYNAMIC_BROKER_CONFIG';
}

/**
 * The configs of one topic, broker or group, by name. Of a topic, `topicDefaults` are those that it inherits: its
 * synonyms are not always in its units (`log.retention.hours`). Throws as the client does.
 */
export async function configRows(
  client: Client,
  resource: ConfigResource,
  topicDefaults: readonly ConfigRow[] = [],
): Promise<readonly ConfigRowWithSource[]> {
  const own = ownSource(resource);
  const defaults = new Map(topicDefaults.map((row) => [row.name, row]));
  return (await described(client, resource)).map((entry) => {
    const { value, source, synonyms } = entry;
    if (source !== own) return rowWithSource(entry, { value, source });
    // A broker has its value from no other key, be it for the same (`log.retention.hours`).
    const beneath = synonyms.find(
      (synonym) =>
        synonym.source !== own && (resource.type !== 'broker' || synonym.name === entry.name),
    );
    return rowWithSource(entry, defaults.get(entry.name) ?? beneath ?? nothingSet);
  });
}

/** Those of a topic. Throws as the client does. */
export async function topicConfigRows(
  name: string,
  { broker, client }: { readonly broker: RunningBroker; readonly client: Client },
): Promise<readonly ConfigRowWithSource[]> {
  const topic = broker.metadata.image.topicsByName.get(name);
  const partition = topic?.partitions[0];
  const replicas = partition === undefined ? 1 : replicaCountOf(partition);
  const defaults = newTopicRows(broker.configLayers, derivedDefaults(replicas));
  const rows = await configRows(client, { type: 'topic', name }, defaults);
  // To Kafka's tools a filtered topic's filter is read-only, so that they do not copy it; it can be changed.
  return rows.map((one) =>
    one.row.name === filterConfig && topic?.filtered !== undefined
      ? { ...one, row: { ...one.row, isReadOnly: false } }
      : one,
  );
}

/**
 * What is set for all brokers, and what may be: a broker describes only the former, which is little to fill a form
 * with. What is not set stands as `nodeId` has it.
 */
export async function defaultBrokerRows(
  client: Client,
  nodeId: number,
): Promise<readonly ConfigRowWithSource[]> {
  const entries = await described(client, { type: 'broker', name: String(nodeId) });
  return entries
    .filter(({ isReadOnly }) => !isReadOnly)
    .map((entry) => {
      const ofAll = entry.synonyms.filter(
        ({ name, source }) => name === entry.name && source !== 'DYNAMIC_BROKER_CONFIG',
      );
      const beneath = ofAll.find(({ source }) => source !== 'DYNAMIC_DEFAULT_BROKER_CONFIG');
      const { value, source } = ofAll[0] ?? nothingSet;
      return rowWithSource({ ...entry, value, source }, beneath ?? nothingSet);
    });
}

/** The configs of a topic that is made with none; `derived` are the defaults that depend on it. */
export function newTopicRows(layers: ConfigLayers, derived: DerivedDefaults): readonly ConfigRow[] {
  return describeTopicConfig(new Map(), layers, derived).map((config) => ({
    name: config.name,
    value: config.value,
    source: must(configSources[config.source]),
    type: must(configTypes[config.type]),
    isReadOnly: config.readOnly,
    isSensitive: config.sensitive,
    documentation: config.documentation,
    inherited: config.value,
  }));
}

async function described(
  client: Client,
  resource: ConfigResource,
): Promise<readonly ConfigEntry[]> {
  const options = { includeSynonyms: true, includeDocumentation: true };
  const outcome = must((await client.admin.describeConfigs([resource], options))[0]);
  return valueOf(outcome).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

interface Inherited {
  readonly value: string | null;
  readonly source: string;
}

const nothingSet: { readonly value: null; readonly source: ConfigSource } = {
  value: null,
  source: 'DEFAULT_CONFIG',
};

function rowWithSource(entry: ConfigEntry, inherited: Inherited): ConfigRowWithSource {
  const { name, value, source, type, isReadOnly, isSensitive, documentation } = entry;
  return {
    row: {
      name,
      value,
      source,
      type,
      isReadOnly,
      isSensitive,
      documentation,
      inherited: inherited.value,
    },
    inheritedSource: configSources.find((known) => known === inherited.source) ?? 'UNKNOWN',
  };
}

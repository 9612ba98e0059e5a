import { isSensitive } from './config-key.ts';
import type { ConfigKey, ConfigType } from './config-key.ts';
import { configSources, setValues } from './config-layers.ts';
import type { ConfigLayers, ConfigSynonym } from './config-layers.ts';
import { brokerConfigKeys, groupConfigKeys, topicConfigKeys } from './config-table.ts';
import { parseBoolean, parseList } from './config-value.ts';
import { inTopicUnits } from './topic-config.ts';
import { topicSynonyms } from './topic-synonyms.ts';

/** One config of a resource as DescribeConfigs (versions 1-4) answers it. */
export interface DescribedConfig {
  readonly name: string;
  /** Null where nothing is in effect, and where it must not be shown. */
  readonly value: string | null;
  readonly readOnly: boolean;
  /** Nobody set it. What version 0 asks for. */
  readonly isDefault: boolean;
  /** One of `configSources`. */
  readonly source: number;
  readonly sensitive: boolean;
  /** Every value that was set, and the default, the one in effect first. */
  readonly synonyms: readonly ConfigSynonym[];
  /** One of `configTypeCodes`; 0 for keys that are not known. */
  readonly type: number;
  readonly documentation: string;
}

/** Types as DescribeConfigs numbers them (KIP-569). */
const configTypeCodes: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
};

/** Every config of a topic whose own configs are `configs`, in the order of their names. */
export function describeTopicConfig(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): DescribedConfig[] {
  return [...topicConfigKeys.values()].map((key) => {
    const own = configs.get(key.name);
    const chain = inheritedChain(key, layers);
    if (own !== undefined) {
      chain.unshift({ name: key.name, value: own, source: configSources.DYNAMIC_TOPIC_CONFIG });
    }
    return described(key, chain, false);
  });
}

/** Every config of a broker, in the order of their names; keys that are not known come last. */
export function describeBrokerConfig(layers: ConfigLayers): DescribedConfig[] {
  const known = [...brokerConfigKeys.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((key) => {
      const chain = [...setValues(layers, key.name), ...defaultOf(key, key.name)];
      return described(key, chain, key.update === 'read-only');
    });
  return [...known, ...unknownNames(layers).map((name) => describeUnknown(name, layers))];
}

/** What was set at run time for all brokers: what DescribeConfigs answers for the broker without a name. */
export function describeDefaultBrokerConfig(layers: ConfigLayers): DescribedConfig[] {
  const source = configSources.DYNAMIC_DEFAULT_BROKER_CONFIG;
  return [...layers.dynamicDefault].map(([name, value]) => {
    const key = brokerConfigKeys.get(name);
    if (key === undefined) return describeHidden(name, source, false);
    return described(key, [{ name, value, source }], false);
  });
}

/**
 * Every config of a group whose own configs are `configs`. What it does not set it has from the broker key of
 * the same name behind `group.`.
 */
export function describeGroupConfig(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): DescribedConfig[] {
  return [...groupConfigKeys.values()].map((key) => {
    const own = configs.get(key.name);
    const chain = [...setValues(layers, `group.${key.name}`), ...defaultOf(key, key.name)];
    if (own !== undefined) {
      chain.unshift({ name: key.name, value: own, source: configSources.GROUP_CONFIG });
    }
    return described(key, chain, false);
  });
}

/** `text` as Kafka shows it: without blanks, lists without them inside, booleans in lower case. */
export function canonicalValue(key: ConfigKey, text: string): string {
  if (key.type === 'LIST') return parseList(text).join(',');
  if (key.type === 'BOOLEAN') return String(parseBoolean(text) ?? text.trim());
  return text.trim();
}

/** What a topic has from its broker: what was set there, then the default of the last broker key that has one. */
function inheritedChain(key: ConfigKey, layers: ConfigLayers): ConfigSynonym[] {
  const chain: ConfigSynonym[] = [];
  let last: ConfigSynonym | undefined;
  for (const { brokerKey, factor } of topicSynonyms.get(key.name) ?? []) {
    for (const { name, value, source } of setValues(layers, brokerKey)) {
      chain.push({ name, value: value === null ? null : inTopicUnits(value, factor), source });
    }
    const byDefault = brokerConfigKeys.get(brokerKey)?.defaultValue ?? null;
    if (byDefault !== null) {
      const value = inTopicUnits(byDefault, factor);
      last = { name: brokerKey, value, source: configSources.DEFAULT_CONFIG };
    }
  }
  return last === undefined ? [...chain, ...defaultOf(key, key.name)] : [...chain, last];
}

function defaultOf(key: ConfigKey, name: string): ConfigSynonym[] {
  if (key.defaultValue === null) return [];
  return [{ name, value: key.defaultValue, source: configSources.DEFAULT_CONFIG }];
}

function described(
  key: ConfigKey,
  chain: readonly ConfigSynonym[],
  readOnly: boolean,
): DescribedConfig {
  const sensitive = isSensitive(key);
  const shown = chain.map(({ name, value, source }) => ({
    name,
    value: sensitive || value === null ? null : canonicalValue(key, value),
    source,
  }));
  const effective = shown[0] ?? { value: null, source: configSources.DEFAULT_CONFIG };
  return {
    name: key.name,
    value: effective.value,
    readOnly,
    isDefault: effective.source === configSources.DEFAULT_CONFIG,
    source: effective.source,
    sensitive,
    synonyms: shown,
    type: configTypeCodes[key.type],
    documentation: key.documentation,
  };
}

function unknownNames(layers: ConfigLayers): string[] {
  const names = [layers.dynamicBroker, layers.dynamicDefault, layers.static].flatMap((layer) => [
    ...layer.keys(),
  ]);
  return [...new Set(names)].filter((name) => !brokerConfigKeys.has(name)).toSorted();
}

function describeUnknown(name: string, layers: ConfigLayers): DescribedConfig {
  const source = setValues(layers, name)[0]?.source ?? configSources.UNKNOWN;
  return describeHidden(name, source, source === configSources.STATIC_BROKER_CONFIG);
}

/** A key of somebody else's: whether its value is a secret cannot be known, so it is not shown. */
function describeHidden(name: string, source: number, readOnly: boolean): DescribedConfig {
  return {
    name,
    value: null,
    readOnly,
    isDefault: false,
    source,
    sensitive: true,
    synonyms: [{ name, value: null, source }],
    type: 0,
    documentation: '',
  };
}

import { isSensitive } from './config-key.ts';
import type { ConfigKey, ConfigType } from './config-key.ts';
import { configSources, setValues } from './config-layers.ts';
import type { ConfigLayers, ConfigSynonym } from './config-layers.ts';
import { brokerConfigKeys, groupConfigKeys, topicConfigKeys } from './config-table.ts';
import { parseBoolean, parseList } from './config-value.ts';
import type { DerivedDefaults } from './derived-defaults.ts';
import { isOfFilteredTopics } from './filtered-topic-keys.ts';
import { inTopicUnits } from './topic-config.ts';
import { brokerSynonyms, topicSynonyms } from './topic-synonyms.ts';

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
  /** What was set and the default, each under its own key and in its unit; empty where Kafka shows none. */
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

/**
 * Every config of a topic whose own configs are `configs`, in the order of their names. `derived` are the
 * defaults that depend on the topic.
 */
export function describeTopicConfig(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
  derived: DerivedDefaults,
): DescribedConfig[] {
  const keys = [...topicConfigKeys.values()].filter(
    ({ name }) => configs.has(name) || !isOfFilteredTopics(name),
  );
  return keys.map((key) => {
    const [main] = topicSynonyms.get(key.name) ?? [];
    const synonyms = main === undefined ? [] : brokerChain(main.brokerKey, layers, derived);
    const value = configs.get(key.name);
    if (value === undefined) {
      return described(key, synonyms, { effective: inherited(key, layers, derived) });
    }
    const own = { name: key.name, value, source: configSources.DYNAMIC_TOPIC_CONFIG };
    return described(key, [own, ...synonyms]);
  });
}

/**
 * Every config of a broker, in the order of their names; keys that are not known come last. `derived` are the
 * defaults that depend on the cluster.
 */
export function describeBrokerConfig(
  layers: ConfigLayers,
  derived: DerivedDefaults,
): DescribedConfig[] {
  const known = [...brokerConfigKeys.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((key) =>
      described(key, brokerChain(key.name, layers, derived), {
        readOnly: key.update === 'read-only',
      }),
    );
  return [...known, ...unknownNames(layers).map((name) => describeUnknown(name, layers))];
}

/** What was set at run time for all brokers: what DescribeConfigs answers for the broker without a name. */
export function describeDefaultBrokerConfig(layers: ConfigLayers): DescribedConfig[] {
  const source = configSources.DYNAMIC_DEFAULT_BROKER_CONFIG;
  return [...layers.dynamicDefault].map(([name, value]) => {
    const key = brokerConfigKeys.get(name);
    if (key === undefined) return describeHidden(name, source, false);
    return described(key, [{ name, value, source }]);
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
    const brokerKey = `group.${key.name}`;
    const chain = brokerConfigKeys.has(brokerKey)
      ? brokerChain(brokerKey, layers)
      : defaultOf(key, noneDerived);
    if (own !== undefined) {
      chain.unshift({ name: key.name, value: own, source: configSources.GROUP_CONFIG });
    }
    return described(key, chain);
  });
}

/** `text` as Kafka shows it: without blanks, lists without them inside, booleans in lower case. */
export function canonicalValue(key: ConfigKey, text: string): string {
  if (key.type === 'LIST') return parseList(text).join(',');
  if (key.type === 'BOOLEAN') return String(parseBoolean(text) ?? text.trim());
  return text.trim();
}

/**
 * What is in effect of a topic key that the topic does not set. It need not be the first of its synonyms:
 * those have values in the units of their own keys, and begin with the main one.
 */
function inherited(key: ConfigKey, layers: ConfigLayers, derived: DerivedDefaults): EffectiveValue {
  for (const { brokerKey, factor } of topicSynonyms.get(key.name) ?? []) {
    const [set] = setValues(layers, brokerKey);
    if (set === undefined) continue;
    return {
      value: set.value === null ? null : inTopicUnits(set.value, factor),
      source: set.source,
    };
  }
  const value = key.defaultValue ?? derived.get(key.name) ?? null;
  return { value, source: configSources.DEFAULT_CONFIG };
}

/**
 * What was set for a broker key and the other keys for the same, then their defaults. As in Kafka it begins
 * with `name`: what comes before, or all where there is nothing of that name, is left out.
 */
function brokerChain(
  name: string,
  layers: ConfigLayers,
  derived: DerivedDefaults = noneDerived,
): ConfigSynonym[] {
  const names = brokerSynonyms.get(name) ?? [name];
  const chain = names.flatMap((synonym) => setValues(layers, synonym));
  for (const synonym of names) {
    const key = brokerConfigKeys.get(synonym);
    if (key !== undefined) chain.push(...defaultOf(key, derived));
  }
  const first = chain.findIndex((synonym) => synonym.name === name);
  return first < 0 ? [] : chain.slice(first);
}

const noneDerived: DerivedDefaults = new Map();

function defaultOf({ name, defaultValue }: ConfigKey, derived: DerivedDefaults): ConfigSynonym[] {
  const value = defaultValue ?? derived.get(name);
  return value === undefined ? [] : [{ name, value, source: configSources.DEFAULT_CONFIG }];
}

type EffectiveValue = Omit<ConfigSynonym, 'name'>;

const noValue: EffectiveValue = { value: null, source: configSources.DEFAULT_CONFIG };

/** The first of the synonyms is in effect unless something else is said to be. */
function described(
  key: ConfigKey,
  synonyms: readonly ConfigSynonym[],
  rest: { readonly readOnly?: boolean; readonly effective?: EffectiveValue } = {},
): DescribedConfig {
  const { readOnly = false, effective: { value, source } = synonyms[0] ?? noValue } = rest;
  const sensitive = isSensitive(key);
  const shown = (text: string | null): string | null =>
    sensitive || text === null ? null : canonicalValue(key, text);
  return {
    name: key.name,
    value: shown(value),
    readOnly,
    isDefault: source === configSources.DEFAULT_CONFIG,
    source,
    sensitive,
    synonyms: synonyms.map((synonym) => ({ ...synonym, value: shown(synonym.value) })),
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

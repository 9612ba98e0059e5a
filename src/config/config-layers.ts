/**
 * What was set for a broker, by where: each as text, by key. The upper ones are asked first. Values in them
 * are valid.
 */
export interface ConfigLayers {
  /** At run time, for this broker. */
  readonly dynamicBroker: ReadonlyMap<string, string>;
  /** At run time, for all brokers. */
  readonly dynamicDefault: ReadonlyMap<string, string>;
  /** At start: options, environment, file. */
  readonly static: ReadonlyMap<string, string>;
}

/** Where a value comes from, as DescribeConfigs numbers it. */
export const configSources = {
  UNKNOWN: 0,
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  GROUP_CONFIG: 8,
} as const;

/** One value of a key, and where it comes from. */
export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  /** One of `configSources`. */
  readonly source: number;
}

/** Nothing set anywhere. */
export const noConfigLayers: ConfigLayers = {
  dynamicBroker: new Map(),
  dynamicDefault: new Map(),
  static: new Map(),
};

/** The values that were set for a broker key, the one in effect first. */
export function setValues(layers: ConfigLayers, key: string): ConfigSynonym[] {
  const found: ConfigSynonym[] = [];
  const add = (value: string | undefined, source: number): void => {
    if (value !== undefined) found.push({ name: key, value, source });
  };
  add(layers.dynamicBroker.get(key), configSources.DYNAMIC_BROKER_CONFIG);
  add(layers.dynamicDefault.get(key), configSources.DYNAMIC_DEFAULT_BROKER_CONFIG);
  add(layers.static.get(key), configSources.STATIC_BROKER_CONFIG);
  return found;
}

/** The value in effect of a broker key, where one was set. */
export function setValue(layers: ConfigLayers, key: string): string | undefined {
  return layers.dynamicBroker.get(key) ?? layers.dynamicDefault.get(key) ?? layers.static.get(key);
}

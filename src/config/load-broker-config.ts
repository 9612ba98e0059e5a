import { must } from '../util/assert.ts';
import { nearestWord } from '../util/nearest.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { brokerConfigProblem } from './broker-config-problem.ts';
import type { ConfigEffect, ConfigKey } from './config-key.ts';
import { isSensitive } from './config-key.ts';
import { noConfigLayers } from './config-layers.ts';
import { brokerConfigKeys, topicConfigKeys } from './config-table.ts';
import { valueProblem } from './config-value.ts';
import { invalidConfig } from './invalid-config.ts';
import { listenerPrefix } from './listener-prefix.ts';
import { topicSynonyms } from './topic-synonyms.ts';

/** Values from one place. */
export interface ConfigOrigin {
  /** How it is called in messages: `the options`, `the environment`, `/etc/odradek/server.properties`. */
  readonly name: string;
  /** An unknown key is an error (options, flags), else a warning (files and environments serve others too). */
  readonly unknownKeys: 'refuse' | 'warn';
  /** Undefined values count as not given. */
  readonly values: Readonly<Record<string, ConfigInput | undefined>> | ReadonlyMap<string, string>;
}

/** What a program may give as a value; lists are joined by commas. */
export type ConfigInput = string | number | boolean | readonly string[];

/** What came of bringing the values of several places together. */
export interface LoadedBrokerConfig {
  /** Valid values by key: `ConfigLayers.static`. Keys that are not known are in it too. */
  readonly values: ReadonlyMap<string, string>;
  /** One sentence each, for the log. */
  readonly warnings: readonly string[];
  /** Keys that were set and mean nothing here, by name. */
  readonly ignored: readonly string[];
  /** Keys that were set and do not act yet, by name. */
  readonly later: readonly string[];
}

/**
 * Brings the values of several places together, the later ones winning. Reads nothing itself. Throws
 * `INVALID_CONFIG` for a bad value, whichever place it wins or loses in, and `UNKNOWN_CONFIG` for an unknown
 * key where those are refused.
 */
export function loadBrokerConfig(origins: readonly ConfigOrigin[]): LoadedBrokerConfig {
  const values = new Map<string, string>();
  const warnings: string[] = [];
  for (const origin of origins) {
    for (const [name, input] of entriesOf(origin)) {
      const key = knownKey(name);
      if (key === undefined) warnings.push(unknownKey(name, origin));
      else refuseBadValue(key, name, input, origin);
      values.set(name, input);
    }
  }
  fillInNodeId(values);
  const problem = brokerConfigProblem({ ...noConfigLayers, static: values });
  if (problem !== undefined) {
    throw invalidConfig(
      problem.key,
      problem.value,
      problem.message.replace(/^requirement failed: /, ''),
    );
  }
  return {
    values,
    warnings,
    ignored: withEffect(values, 'ignored'),
    later: withEffect(values, 'later'),
  };
}

/** Gives the one of `node.id` and its older name `broker.id` that is not set the value of the other. */
function fillInNodeId(values: Map<string, string>): void {
  const id = values.get('node.id');
  const old = values.get('broker.id');
  if (id !== undefined && old === undefined) values.set('broker.id', id);
  // A negative one is none.
  if (old !== undefined && id === undefined && Number(old) >= 0) values.set('node.id', old);
}

function knownKey(name: string): ConfigKey | undefined {
  return brokerConfigKeys.get(name) ?? brokerConfigKeys.get(name.replace(listenerPrefix, ''));
}

function entriesOf({ values }: ConfigOrigin): [string, string][] {
  const entries: Iterable<readonly [string, ConfigInput | undefined]> =
    values instanceof Map ? values : Object.entries(values);
  const given: [string, string][] = [];
  for (const [name, value] of entries) {
    if (value !== undefined)
      given.push([name, Array.isArray(value) ? value.join(',') : String(value)]);
  }
  return given;
}

function refuseBadValue(key: ConfigKey, name: string, value: string, origin: ConfigOrigin): void {
  const problem = valueProblem(key, value);
  if (problem === undefined) return;
  const shown = isSensitive(key) ? '[hidden]' : value;
  throw invalidConfig(name, shown, `${problem.expected} (from ${origin.name})`);
}

/** The warning for a key that nobody knows, or an error where those are refused. */
function unknownKey(name: string, origin: ConfigOrigin): string {
  const nearest = suggestion(name);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const message = `${name} in ${origin.name} is no configuration key${hint}`;
  if (origin.unknownKeys === 'warn') return message;
  throw new OdradekError(message, { code: 'UNKNOWN_CONFIG', key: name, nearest });
}

/** The key that was probably meant: the broker's for a topic key, else the nearest by its letters. */
function suggestion(name: string): string | undefined {
  if (topicConfigKeys.has(name)) {
    const synonym = topicSynonyms.get(name)?.[0]?.brokerKey;
    if (synonym !== undefined) return synonym;
  }
  return nearestWord(name, brokerConfigKeys.keys());
}

function withEffect(values: ReadonlyMap<string, string>, effect: ConfigEffect): string[] {
  const names = [...values.keys()].filter((name) => knownKey(name) !== undefined);
  return names
    .filter((name) => {
      if (!brokerConfigKeys.has(name)) return effect === 'later';
      return must(brokerConfigKeys.get(name)).effect === effect;
    })
    .toSorted();
}

/** Of the scripts that start Apache's broker, not of the broker. */
const scriptVariables = new Set([
  'KAFKA_DEBUG',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_HEAP_OPTS',
  'KAFKA_HOME',
  'KAFKA_JMX_HOSTNAME',
  'KAFKA_JMX_OPTS',
  'KAFKA_JMX_PORT',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_LOG4J_LOGGERS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_LOG4J_ROOT_LOGLEVEL',
  'KAFKA_OPTS',
  'KAFKA_TOOLS_LOG4J_LOGLEVEL',
  'KAFKA_VERSION',
]);

/**
 * The keys in an environment, as Apache's container image names them: `KAFKA_X_Y` is `x.y`; two underscores
 * are one in the key, three a dash.
 */
export function environmentConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !/^KAFKA_[A-Z]/.test(name) || scriptVariables.has(name)) continue;
    const key = name
      .slice('KAFKA_'.length)
      .toLowerCase()
      .replace(/_{1,3}/g, (run) => (run.length === 1 ? '.' : run.length === 2 ? '_' : '-'));
    values[key] = value;
  }
  return values;
}

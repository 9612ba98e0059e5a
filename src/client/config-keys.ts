import { topicConfigKeys } from '../config/config-table.ts';
import { nearestWord } from '../util/nearest.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ConfigEntry, ConfigResource } from './admin-configs.ts';
import type { Outcome } from './admin-items.ts';
import type { Client } from './client.ts';

/** The entry of `key`. Throws `UNKNOWN_CONFIG`, naming the nearest key, where there is none. */
export function entryOf(entries: readonly ConfigEntry[], key: string): ConfigEntry {
  const entry = entries.find(({ name }) => name === key);
  if (entry !== undefined) return entry;
  throw unknownKey(
    key,
    entries.map(({ name }) => name),
  );
}

function unknownKey(key: string, known: Iterable<string>): OdradekError {
  const nearest = nearestWord(key, known);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return new OdradekError(`there is no key ${key}${hint}`, {
    code: 'UNKNOWN_CONFIG',
    key,
    nearest,
  });
}

/**
 * Why `keys` cannot be changed: one that is none, or no such topic. Brokers take the deletion of a key that is
 * none for done, and say no nearest one. Those of a broker are not looked at: a broker describes only some of
 * the keys that it takes.
 */
export async function keyProblem(
  client: Client,
  resource: ConfigResource,
  keys: readonly string[],
): Promise<{ readonly error: OdradekError } | undefined> {
  if (resource.type !== 'topic' && resource.type !== 'group') return undefined;
  const [outcome = { value: [] }] = await client.admin.describeConfigs([resource]);
  if ('error' in outcome) return outcome;
  const known = outcome.value.map(({ name }) => name);
  const unknown = keys.find((key) => !known.includes(key));
  return unknown === undefined ? undefined : { error: unknownKey(unknown, known) };
}

/** The outcome of creating a topic, with the key that was probably meant where the broker knows one not. */
export function withNearestKey<T>(outcome: Outcome<T>, keys: readonly string[]): Outcome<T> {
  const unknown = keys.find((key) => !topicConfigKeys.has(key));
  const nearest = unknown === undefined ? undefined : nearestWord(unknown, topicConfigKeys.keys());
  if (!('error' in outcome) || nearest === undefined) return outcome;
  const { message, details } = outcome.error;
  const isAboutKey = details.code === 'BROKER_REFUSED' && details.errorName === 'INVALID_CONFIG';
  if (!isAboutKey) return outcome;
  return { error: new OdradekError(`${message}; did you mean ${nearest}?`, details) };
}

import type { ConfigKey, ConfigScope } from '../config/config-key.ts';
import { setValue } from '../config/config-layers.ts';
import type { ConfigLayers } from '../config/config-layers.ts';
import { brokerConfigKeys, groupConfigKeys, topicConfigKeys } from '../config/config-table.ts';
import { parseList } from '../config/config-value.ts';
import { canonicalValue } from '../config/describe-config.ts';
import { inheritedTopicValue } from '../config/topic-config.ts';
import { refuse } from './decision.ts';
import type { Refusal } from './decision.ts';

/** One change of one key (KIP-339). */
export interface ConfigOperation {
  readonly operation: 'SET' | 'DELETE' | 'APPEND' | 'SUBTRACT';
  readonly key: string;
  /** Of no account for DELETE. */
  readonly value: string | null;
}

/** Keys by scope. */
const configKeysOf: Readonly<Record<ConfigScope, ReadonlyMap<string, ConfigKey>>> = {
  topic: topicConfigKeys,
  broker: brokerConfigKeys,
  group: groupConfigKeys,
};

/**
 * The values that come of `before` by `operations`, in the form in which they are kept, by the order of their
 * keys; not yet judged. A list that is appended to or subtracted from and is not set starts with what is in
 * effect.
 */
export function applyConfigOperations(
  scope: ConfigScope,
  before: ReadonlyMap<string, string>,
  operations: readonly ConfigOperation[],
  layers: ConfigLayers,
): ReadonlyMap<string, string> | Refusal {
  const problem = requestProblem(operations);
  if (problem !== undefined) return problem;
  const values = new Map(before);
  for (const { operation, key: name, value } of operations) {
    const key = configKeysOf[scope].get(name);
    if (operation === 'DELETE' || value === null) {
      values.delete(name);
    } else if (operation === 'SET') {
      values.set(name, key === undefined ? value : canonicalValue(key, value));
    } else {
      if (key?.type !== 'LIST') {
        const message = `Can't ${operation} to key ${name} because its type is not LIST.`;
        return refuse('INVALID_CONFIG', message);
      }
      const current = values.get(name) ?? inEffect(key, layers);
      values.set(name, changedList(operation, current, value));
    }
  }
  return new Map([...values].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function requestProblem(operations: readonly ConfigOperation[]): Refusal | undefined {
  const names = operations.map(({ key }) => key);
  if (new Set(names).size < names.length) {
    return refuse('INVALID_REQUEST', 'Error due to duplicate config keys');
  }
  const nulls = operations
    .filter(({ operation, value }) => operation !== 'DELETE' && value === null)
    .map(({ key }) => key);
  if (nulls.length === 0) return undefined;
  return refuse('INVALID_REQUEST', `Null value not supported for : ${nulls.join(', ')}`);
}

function inEffect(key: ConfigKey, layers: ConfigLayers): string {
  const inherited =
    key.scope === 'topic' ? inheritedTopicValue(key.name, layers) : setValue(layers, key.name);
  return inherited ?? key.defaultValue ?? '';
}

function changedList(operation: 'APPEND' | 'SUBTRACT', current: string, value: string): string {
  const before = parseList(current);
  const named = parseList(value);
  if (operation === 'SUBTRACT') return before.filter((part) => !named.includes(part)).join(',');
  return [...new Set([...before, ...named])].join(',');
}

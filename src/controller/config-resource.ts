import { brokerConfigProblem } from '../config/broker-config-problem.ts';
import type { ConfigLayers } from '../config/config-layers.ts';
import { brokerConfigKeys } from '../config/config-table.ts';
import { valueProblem } from '../config/config-value.ts';
import { listenerPrefix } from '../config/listener-prefix.ts';
import { connectionOverrides, resolveBrokerConfig } from '../config/resolve-broker-config.ts';
import { topicConfigProblem } from '../config/topic-config.ts';
import type { ConfigScope } from '../config/config-key.ts';
import { valueSizeProblem } from './config-values.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { refuse } from './decision.ts';
import type { Refusal } from './decision.ts';
import { groupConfigProblem } from './group-config-problem.ts';
import { hasCode } from '../util/odradek-error.ts';

/** What has configs of its own. A broker without a name stands for the defaults of all. */
export interface ConfigResource {
  readonly scope: ConfigScope;
  readonly name: string;
}

/** Judges the configs that a resource would have: `after`, of which `before` was there already. */
export function judgeResourceConfig(
  { scope, name }: ConfigResource,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  { layers }: ControllerSettings,
): Refusal | undefined {
  const size = valueSizeProblem(after);
  if (size !== undefined) return refuse('INVALID_CONFIG', size);
  switch (scope) {
    case 'topic': {
      const problem = topicConfigProblem(after, layers);
      return problem === undefined ? undefined : refuse('INVALID_CONFIG', problem);
    }
    case 'group': {
      const problem = groupConfigProblem(after, layers);
      return problem === undefined ? undefined : refuse('INVALID_CONFIG', problem);
    }
    case 'broker': {
      const problem = brokerProblem(name, changedOf(before, after), after, layers);
      return problem === undefined ? undefined : refuse('INVALID_REQUEST', problem);
    }
  }
}

/** The values in `after` that are not so in `before`. */
function changedOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map([...after].filter(([key, value]) => before.get(key) !== value));
}

/** What is wrong with a broker's dynamic configs. Keys that nobody knows pass, as they do in Apache. */
function brokerProblem(
  name: string,
  changed: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): string | undefined {
  const scope = updateProblem(name, [...changed.keys()]);
  if (scope !== undefined) return scope;
  for (const [name, value] of changed) {
    const key = brokerConfigKeys.get(name);
    const problem = key === undefined ? undefined : valueProblem(key, value);
    if (problem !== undefined) return problem.message;
  }
  const overrides = changed.get('max.connections.per.ip.overrides');
  const proposed =
    name === '' ? { ...layers, dynamicDefault: after } : { ...layers, dynamicBroker: after };
  return (
    (overrides === undefined ? undefined : overridesProblem(overrides)) ??
    brokerConfigProblem(proposed)?.message ??
    contradiction(proposed)
  );
}

/** Why a broker could not go on with these values, each of them being valid by itself. */
function contradiction(layers: ConfigLayers): string | undefined {
  return invalidConfigMessage(() => resolveBrokerConfig(layers));
}

function updateProblem(name: string, keys: readonly string[]): string | undefined {
  const readOnly = keys.filter((key) => brokerConfigKeys.get(key)?.update === 'read-only');
  if (readOnly.length > 0) {
    return `Cannot update these configs dynamically: [${readOnly.join(', ')}]`;
  }
  const perBroker = keys.filter(isPerBroker);
  if (perBroker.length === 0) return undefined;
  const security = perBroker.filter((key) => /^(?:ssl|sasl|principal)\./.test(key));
  if (security.length > 0) {
    return `These security configs can be dynamically updated only per-listener using the listener prefix: [${security.join(', ')}]`;
  }
  if (name !== '') return undefined;
  return `Cannot update these configs at default cluster level, broker id must be specified: [${perBroker.join(', ')}]`;
}

/** Keys that may be set for all brokers even where they are for one listener. */
const listenerKeysOfAll: readonly string[] = [
  'max.connection.creation.rate',
  'max.connections',
  'num.network.threads',
];

function isPerBroker(key: string): boolean {
  if (!listenerPrefix.test(key)) return brokerConfigKeys.get(key)?.update === 'per-broker';
  return !listenerKeysOfAll.includes(key.replace(listenerPrefix, ''));
}

function overridesProblem(text: string): string | undefined {
  return invalidConfigMessage(() => connectionOverrides(text));
}

function invalidConfigMessage(resolve: () => unknown): string | undefined {
  try {
    resolve();
    return undefined;
  } catch (error) {
    if (hasCode(error, 'INVALID_CONFIG')) return error.message;
    throw error;
  }
}

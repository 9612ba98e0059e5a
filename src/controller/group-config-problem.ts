import { setValue } from '../config/config-layers.ts';
import type { ConfigLayers } from '../config/config-layers.ts';
import { brokerConfigKeys, groupConfigKeys } from '../config/config-table.ts';
import { parseInteger, valueProblem } from '../config/config-value.ts';

/**
 * What is wrong with a group's configs: their values, the bounds that the broker sets for groups, and what
 * they are together.
 */
export function groupConfigProblem(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): string | undefined {
  for (const [name, value] of configs) {
    const key = groupConfigKeys.get(name);
    if (key === undefined) return `Unknown group config name: ${name}`;
    const problem = valueProblem(key, value)?.message ?? boundProblem(name, value, layers);
    if (problem !== undefined) return problem;
  }
  return silenceProblem(configs, layers);
}

/** `consumer.session.timeout.ms` lies between `group.consumer.min.session.timeout.ms` and `…max…`. */
function boundProblem(name: string, value: string, layers: ConfigLayers): string | undefined {
  const { kind, rest } = partsOf(name);
  const number = parseInteger('LONG', value);
  if (number === undefined) return undefined;
  // The one key whose bound has another name: `group.streams.max.standby.replicas`.
  const bounded = rest.replace(/^num\./, '');
  const minKey = `group.${kind}.min.${bounded}`;
  const min = brokerValue(minKey, layers);
  if (min !== undefined && number < min)
    return `${name} must be greater than or equal to ${minKey}`;
  const maxKey = `group.${kind}.max.${bounded}`;
  const max = brokerValue(maxKey, layers);
  if (max === undefined || number <= max) return undefined;
  return `${name} must be less than or equal to ${maxKey}`;
}

/** Members that are told to send their heartbeats too seldom would be taken for dead. */
function silenceProblem(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): string | undefined {
  const inEffect = (name: string): number => {
    const own = configs.get(name);
    const value =
      own === undefined ? brokerValue(`group.${name}`, layers) : parseInteger('LONG', own);
    return value ?? 0;
  };
  const kinds = new Set(Array.from(configs.keys(), (name) => partsOf(name).kind));
  for (const kind of kinds) {
    const sessionKey = `${kind}.session.timeout.ms`;
    const heartbeatKey = `${kind}.heartbeat.interval.ms`;
    if (inEffect(sessionKey) > inEffect(heartbeatKey)) continue;
    return `${sessionKey} must be greater than ${heartbeatKey}`;
  }
  return undefined;
}

/** `consumer` and `session.timeout.ms`. */
function partsOf(name: string): { readonly kind: string; readonly rest: string } {
  const [kind = '', ...rest] = name.split('.');
  return { kind, rest: rest.join('.') };
}

function brokerValue(key: string, layers: ConfigLayers): number | undefined {
  const text = setValue(layers, key) ?? brokerConfigKeys.get(key)?.defaultValue;
  return text === undefined || text === null ? undefined : parseInteger('LONG', text);
}

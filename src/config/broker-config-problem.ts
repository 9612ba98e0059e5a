import { setValue } from './config-layers.ts';
import type { ConfigLayers } from './config-layers.ts';
import { inheritedTopicValue } from './topic-config.ts';

/**
 * What is wrong with a broker's values taken together, each of them being valid by itself: bounds that
 * Kafka's table does not have and its broker demands. Worded as Kafka words it; undefined where nothing is.
 */
export function brokerConfigProblem(
  layers: ConfigLayers,
): { readonly key: string; readonly value: string; readonly message: string } | undefined {
  for (const { topicKey, brokerKeys, least, message } of demands) {
    const value = inheritedTopicValue(topicKey, layers);
    if (
      value === undefined ||
      BigInt(value) >= least ||
      (least === 1n && isUnlimited(topicKey, value))
    ) {
      continue;
    }
    const key = brokerKeys.find((name) => setValue(layers, name) !== undefined) ?? topicKey;
    return { key, value, message: `requirement failed: ${message}` };
  }
  return undefined;
}

const demands = [
  {
    topicKey: 'segment.ms',
    brokerKeys: ['log.roll.ms', 'log.roll.hours'],
    least: 1n,
    message: 'log.roll.ms must be greater than or equal to 1',
  },
  {
    topicKey: 'segment.jitter.ms',
    brokerKeys: ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
    least: 0n,
    message: 'log.roll.jitter.ms must be greater than or equal to 0',
  },
  {
    topicKey: 'retention.ms',
    brokerKeys: ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
    least: 1n,
    message: 'log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
  },
] as const;

/** Every negative retention is without bound. */
function isUnlimited(topicKey: string, value: string): boolean {
  return topicKey === 'retention.ms' && value.startsWith('-');
}

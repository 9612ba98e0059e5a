import type { ConfigInput } from '../config/load-broker-config.ts';

/** Short enough that a test does not notice, long enough that members which start together are gathered. */
const initialRebalanceDelayMs = 20;
const heartbeatIntervalMs = 100;
/** While partitions change hands: half of what is left of the 50 ms in which a test does not notice it. */
const unsettledHeartbeatIntervalMs = 20;

/**
 * What an embedded broker goes by where its owner sets nothing: groups that settle without waiting, and one
 * partition for their offsets. A key is left alone where a value for it would contradict what was set.
 */
export function embeddedDefaults(
  config: Readonly<Record<string, ConfigInput | undefined>>,
): Record<string, number> {
  const defaults: Record<string, number> = {
    'group.initial.rebalance.delay.ms': initialRebalanceDelayMs,
    'odradek.group.consumer.unsettled.heartbeat.interval.ms': unsettledHeartbeatIntervalMs,
    'offsets.topic.num.partitions': 1,
  };
  if (config['group.consumer.min.assignment.interval.ms'] === undefined) {
    defaults['group.consumer.assignment.interval.ms'] = 0;
  }
  const isUnbounded =
    config['group.consumer.min.heartbeat.interval.ms'] === undefined &&
    config['group.consumer.max.heartbeat.interval.ms'] === undefined;
  if (isUnbounded) {
    defaults['group.consumer.min.heartbeat.interval.ms'] = heartbeatIntervalMs;
    defaults['group.consumer.heartbeat.interval.ms'] = heartbeatIntervalMs;
    const own = Number(config['group.consumer.heartbeat.interval.ms'] ?? heartbeatIntervalMs);
    if (own < heartbeatIntervalMs) defaults['group.consumer.min.heartbeat.interval.ms'] = own;
  }
  return defaults;
}

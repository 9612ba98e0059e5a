import { must } from '../util/assert.ts';
import { setValue } from './config-layers.ts';
import type { ConfigLayers } from './config-layers.ts';
import { topicConfigKeys } from './config-table.ts';
import { valueProblem } from './config-value.ts';
import { infinite } from './log-config.ts';
import type { BatchValidation, LogConfig, TopicCompression } from './log-config.ts';
import { topicSynonyms } from './topic-synonyms.ts';
import { TypedValues } from './typed-values.ts';

/**
 * What is wrong with a topic's own configs taken together, worded as Kafka words it, or undefined. Keys are
 * judged in the order of `configs`, unknown ones before bad values.
 */
export function topicConfigProblem(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): string | undefined {
  for (const name of configs.keys()) {
    if (!topicConfigKeys.has(name)) return `Unknown topic config name: ${name}`;
  }
  for (const [name, value] of configs) {
    const problem = valueProblem(must(topicConfigKeys.get(name)), value);
    if (problem !== undefined) return problem.message;
  }
  return contradiction(topicValues(configs, layers));
}

function contradiction(values: TypedValues): string | undefined {
  if (values.boolean('remote.storage.enable')) {
    return 'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.';
  }
  const min = values.integer('min.compaction.lag.ms');
  const max = values.integer('max.compaction.lag.ms');
  if (min <= max) return undefined;
  return `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`;
}

/** The typed configuration of a topic whose own configs are `configs`, on a broker with `layers`. */
export function resolveLogConfig(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): LogConfig {
  const values = topicValues(configs, layers);
  const policy = values.list('cleanup.policy');
  return {
    cleanupPolicyDelete: policy.includes('delete'),
    cleanupPolicyCompact: policy.includes('compact'),
    segmentBytes: values.integer('segment.bytes'),
    segmentMs: values.integer('segment.ms'),
    segmentJitterMs: values.integer('segment.jitter.ms'),
    segmentIndexBytes: values.integer('segment.index.bytes'),
    indexIntervalBytes: values.integer('index.interval.bytes'),
    preallocate: values.boolean('preallocate'),
    fileDeleteDelayMs: values.integer('file.delete.delay.ms'),
    retentionBytes: orInfinite(values.integer('retention.bytes')),
    retentionMs: orInfinite(values.integer('retention.ms')),
    flushMessages: values.integer('flush.messages'),
    flushMs: values.integer('flush.ms'),
    maxMessageBytes: values.integer('max.message.bytes'),
    compressionType: values.text('compression.type') as TopicCompression,
    compressionGzipLevel: values.integer('compression.gzip.level'),
    compressionLz4Level: values.integer('compression.lz4.level'),
    compressionZstdLevel: values.integer('compression.zstd.level'),
    messageTimestampType: values.text(
      'message.timestamp.type',
    ) as LogConfig['messageTimestampType'],
    messageTimestampBeforeMaxMs: values.integer('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: values.integer('message.timestamp.after.max.ms'),
    deleteRetentionMs: values.integer('delete.retention.ms'),
    minCleanableDirtyRatio: values.double('min.cleanable.dirty.ratio'),
    minCompactionLagMs: values.integer('min.compaction.lag.ms'),
    maxCompactionLagMs: values.integer('max.compaction.lag.ms'),
    minInsyncReplicas: values.optionalInteger('min.insync.replicas'),
    uncleanLeaderElectionEnable: values.boolean('unclean.leader.election.enable'),
    leaderReplicationThrottledReplicas: values.list('leader.replication.throttled.replicas'),
    followerReplicationThrottledReplicas: values.list('follower.replication.throttled.replicas'),
    batchValidation: values.text('odradek.batch.validation') as BatchValidation,
  };
}

/** `min.insync.replicas` as it was set for a topic, or for all; undefined where nobody has set it. */
export function minInsyncReplicasSet(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): number | undefined {
  return topicValues(configs, layers).optionalInteger('min.insync.replicas');
}

/** Whether a topic would rather lose records than be without a leader, `unclean.leader.election.enable`. */
export function isUncleanElectionEnabled(
  configs: ReadonlyMap<string, string>,
  layers: ConfigLayers,
): boolean {
  return topicValues(configs, layers).boolean('unclean.leader.election.enable');
}

/** The text in effect of a topic key that the topic itself does not set; undefined where no broker key is set. */
export function inheritedTopicValue(topicKey: string, layers: ConfigLayers): string | undefined {
  for (const { brokerKey, factor } of topicSynonyms.get(topicKey) ?? []) {
    const value = setValue(layers, brokerKey);
    if (value !== undefined) return inTopicUnits(value, factor);
  }
  return undefined;
}

/** A broker key's value in the unit of the topic key. -1 is without bound in every unit. */
export function inTopicUnits(value: string, factor: number): string {
  const trimmed = value.trim();
  return factor === 1 || trimmed.startsWith('-')
    ? trimmed
    : String(BigInt(trimmed) * BigInt(factor));
}

function topicValues(configs: ReadonlyMap<string, string>, layers: ConfigLayers): TypedValues {
  return new TypedValues(
    topicConfigKeys,
    (key) => configs.get(key) ?? inheritedTopicValue(key, layers),
  );
}

function orInfinite(value: number): number {
  return value < 0 ? infinite : value;
}

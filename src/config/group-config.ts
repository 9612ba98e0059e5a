import { must } from '../util/assert.ts';
import { topicConfigKeys } from './config-table.ts';
import { valueProblem } from './config-value.ts';
import { invalidConfig } from './invalid-config.ts';
import type { TypedValues } from './typed-values.ts';

/** Ways in which groups may change their protocol while they have members, `group.consumer.migration.policy`. */
export type GroupMigrationPolicy = 'DISABLED' | 'DOWNGRADE' | 'UPGRADE' | 'BIDIRECTIONAL';

/** Codecs by their number, as `offsets.topic.compression.codec` has them. */
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** The part of a broker's configuration that groups and committed offsets go by. */
export interface GroupConfig {
  /** Kinds of groups that are served: `classic`, `consumer`. */
  readonly groupCoordinatorRebalanceProtocols: readonly string[];
  readonly groupInitialRebalanceDelayMs: number;
  readonly groupMinSessionTimeoutMs: number;
  readonly groupMaxSessionTimeoutMs: number;
  readonly groupMaxSize: number;

  /** The first is the default. */
  readonly groupConsumerAssignors: readonly string[];
  readonly groupConsumerMigrationPolicy: GroupMigrationPolicy;
  readonly groupConsumerMaxSize: number;
  readonly groupConsumerSessionTimeoutMs: number;
  readonly groupConsumerMinSessionTimeoutMs: number;
  readonly groupConsumerMaxSessionTimeoutMs: number;
  readonly groupConsumerHeartbeatIntervalMs: number;
  readonly groupConsumerUnsettledHeartbeatIntervalMs: number;
  readonly groupConsumerMinHeartbeatIntervalMs: number;
  readonly groupConsumerMaxHeartbeatIntervalMs: number;
  readonly groupConsumerAssignmentIntervalMs: number;
  readonly groupConsumerMinAssignmentIntervalMs: number;
  readonly groupConsumerMaxAssignmentIntervalMs: number;

  readonly offsetMetadataMaxBytes: number;
  readonly offsetsCommitTimeoutMs: number;
  readonly offsetsLoadBufferSize: number;
  /** `offsets.retention.minutes`, in milliseconds. */
  readonly offsetsRetentionMs: number;
  readonly offsetsRetentionCheckIntervalMs: number;
  readonly offsetsTopicCompressionCodec: (typeof codecs)[number];
  readonly offsetsTopicNumPartitions: number;
  readonly offsetsTopicReplicationFactor: number;
  readonly offsetsTopicSegmentBytes: number;
}

const msPerMinute = 60_000;

/**
 * Reads it from values that are valid each by itself. Throws `INVALID_CONFIG` for a codec that there is none, and for
 * a segment size that no topic may have.
 */
export function resolveGroupConfig(values: TypedValues): GroupConfig {
  return {
    groupCoordinatorRebalanceProtocols: values.list('group.coordinator.rebalance.protocols'),
    groupInitialRebalanceDelayMs: values.integer('group.initial.rebalance.delay.ms'),
    groupMinSessionTimeoutMs: values.integer('group.min.session.timeout.ms'),
    groupMaxSessionTimeoutMs: values.integer('group.max.session.timeout.ms'),
    groupMaxSize: values.integer('group.max.size'),
    ...consumerConfig(values),
    offsetMetadataMaxBytes: values.integer('offset.metadata.max.bytes'),
    offsetsCommitTimeoutMs: values.integer('offsets.commit.timeout.ms'),
    offsetsLoadBufferSize: values.integer('offsets.load.buffer.size'),
    offsetsRetentionMs: values.integer('offsets.retention.minutes') * msPerMinute,
    offsetsRetentionCheckIntervalMs: values.integer('offsets.retention.check.interval.ms'),
    offsetsTopicCompressionCodec: codecOf(values),
    offsetsTopicNumPartitions: values.integer('offsets.topic.num.partitions'),
    offsetsTopicReplicationFactor: values.integer('offsets.topic.replication.factor'),
    offsetsTopicSegmentBytes: segmentBytesOf(values),
  };
}

type ConsumerKeys = Extract<keyof GroupConfig, `groupConsumer${string}`>;

function consumerConfig(values: TypedValues): Pick<GroupConfig, ConsumerKeys> {
  const policy = values.text('group.consumer.migration.policy').toUpperCase();
  return {
    groupConsumerAssignors: values.list('group.consumer.assignors'),
    groupConsumerMigrationPolicy: policy as GroupMigrationPolicy,
    groupConsumerMaxSize: values.integer('group.consumer.max.size'),
    groupConsumerSessionTimeoutMs: values.integer('group.consumer.session.timeout.ms'),
    groupConsumerMinSessionTimeoutMs: values.integer('group.consumer.min.session.timeout.ms'),
    groupConsumerMaxSessionTimeoutMs: values.integer('group.consumer.max.session.timeout.ms'),
    groupConsumerHeartbeatIntervalMs: values.integer('group.consumer.heartbeat.interval.ms'),
    groupConsumerUnsettledHeartbeatIntervalMs: values.integer(
      'odradek.group.consumer.unsettled.heartbeat.interval.ms',
    ),
    groupConsumerMinHeartbeatIntervalMs: values.integer('group.consumer.min.heartbeat.interval.ms'),
    groupConsumerMaxHeartbeatIntervalMs: values.integer('group.consumer.max.heartbeat.interval.ms'),
    groupConsumerAssignmentIntervalMs: values.integer('group.consumer.assignment.interval.ms'),
    groupConsumerMinAssignmentIntervalMs: values.integer(
      'group.consumer.min.assignment.interval.ms',
    ),
    groupConsumerMaxAssignmentIntervalMs: values.integer(
      'group.consumer.max.assignment.interval.ms',
    ),
  };
}

function codecOf(values: TypedValues): (typeof codecs)[number] {
  const key = 'offsets.topic.compression.codec';
  const codec = codecs[values.integer(key)];
  if (codec !== undefined) return codec;
  const expected = codecs.map((name, number) => `${number} (${name})`).join(', ');
  throw invalidConfig(key, values.text(key), `one of ${expected}`);
}

/** Apache Kafka starts with one that is too small for a topic, and then never has the topic, nor any group. */
function segmentBytesOf(values: TypedValues): number {
  const key = 'offsets.topic.segment.bytes';
  const problem = valueProblem(must(topicConfigKeys.get('segment.bytes')), values.text(key));
  if (problem === undefined) return values.integer(key);
  throw invalidConfig(
    key,
    values.text(key),
    `${problem.expected}, the least segment.bytes of a topic`,
  );
}

/** The assignors that consumer groups have here. */
const knownAssignors: readonly string[] = ['uniform', 'range'];

/** Throws `INVALID_CONFIG` for values that are not in order together, as Apache's broker refuses to start. */
export function refuseGroupContradictions(config: GroupConfig): void {
  refuseOutside('group.max.session.timeout.ms', config.groupMaxSessionTimeoutMs, {
    key: 'group.min.session.timeout.ms',
    value: config.groupMinSessionTimeoutMs,
  });
  refuseConsumerBounds('session.timeout.ms', {
    min: config.groupConsumerMinSessionTimeoutMs,
    max: config.groupConsumerMaxSessionTimeoutMs,
    value: config.groupConsumerSessionTimeoutMs,
  });
  refuseConsumerBounds('heartbeat.interval.ms', {
    min: config.groupConsumerMinHeartbeatIntervalMs,
    max: config.groupConsumerMaxHeartbeatIntervalMs,
    value: config.groupConsumerHeartbeatIntervalMs,
  });
  refuseConsumerBounds('assignment.interval.ms', {
    min: config.groupConsumerMinAssignmentIntervalMs,
    max: config.groupConsumerMaxAssignmentIntervalMs,
    value: config.groupConsumerAssignmentIntervalMs,
  });
  const { groupConsumerHeartbeatIntervalMs, groupConsumerSessionTimeoutMs } = config;
  if (groupConsumerHeartbeatIntervalMs >= groupConsumerSessionTimeoutMs) {
    throw invalidConfig(
      'group.consumer.heartbeat.interval.ms',
      String(groupConsumerHeartbeatIntervalMs),
      `less than group.consumer.session.timeout.ms, which is ${groupConsumerSessionTimeoutMs}`,
    );
  }
  refuseLists(config);
}

function refuseConsumerBounds(
  name: string,
  { min, max, value }: { readonly min: number; readonly max: number; readonly value: number },
): void {
  const least = { key: `group.consumer.min.${name}`, value: min };
  refuseOutside(`group.consumer.max.${name}`, max, least);
  refuseOutside(`group.consumer.${name}`, value, least);
  if (value <= max) return;
  const expected = `at most group.consumer.max.${name}, which is ${max}`;
  throw invalidConfig(`group.consumer.${name}`, String(value), expected);
}

function refuseOutside(
  key: string,
  value: number,
  least: { readonly key: string; readonly value: number },
): void {
  if (value >= least.value) return;
  throw invalidConfig(key, String(value), `at least ${least.key}, which is ${least.value}`);
}

function refuseLists(config: GroupConfig): void {
  const { groupConsumerAssignors: assignors, groupCoordinatorRebalanceProtocols: kinds } = config;
  if (assignors.length === 0 || assignors.some((name) => !knownAssignors.includes(name))) {
    const expected = `one or more of ${knownAssignors.join(', ')}`;
    throw invalidConfig('group.consumer.assignors', assignors.join(','), expected);
  }
  if (kinds.includes('classic')) return;
  const expected = 'a list with classic in it';
  throw invalidConfig('group.coordinator.rebalance.protocols', kinds.join(','), expected);
}

import { resolveAdminConfig } from './admin-config.ts';
import type { BrokerConfig } from './broker-config.ts';
import { setValue } from './config-layers.ts';
import type { ConfigLayers } from './config-layers.ts';
import { brokerConfigKeys } from './config-table.ts';
import { parseInteger, parseList } from './config-value.ts';
import { refuseGroupContradictions, resolveGroupConfig, type GroupConfig } from './group-config.ts';
import { invalidConfig } from './invalid-config.ts';
import { resolveListeners } from './listeners.ts';
import { infinite } from './log-config.ts';
import { resolveMembershipConfig, type MembershipConfig } from './membership-config.ts';
import { resolveMetadataStoreConfig } from './metadata-store-config.ts';
import {
  refuseReplicationContradictions,
  resolveReplicationConfig,
  type ReplicationConfig,
} from './replication-config.ts';
import { TypedValues } from './typed-values.ts';

/**
 * The typed configuration of a broker with `layers`, whose values are valid each by itself. Throws
 * `INVALID_CONFIG` where they are not in order together.
 */
export function resolveBrokerConfig(layers: ConfigLayers): BrokerConfig {
  const values = new TypedValues(brokerConfigKeys, (key) => setValue(layers, key));
  const config: BrokerConfig = {
    ...nodeConfig(values, layers),
    ...networkConfig(values),
    ...topicDefaults(values),
    ...logUpkeep(values),
    ...logCleaner(values),
    ...bounds(values),
    ...resolveGroupConfig(values),
    ...resolveReplicationConfig(values),
    ...resolveMembershipConfig(values),
  };
  refuseContradictions(config);
  return config;
}

type NodeKeys =
  | 'nodeId'
  | 'brokerRack'
  | 'listeners'
  | 'advertisedListeners'
  | 'interBrokerListenerName'
  | 'logDirs'
  | 'metadataLogDir'
  | 'metadataStore'
  | 'admin';

function nodeConfig(values: TypedValues, layers: ConfigLayers): Pick<BrokerConfig, NodeKeys> {
  const resolved = resolveListeners({
    listeners: values.text('listeners'),
    advertisedListeners: values.optionalText('advertised.listeners'),
    listenerSecurityProtocolMap: values.text('listener.security.protocol.map'),
    interBrokerListenerName: values.optionalText('inter.broker.listener.name'),
    controllerListenerNames: controllerListenerNames(values),
  });
  return {
    ...resolved,
    nodeId: nodeId(values, layers),
    brokerRack: values.optionalText('broker.rack'),
    logDirs: logDirs(values),
    metadataLogDir: values.optionalText('metadata.log.dir'),
    metadataStore: resolveMetadataStoreConfig(values),
    admin: resolveAdminConfig(values),
  };
}

function nodeId(values: TypedValues, layers: ConfigLayers): number {
  const id = values.integer('node.id');
  const old = values.integer('broker.id');
  if (old < 0) return id;
  if (setValue(layers, 'node.id') !== undefined && old !== id) {
    throw invalidConfig('broker.id', String(old), `the same as node.id, which is ${id}`);
  }
  return old;
}

function controllerListenerNames(values: TypedValues): string[] {
  const names = parseList(values.optionalText('controller.listener.names') ?? '');
  return names.map((name) => name.toUpperCase());
}

function logDirs(values: TypedValues): readonly string[] | undefined {
  const key = (values.optionalText('log.dirs') ?? '') === '' ? 'log.dir' : 'log.dirs';
  const text = values.optionalText(key);
  if (text === undefined) return undefined;
  const directories = parseList(text);
  if (directories.length === 0 || directories.includes('')) {
    throw invalidConfig(key, text, 'directories, parted by commas');
  }
  if (new Set(directories).size < directories.length) {
    throw invalidConfig(key, text, 'each directory only once');
  }
  return directories;
}

type NetworkKeys =
  | 'socketRequestMaxBytes'
  | 'socketListenBacklogSize'
  | 'queuedMaxRequestBytes'
  | 'maxConnections'
  | 'maxConnectionsPerIp'
  | 'maxConnectionsPerIpOverrides'
  | 'connectionsMaxIdleMs'
  | 'fetchMaxBytes'
  | 'maxIncrementalFetchSessionCacheSlots'
  | 'maxRequestPartitionSizeLimit';

function networkConfig(values: TypedValues): Pick<BrokerConfig, NetworkKeys> {
  return {
    socketRequestMaxBytes: values.integer('socket.request.max.bytes'),
    socketListenBacklogSize: values.integer('socket.listen.backlog.size'),
    queuedMaxRequestBytes: orInfinite(values.integer('queued.max.request.bytes')),
    maxConnections: values.integer('max.connections'),
    maxConnectionsPerIp: values.integer('max.connections.per.ip'),
    maxConnectionsPerIpOverrides: connectionOverrides(
      values.text('max.connections.per.ip.overrides'),
    ),
    connectionsMaxIdleMs: orInfinite(values.integer('connections.max.idle.ms')),
    fetchMaxBytes: values.integer('fetch.max.bytes'),
    maxIncrementalFetchSessionCacheSlots: values.integer(
      'max.incremental.fetch.session.cache.slots',
    ),
    maxRequestPartitionSizeLimit: values.integer('max.request.partition.size.limit'),
  };
}

/** Parses `max.connections.per.ip.overrides`: `address:count` pairs; an IPv6 address keeps its colons. */
export function connectionOverrides(text: string): ReadonlyMap<string, number> {
  const overrides = new Map<string, number>();
  for (const pair of parseList(text)) {
    const at = pair.lastIndexOf(':');
    const count = parseInteger('INT', pair.slice(at + 1));
    const address = pair
      .slice(0, Math.max(0, at))
      .replace(/^\[(.*)\]$/, '$1')
      .trim();
    if (address === '' || count === undefined || count < 0) {
      throw invalidConfig(
        'max.connections.per.ip.overrides',
        text,
        'address:count pairs, parted by commas',
      );
    }
    overrides.set(address, count);
  }
  return overrides;
}

type TopicKeys =
  | 'autoCreateTopicsEnable'
  | 'deleteTopicEnable'
  | 'numPartitions'
  | 'defaultReplicationFactor'
  | 'partitionsPerRequestMax'
  | 'transactionMaxTimeoutMs'
  | 'producerIdExpirationMs';

function topicDefaults(values: TypedValues): Pick<BrokerConfig, TopicKeys> {
  return {
    autoCreateTopicsEnable: values.boolean('auto.create.topics.enable'),
    deleteTopicEnable: values.boolean('delete.topic.enable'),
    numPartitions: values.integer('num.partitions'),
    defaultReplicationFactor: values.optionalInteger('default.replication.factor'),
    partitionsPerRequestMax: values.integer('odradek.partitions.per.request.max'),
    transactionMaxTimeoutMs: values.integer('transaction.max.timeout.ms'),
    producerIdExpirationMs: values.integer('producer.id.expiration.ms'),
  };
}

type UpkeepKeys =
  | 'logRetentionCheckIntervalMs'
  | 'logFlushSchedulerIntervalMs'
  | 'logFlushOffsetCheckpointIntervalMs'
  | 'logFlushStartOffsetCheckpointIntervalMs'
  | 'replicaHighWatermarkCheckpointIntervalMs'
  | 'flushPartitionBytes'
  | 'flushDirectoryBytes';

function logUpkeep(values: TypedValues): Pick<BrokerConfig, UpkeepKeys> {
  return {
    logRetentionCheckIntervalMs: values.integer('log.retention.check.interval.ms'),
    logFlushSchedulerIntervalMs: values.integer('log.flush.scheduler.interval.ms'),
    logFlushOffsetCheckpointIntervalMs: values.integer('log.flush.offset.checkpoint.interval.ms'),
    logFlushStartOffsetCheckpointIntervalMs: values.integer(
      'log.flush.start.offset.checkpoint.interval.ms',
    ),
    replicaHighWatermarkCheckpointIntervalMs: values.integer(
      'replica.high.watermark.checkpoint.interval.ms',
    ),
    flushPartitionBytes: values.integer('odradek.flush.partition.bytes'),
    flushDirectoryBytes: values.integer('odradek.flush.directory.bytes'),
  };
}

type CleanerKeys =
  | 'logCleanerEnable'
  | 'logCleanerBackoffMs'
  | 'logCleanerDedupeBufferSize'
  | 'logCleanerIoBufferLoadFactor'
  | 'logCleanerIoBufferSize'
  | 'logCleanerIoMaxBytesPerSecond';

function logCleaner(values: TypedValues): Pick<BrokerConfig, CleanerKeys> {
  return {
    logCleanerEnable: values.boolean('log.cleaner.enable'),
    logCleanerBackoffMs: values.integer('log.cleaner.backoff.ms'),
    logCleanerDedupeBufferSize: values.integer('log.cleaner.dedupe.buffer.size'),
    logCleanerIoBufferLoadFactor: values.double('log.cleaner.io.buffer.load.factor'),
    logCleanerIoBufferSize: values.integer('log.cleaner.io.buffer.size'),
    logCleanerIoMaxBytesPerSecond: values.double('log.cleaner.io.max.bytes.per.second'),
  };
}

type BoundKeys = Exclude<
  keyof BrokerConfig,
  | NodeKeys
  | NetworkKeys
  | TopicKeys
  | UpkeepKeys
  | CleanerKeys
  | keyof GroupConfig
  | keyof ReplicationConfig
  | keyof MembershipConfig
>;

function bounds(values: TypedValues): Pick<BrokerConfig, BoundKeys> {
  return {
    requestBodyTimeoutMs: values.integer('odradek.request.body.timeout.ms'),
    requestBodyContendedTimeoutMs: values.integer('odradek.request.body.contended.timeout.ms'),
    requestBodyGraceMs: values.integer('odradek.request.body.grace.ms'),
    queuedMaxAnswerBytes: values.integer('odradek.queued.max.answer.bytes'),
    answerContendedTimeoutMs: values.integer('odradek.answer.contended.timeout.ms'),
    connectionRequestsMax: values.integer('odradek.connection.requests.max'),
    sendBufferBytes: values.integer('odradek.send.buffer.bytes'),
    topicVisibleTimeoutMs: values.integer('odradek.topic.visible.timeout.ms'),
    shutdownDrainMs: values.integer('odradek.shutdown.drain.ms'),
    shutdownFlushMs: values.integer('odradek.shutdown.flush.ms'),
    blockingCallSlowMs: values.integer('odradek.blocking.call.slow.ms'),
    blockingWriteMaxBytes: values.integer('odradek.blocking.write.max.bytes'),
    filterCacheBytes: values.integer('odradek.filter.cache.bytes'),
    fetchCacheBytes: values.integer('odradek.fetch.cache.bytes'),
    openFilesMax: values.integer('odradek.open.files.max'),
    readBufferBytes: values.integer('odradek.read.buffer.bytes'),
    memoryStorageBytes: values.integer('odradek.memory.storage.bytes'),
    decompressedBatchMaxBytes: values.integer('odradek.decompressed.batch.max.bytes'),
    describedConfigsMax: values.integer('odradek.described.configs.max'),
    metadataJournalBytes: values.integer('odradek.metadata.journal.bytes'),
    metadataHistoryCommits: values.integer('odradek.metadata.history.commits'),
  };
}

function refuseContradictions(config: BrokerConfig): void {
  refuseGroupContradictions(config);
  refuseReplicationContradictions(config);
  if (config.queuedMaxRequestBytes < config.socketRequestMaxBytes) {
    const expected = `at least socket.request.max.bytes, which is ${config.socketRequestMaxBytes}`;
    throw invalidConfig('queued.max.request.bytes', String(config.queuedMaxRequestBytes), expected);
  }
  if (config.maxConnectionsPerIp === 0 && config.maxConnectionsPerIpOverrides.size === 0) {
    const expected = 'at least 1, unless max.connections.per.ip.overrides is set';
    throw invalidConfig('max.connections.per.ip', '0', expected);
  }
}

function orInfinite(value: number): number {
  return value < 0 ? infinite : value;
}

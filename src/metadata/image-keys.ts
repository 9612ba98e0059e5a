import { assert } from '../util/assert.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ListenerImage, PartitionImage } from './image.ts';

/**
 * Where the cluster's metadata stands in the store, and how its values are written: JSON with the version of
 * its format in `v`. The page docs/formats/metadata-journal.md describes each. Everything is under
 * `metadataPrefix`, so that a store can serve others too.
 *
 * A topic is there once its own key is; that key is written last and removed first. Its partitions and
 * configs stand under keys of their own, so that one that changes does not move the others.
 */
export const metadataPrefix = 'odradek/';

/** Version of the format of all values. */
const valueVersion = 1;

/**
 * The keys, by what stands under them. Topic configs go by topic id, so that a topic made anew has none of
 * the old one's.
 */
export const imageKeys = {
  cluster: 'odradek/cluster',
  controller: 'odradek/controller',
  producerIds: 'odradek/producer-ids',
  broker: (nodeId: number): string => `odradek/broker/${nodeId}`,
  /** Under the lease of the broker's process. */
  live: (nodeId: number): string => `odradek/live/${nodeId}`,
  suspicion: (nodeId: number): string => `odradek/suspicion/${nodeId}`,
  topic: (name: string): string => `odradek/topic/${name}`,
  partition: (topicId: string, index: number): string => `odradek/partition/${topicId}/${index}`,
  topicConfig: (topicId: string): string => `odradek/topic-config/${topicId}`,
  /** Node id -1 is the default of all brokers. */
  brokerConfig: (nodeId: number): string =>
    nodeId === -1 ? 'odradek/broker-config/default' : `odradek/broker-config/${nodeId}`,
  groupConfig: (group: string): string => `odradek/group-config/${group}`,
} as const;

/** A key taken apart. Undefined for one that this version does not know. */
export type ImageKey =
  | { readonly kind: 'cluster' | 'controller' | 'producer-ids' }
  | { readonly kind: 'broker' | 'broker-config' | 'live' | 'suspicion'; readonly nodeId: number }
  | { readonly kind: 'topic' | 'group-config'; readonly name: string }
  | { readonly kind: 'topic-config'; readonly topicId: string }
  | { readonly kind: 'partition'; readonly topicId: string; readonly index: number };

/** Takes a key apart. Asserts that it is one of the cluster's metadata. */
export function parseImageKey(key: string): ImageKey | undefined {
  assert(key.startsWith(metadataPrefix), `'${key}' is a key of the cluster's metadata`);
  const [kind = '', ...rest] = key.slice(metadataPrefix.length).split('/');
  const name = rest.join('/');
  switch (kind) {
    case 'cluster':
    case 'controller':
    case 'producer-ids':
      return { kind };
    case 'broker':
    case 'live':
    case 'suspicion':
      return { kind, nodeId: Number(name) };
    case 'broker-config':
      return { kind, nodeId: name === 'default' ? -1 : Number(name) };
    case 'topic':
    case 'group-config':
      return { kind, name };
    case 'topic-config':
      return { kind, topicId: name };
    case 'partition':
      return { kind, topicId: rest[0] ?? '', index: Number(rest[1]) };
    default:
      return undefined;
  }
}

/** Written once, in the first start of a cluster. */
export interface ClusterValue {
  readonly clusterId: string;
}

/** Held under the lease of the one that is elected. */
export interface ControllerValue {
  readonly nodeId: number;
  /** Of its registration; values that were written before 0.2 have none. */
  readonly epoch?: number;
}

/** Which producer ids have been given out (KIP-730). */
export interface ProducerIdsValue {
  /** The first id that no block has. */
  readonly nextProducerId: number;
}

/** A broker's registration, which outlives its process. */
export interface BrokerValue {
  readonly epoch: number;
  readonly rack: string | null;
  readonly listeners: readonly ListenerImage[];
  /** Not admitted yet. */
  readonly fenced: boolean;
  readonly stopping: boolean;
  readonly directoryIds: readonly string[];
  readonly awaitedDirectoryIds: readonly string[];
  readonly hostName: string;
  readonly bootId: string;
  readonly folder: string;
  readonly figuresSecret: string;
  readonly leaseId: string;
  /** Its logs may have lost what they had; no more once it is admitted. */
  readonly uncleanShutdown: boolean;
}

/** Held under the lease of a broker's process while it renews that. */
export interface LiveValue {
  /** Of the registration it belongs to: one of another epoch says nothing. */
  readonly epoch: number;
}

/** Who says that a broker is dead, and of which epoch. */
export interface SuspicionValue {
  readonly epoch: number;
  readonly by: number;
}

/** What makes a topic one. */
export interface TopicValue {
  readonly topicId: string;
  /** How many of the partition keys count. A filtered topic has none. */
  readonly partitionCount: number;
  /** Of a filtered topic only: the id of the topic whose partitions it shows. */
  readonly sourceTopicId?: string;
}

/** Who holds and who leads a partition. */
export type PartitionValue = Omit<PartitionImage, 'index' | 'revision'>;

/** Configs as they were set, by key. */
export interface ConfigValue {
  readonly values: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A value as the store keeps it. */
export function encodeValue(
  value:
    | ClusterValue
    | ControllerValue
    | ProducerIdsValue
    | BrokerValue
    | LiveValue
    | SuspicionValue
    | TopicValue
    | ConfigValue,
): Uint8Array {
  return encoder.encode(JSON.stringify({ v: valueVersion, ...value }));
}

/**
 * A partition, without what is empty. Its fields have short names: a cluster has many.
 */
export function encodePartition(partition: PartitionValue): Uint8Array {
  const { replicas, isr, elr, lastKnownElr, addingReplicas, removingReplicas } = partition;
  return encoder.encode(
    JSON.stringify({
      v: valueVersion,
      leader: partition.leader,
      leaderEpoch: partition.leaderEpoch,
      epoch: partition.partitionEpoch,
      replicas,
      ...(sameIds(isr, replicas) ? {} : { isr }),
      ...(elr.length === 0 ? {} : { elr }),
      ...(lastKnownElr.length === 0 ? {} : { lastKnownElr }),
      ...(addingReplicas.length === 0 ? {} : { adding: addingReplicas }),
      ...(removingReplicas.length === 0 ? {} : { removing: removingReplicas }),
    }),
  );
}

/** A value that `encodePartition` wrote. Throws as `decodeValue` does. */
export function decodePartition(key: string, bytes: Uint8Array): PartitionValue {
  const value = decodeJson(key, bytes);
  const replicas = idsOf(value['replicas']);
  return {
    leader: numberOf(key, value['leader']),
    leaderEpoch: numberOf(key, value['leaderEpoch']),
    partitionEpoch: numberOf(key, value['epoch']),
    replicas,
    isr: value['isr'] === undefined ? replicas : idsOf(value['isr']),
    elr: idsOf(value['elr']),
    lastKnownElr: idsOf(value['lastKnownElr']),
    addingReplicas: idsOf(value['adding']),
    removingReplicas: idsOf(value['removing']),
  };
}

/** A registration; what values that were written before 0.2 do not say is empty. Throws as `decodeValue` does. */
export function decodeBroker(key: string, bytes: Uint8Array): BrokerValue {
  return { ...unsaidOfBroker, ...decodeValue<BrokerValue>(key, bytes) };
}

const unsaidOfBroker = {
  stopping: false,
  directoryIds: [],
  awaitedDirectoryIds: [],
  hostName: '',
  bootId: '',
  folder: '',
  figuresSecret: '',
  leaseId: '',
  uncleanShutdown: false,
} as const;

/**
 * A value that `encodeValue` wrote. Throws `NEWER_FORMAT` where a later version of Odradek wrote it, and
 * `CORRUPT_DATA` where it is no value at all.
 */
export function decodeValue<Value extends object>(key: string, bytes: Uint8Array): Value {
  return decodeJson(key, bytes) as Value;
}

function decodeJson(key: string, bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    throw corrupt(key, 'it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(key, 'it is no object');
  }
  const { v: version, ...rest } = value as Record<string, unknown>;
  if (!Number.isInteger(version)) throw corrupt(key, 'it names no format version');
  if ((version as number) <= valueVersion) return rest;
  throw new OdradekError(
    `${key} in the metadata store has format version ${String(version)}, and this version of Odradek ` +
      `knows up to ${valueVersion}: start it with the version that wrote it, or a later one`,
    { code: 'NEWER_FORMAT', path: key, found: version as number, known: valueVersion },
  );
}

function numberOf(key: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw corrupt(key, 'a number is missing');
}

const noIds: readonly number[] = [];

function idsOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? (value as number[]) : noIds;
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

function corrupt(key: string, reason: string): OdradekError {
  return new OdradekError(`${key} in the metadata store cannot be read: ${reason}`, {
    code: 'CORRUPT_DATA',
    path: key,
    reason,
  });
}

import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import { addChanges, newChanges } from './decision.ts';
import type { Decision, PlannedChanges } from './decision.ts';
import { newPartitionChange } from './new-partition.ts';
import { producerIdBehind } from './producer-ids.ts';
import { topicNameProblem } from './topic-names.ts';

/** A topic whose logs were found in this broker's directories. */
export interface TopicOnDisk {
  readonly topic: string;
  /** Undefined where the directories do not say it. */
  readonly topicId: string | undefined;
  readonly partitions: readonly {
    readonly partition: number;
    /** The greatest leader epoch in the log, -1 where it has none. Unless given, -1. */
    readonly latestEpoch?: number;
    /** The greatest producer id that the log remembers, -1 where there is none. Unless given, -1. */
    readonly highestProducerId?: number;
  }[];
}

/** A topic that is to be made of logs. */
export interface AdoptedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionCount: number;
  /** Indexes that were not found. They start empty. */
  readonly missing: readonly number[];
  /** The configs that it gets, by key. */
  readonly configs: ReadonlyMap<string, string>;
}

/** By whom logs are adopted, and how a topic gets an id where it has none. */
export interface AdoptionOptions {
  /** The broker that has the logs. */
  readonly nodeId: number;
  /** A new topic id, for a topic whose own is not known. */
  readonly drawTopicId: () => string;
}

/** What of Apache's own is not taken over. */
const neverAdopted: ReadonlySet<string> = new Set(['__cluster_metadata', '__share_group_state']);

/** Topics whose records count by their keys. */
const compacted: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state']);

/**
 * Makes topics of logs that another broker wrote, under their names and ids. Their configs are not known, so
 * nothing in them is given up: retention without bound, and compaction for the topics that live by it. A
 * partition that is missing below the highest one starts empty. Of several topics of one name, the one with
 * the most partitions is taken. No producer id that the logs remember is given out again: the first batch of a
 * new producer would pass for a duplicate of an old one, and be lost.
 *
 * To be decided once, in the first start of a cluster (`image.clusterId` is empty until then): later, logs
 * that no topic has are what is left of deleted ones.
 */
export function decideAdoption(
  image: ClusterImage,
  found: readonly TopicOnDisk[],
  options: AdoptionOptions,
): Decision<AdoptedTopic> {
  const changes = newChanges();
  const results: AdoptedTopic[] = [];
  for (const topic of largestOfEachName(found)) {
    if (neverAdopted.has(topic.topic) || image.topicsByName.has(topic.topic)) continue;
    if (topicNameProblem(topic.topic) !== undefined || topic.partitions.length === 0) continue;
    const adopted = describe(topic, options);
    addChanges(changes, adoptionChanges(topic, adopted, options));
    results.push(adopted);
  }
  if (found.length > 0) changes.publish.unshift(...passedProducerIds(image, found));
  return { changes, results };
}

function passedProducerIds(image: ClusterImage, found: readonly TopicOnDisk[]): GuardedChange[] {
  let highest = -1;
  for (const { partitions } of found) {
    for (const { highestProducerId = -1 } of partitions)
      highest = Math.max(highest, highestProducerId);
  }
  const nextProducerId = producerIdBehind(highest);
  if (nextProducerId <= image.nextProducerId) return [];
  const value = encodeValue({ nextProducerId });
  return [{ key: imageKeys.producerIds, value, ifRevision: image.nextProducerIdRevision }];
}

function largestOfEachName(found: readonly TopicOnDisk[]): Iterable<TopicOnDisk> {
  const byName = new Map<string, TopicOnDisk>();
  for (const topic of found) {
    const other = byName.get(topic.topic);
    if (other === undefined || other.partitions.length < topic.partitions.length) {
      byName.set(topic.topic, topic);
    }
  }
  return byName.values();
}

function describe(
  { topic: name, topicId, partitions }: TopicOnDisk,
  { drawTopicId }: AdoptionOptions,
): AdoptedTopic {
  const present = new Set(partitions.map(({ partition }) => partition));
  const partitionCount = Math.max(...present) + 1;
  const missing: number[] = [];
  for (let index = 0; index < partitionCount; index++) if (!present.has(index)) missing.push(index);
  return {
    name,
    topicId: topicId ?? drawTopicId(),
    partitionCount,
    missing,
    configs: configsOf(name),
  };
}

function configsOf(name: string): ReadonlyMap<string, string> {
  return compacted.has(name)
    ? new Map([['cleanup.policy', 'compact']])
    : new Map([
        ['retention.bytes', '-1'],
        ['retention.ms', '-1'],
      ]);
}

function adoptionChanges(
  { partitions }: TopicOnDisk,
  { name, topicId, partitionCount, configs }: AdoptedTopic,
  { nodeId }: AdoptionOptions,
): PlannedChanges {
  const epochs = new Map(partitions.map((found) => [found.partition, found.latestEpoch ?? -1]));
  const prepare = [];
  for (let index = 0; index < partitionCount; index++) {
    // A leader's epoch is greater than every one in its log.
    const leaderEpoch = (epochs.get(index) ?? -1) + 1;
    const placement = { replicas: [nodeId], isr: [nodeId] };
    prepare.push(newPartitionChange(topicId, index, placement, leaderEpoch));
  }
  const values = encodeValue({ values: Object.fromEntries(configs) });
  prepare.push({ key: imageKeys.topicConfig(topicId), value: values });
  const value = encodeValue({ topicId, partitionCount });
  return { prepare, publish: [{ key: imageKeys.topic(name), value, ifRevision: 0 }], tidy: [] };
}

import { encodePartition, encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import type { PartitionImage } from '../../src/metadata/image.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { must } from '../../src/util/assert.ts';
import { keepLeaders } from '../../src/controller/keep-leaders.ts';
import { carryOut, drawTopicId, settingsOf } from './cluster.ts';

/** A partition of a test: its replicas, and what is not as after a quiet start. */
export type TestPartition = Partial<PartitionImage> & Pick<PartitionImage, 'replicas'>;

/** A whole partition: all in sync unless told otherwise, the first of them leading. */
export function partitionOf(partition: TestPartition): PartitionImage {
  const isr = partition.isr ?? partition.replicas;
  return {
    index: 0,
    leader: isr[0] ?? -1,
    leaderEpoch: 5,
    partitionEpoch: 9,
    isr,
    elr: [],
    lastKnownElr: [],
    addingReplicas: [],
    removingReplicas: [],
    revision: 1,
    ...partition,
  };
}

/** Makes a topic with these partitions. */
export function addTopic(
  image: LiveImage,
  name: string,
  partitions: readonly TestPartition[],
  configs: Readonly<Record<string, string>> = {},
): void {
  const topicId = drawTopicId();
  image.apply(image.revision + 1, [
    ...partitions.map((partition, index) => ({
      key: imageKeys.partition(topicId, index),
      value: encodePartition(partitionOf(partition)),
    })),
    { key: imageKeys.topicConfig(topicId), value: encodeValue({ values: configs }) },
    {
      key: imageKeys.topic(name),
      value: encodeValue({ topicId, partitionCount: partitions.length }),
    },
  ]);
}

/** Partition `index` of a topic, as it is now. */
export function partitionIn(image: LiveImage, name: string, index = 0): PartitionImage {
  return must(image.topicsByName.get(name)?.partitions[index], `${name}-${index} is there`);
}

/** Changes a partition as its leader does. */
export function setPartition(
  image: LiveImage,
  name: string,
  index: number,
  change: Partial<PartitionImage>,
): void {
  const before = partitionIn(image, name, index);
  const { id } = must(image.topicsByName.get(name));
  const after = { ...before, ...change, partitionEpoch: before.partitionEpoch + 1 };
  const key = imageKeys.partition(id, index);
  image.apply(image.revision + 1, [{ key, value: encodePartition(after) }]);
}

/** Does with a partition what the controller does when it has changed; answers whether that was anything. */
export function settle(image: LiveImage, name: string, index = 0): boolean {
  const topic = must(image.topicsByName.get(name));
  const partition = partitionIn(image, name, index);
  const decision = keepLeaders(image, [{ topic, partition }], settingsOf());
  return carryOut(image, decision).length > 0;
}

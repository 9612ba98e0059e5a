import type { ConfigLayers } from '../config/config-layers.ts';
import { isUncleanElectionEnabled, minInsyncReplicasSet } from '../config/topic-config.ts';
import { encodePartition, imageKeys } from '../metadata/image-keys.ts';
import type { PartitionValue } from '../metadata/image-keys.ts';
import type { ClusterImage, PartitionImage, TopicImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import { serves } from './broker-state.ts';
import type { PartitionRules } from './partition-change.ts';

/** What changes of a topic's partitions go by, as the cluster is now. */
export function partitionRules(
  image: ClusterImage,
  topic: TopicImage,
  layers: ConfigLayers,
): PartitionRules {
  return {
    mayLead: (nodeId) => serves(image.brokers.get(nodeId)),
    lacksLogs: (nodeId) => (image.brokers.get(nodeId)?.awaitedDirectoryIds.length ?? 0) > 0,
    minInsyncReplicasSet: minInsyncReplicasSet(topic.config.values, layers),
  };
}

/** Whether a topic may lose records so as to have a leader. */
export function mayElectUncleanly(topic: TopicImage, layers: ConfigLayers): boolean {
  return isUncleanElectionEnabled(topic.config.values, layers);
}

/** The change that makes `partition` what `value` says, where it is still as it was. */
export function partitionChange(
  topic: TopicImage,
  partition: PartitionImage,
  value: PartitionValue,
): GuardedChange {
  return {
    key: imageKeys.partition(topic.id, partition.index),
    value: encodePartition(value),
    ifRevision: partition.revision,
  };
}

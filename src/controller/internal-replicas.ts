import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import type { ClusterImage, PartitionImage, TopicImage } from '../metadata/image.ts';
import { ReplicaSpread } from '../util/replica-spread.ts';
import { placeableBrokers, serves } from './broker-state.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { noChanges } from './decision.ts';
import type { Decision } from './decision.ts';
import { changePartition } from './partition-change.ts';
import { PartitionDrafts } from './partition-drafts.ts';
import { partitionRules } from './partition-rules.ts';

/** A partition that is given replicas. */
export interface GrownPartition {
  readonly topic: string;
  readonly partition: number;
  readonly addingReplicas: readonly number[];
}

/**
 * Decides which internal topics gain replicas: those that were made while fewer brokers were registered, up to
 * their setting, as far as there are brokers that serve, who share out their leadership. The new replicas are added as by a reassignment; one that
 * goes on already is let alone. For the controller, whenever a broker has been admitted or such a topic made.
 */
export function decideInternalReplicas(
  image: ClusterImage,
  { config, layers }: ControllerSettings,
): Decision<GrownPartition> {
  const wanted = new Map([['__consumer_offsets', config.offsetsTopicReplicationFactor]]);
  const brokers = placeableBrokers(image).filter(serves);
  const growing = Array.from(wanted, ([name, count]) => ({
    topic: image.topicsByName.get(name),
    count: Math.min(count, brokers.length),
  })).filter(({ topic, count }) => topic !== undefined && isShort(topic, count));
  if (growing.length === 0) return { changes: noChanges, results: [] };

  const spread = new ReplicaSpread(brokers, partitionsOf(image));
  const drafts = new PartitionDrafts();
  const results: GrownPartition[] = [];
  for (const { topic, count } of growing as { topic: TopicImage; count: number }[]) {
    for (const partition of topic.partitions.filter((candidate) => mayGrow(candidate, count))) {
      const { index, replicas: before } = partition;
      const target = { topic: topic.name, partition: index, replicas: before };
      const replicas = spread.place(target, count, { spreadsLeaders: true });
      const addingReplicas = replicas
        .filter((id) => !before.includes(id))
        .toSorted((a, b) => a - b);
      const rules = partitionRules(image, topic, layers);
      const value = changePartition(partition, { replicas, addingReplicas }, rules);
      if (value === undefined || addingReplicas.length === 0) continue;
      drafts.set(topic, partition, value);
      results.push({ topic: topic.name, partition: index, addingReplicas });
    }
  }
  return { changes: drafts.changes(), results };
}

function isShort({ partitions }: TopicImage, count: number): boolean {
  return partitions.some((partition) => mayGrow(partition, count));
}

/** Without a leader nobody could copy what is there. */
function mayGrow(
  { leader, replicas, addingReplicas, removingReplicas }: PartitionImage,
  count: number,
): boolean {
  const isMoving = addingReplicas.length + removingReplicas.length > 0;
  return replicas.length < count && leader >= 0 && !isMoving;
}

function* partitionsOf(image: ClusterImage) {
  for (const topic of topicsWithLogs(image)) {
    for (const { index, replicas } of topic.partitions) {
      yield { topic: topic.name, partition: index, replicas };
    }
  }
}

import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage, TopicImage } from '../metadata/image.ts';
import { placeableBrokers } from './broker-state.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { placeOnBrokers } from './create-topics.ts';
import { addChanges, isRefusal, newChanges, noChanges, refuse } from './decision.ts';
import type { Decision, PlannedChanges, Refusal } from './decision.ts';
import { refuseFiltered } from './filtered-topics.ts';
import { newPartitionChange } from './new-partition.ts';
import { placeReplicas } from './placement.ts';
import type { Placement } from './placement.ts';

/** How a topic is to grow. */
export interface NewPartitions {
  readonly name: string;
  /** How many partitions the topic is to have in all. */
  readonly count: number;
  /** Replicas of each new partition; null where the controller chooses. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null;
}

/** A whole CreatePartitions request. */
export interface CreatePartitionsCommand {
  readonly topics: readonly NewPartitions[];
  readonly validateOnly: boolean;
  /** Any whole number from 0, drawn for this command: where placement begins. */
  readonly placementStart: number;
}

/** What was decided of one topic. */
export interface CreatePartitionsResult {
  readonly name: string;
  /** Undefined when the topic has its partitions. */
  readonly refusal: Refusal | undefined;
}

/** Decides CreatePartitions. A topic that is named twice is refused once. */
export function createPartitions(
  image: ClusterImage,
  command: CreatePartitionsCommand,
  settings: ControllerSettings,
): Decision<CreatePartitionsResult> {
  const changes = newChanges();
  const results: CreatePartitionsResult[] = [];
  const byName = Map.groupBy(command.topics, ({ name }) => name);
  let partitionsLeft = settings.config.partitionsPerRequestMax;
  for (const [name, requests] of byName) {
    const planned =
      requests.length > 1
        ? refuse('INVALID_REQUEST', 'Duplicate topic name.')
        : planGrowth(image, requests[0] as NewPartitions, command.placementStart, partitionsLeft);
    if (isRefusal(planned)) {
      results.push({ name, refusal: planned });
      continue;
    }
    addChanges(changes, planned);
    results.push({ name, refusal: undefined });
    partitionsLeft -= planned.prepare.length;
  }
  return { changes: command.validateOnly ? noChanges : changes, results };
}

function planGrowth(
  image: ClusterImage,
  request: NewPartitions,
  start: number,
  partitionsLeft: number,
): PlannedChanges | Refusal {
  const topic = image.topicsByName.get(request.name);
  if (topic === undefined) {
    const message = 'This server does not host this topic-partition.';
    return refuse('UNKNOWN_TOPIC_OR_PARTITION', message);
  }
  const problem = refuseFiltered(topic) ?? countProblem(topic, request, partitionsLeft);
  if (problem !== undefined) return problem;
  const placements = placeGrowth(image, topic, request, start);
  return isRefusal(placements) ? placements : growthChanges(topic, placements);
}

function countProblem(
  topic: TopicImage,
  { count, assignments }: NewPartitions,
  partitionsLeft: number,
): Refusal | undefined {
  const current = topic.partitions.length;
  if (count === current) {
    return refuse('INVALID_PARTITIONS', `Topic already has ${current} partition(s).`);
  }
  if (count < current) {
    const message = `The topic ${topic.name} currently has ${current} partition(s); ${count} would not be an increase.`;
    return refuse('INVALID_PARTITIONS', message);
  }
  const additional = count - current;
  if (additional > partitionsLeft) {
    return refuse('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
  }
  if (assignments === null || assignments.length === additional) return undefined;
  const message =
    `Attempted to add ${additional} additional partition(s), but only ` +
    `${assignments.length} assignment(s) were specified.`;
  return refuse('INVALID_REPLICA_ASSIGNMENT', message);
}

function placeGrowth(
  image: ClusterImage,
  topic: TopicImage,
  { count, assignments }: NewPartitions,
  start: number,
): readonly Placement[] | Refusal {
  const firstIndex = topic.partitions.length;
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1;
  if (assignments === null) {
    const partitionCount = count - firstIndex;
    return placeReplicas(placeableBrokers(image), {
      partitionCount,
      replicationFactor,
      firstIndex,
      start,
    });
  }
  const placements: Placement[] = [];
  for (const [i, { brokerIds }] of assignments.entries()) {
    const placement = placeOnBrokers(image, firstIndex + i, brokerIds, replicationFactor);
    if (isRefusal(placement)) return placement;
    placements.push(placement);
  }
  return placements;
}

/** The new partitions first; they count with the topic's own key. */
function growthChanges(topic: TopicImage, placements: readonly Placement[]): PlannedChanges {
  const firstIndex = topic.partitions.length;
  const partitionCount = firstIndex + placements.length;
  const publish = {
    key: imageKeys.topic(topic.name),
    value: encodeValue({ topicId: topic.id, partitionCount }),
    ifRevision: topic.revision,
  };
  // A growth that a crash cut off may have left some of these, unseen: they are written anew. That the topic's
  // own key is as it was keeps two growths apart.
  const owner = { key: publish.key, revision: topic.revision };
  const prepare = placements.map((placement, i) => ({
    ...newPartitionChange(topic.id, firstIndex + i, placement),
    owner,
  }));
  return { prepare, publish: [publish], tidy: [] };
}

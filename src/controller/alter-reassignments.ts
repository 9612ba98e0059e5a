import type { ClusterImage, PartitionImage, TopicImage } from '../metadata/image.ts';
import type { PartitionValue } from '../metadata/image-keys.ts';
import { serves } from './broker-state.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { isRefusal, refuse } from './decision.ts';
import type { Decision, Refusal } from './decision.ts';
import { refuseFiltered } from './filtered-topics.ts';
import { changePartition } from './partition-change.ts';
import { PartitionDrafts } from './partition-drafts.ts';
import { mayElectUncleanly, partitionRules } from './partition-rules.ts';
import { judgeAssignment } from './placement.ts';

/** A whole AlterPartitionReassignments request (KIP-455). */
export interface AlterReassignmentsCommand {
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly AskedReassignment[];
  }[];
  /** Whether partitions may come out with more or fewer replicas (KIP-860). */
  readonly allowReplicationFactorChange: boolean;
}

/** Where one partition is to be. */
interface AskedReassignment {
  readonly partitionIndex: number;
  /** The preferred leader first. Null stops what goes on, and goes back. */
  readonly replicas: readonly number[] | null;
}

/** What was decided of one topic's partitions, in the order of the request. */
export interface AlterReassignmentsResult {
  readonly name: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    /** Undefined where the partition is on its way, or there. */
    readonly refusal: Refusal | undefined;
  }[];
}

/**
 * Decides AlterPartitionReassignments: begins to move partitions, moves those that are on their way to somewhere
 * else, and stops them. One partition does not hold up the others. `keepLeaders` ends what begins here, once the replicas that are to stay are in sync; where they are already, it has ended with its beginning.
 */
export function alterReassignments(
  image: ClusterImage,
  { topics, allowReplicationFactorChange }: AlterReassignmentsCommand,
  settings: ControllerSettings,
): Decision<AlterReassignmentsResult> {
  const drafts = new PartitionDrafts();
  const alter = (name: string, asked: AskedReassignment): Refusal | undefined => {
    const topic = image.topicsByName.get(name);
    if (topic === undefined) {
      return refuse('UNKNOWN_TOPIC_OR_PARTITION', `Unable to find a topic named ${name}.`);
    }
    const found = topic.partitions[asked.partitionIndex];
    if (found === undefined) {
      const message = `Unable to find partition ${name}:${asked.partitionIndex}.`;
      return refuse('UNKNOWN_TOPIC_OR_PARTITION', message);
    }
    const filtered = refuseFiltered(topic);
    if (filtered !== undefined) return filtered;
    const partition = drafts.get(found);
    const { replicas } = asked;
    const move = { image, topic, partition, settings };
    const value =
      replicas === null ? goBack(move) : goTo(move, replicas, allowReplicationFactorChange);
    if (value === undefined) return undefined;
    if (isRefusal(value)) return value;
    drafts.set(topic, found, value);
    return undefined;
  };
  const results = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => ({
      partitionIndex: asked.partitionIndex,
      refusal: alter(name, asked),
    })),
  }));
  return { changes: drafts.changes(), results };
}

/** A partition that is to move, and what its move goes by. */
interface Move {
  readonly image: ClusterImage;
  readonly topic: TopicImage;
  readonly partition: PartitionImage;
  readonly settings: ControllerSettings;
}

/** Adds the replicas that are new, and marks those that go; undefined where it is on its way already. */
function goTo(
  { image, topic, partition, settings }: Move,
  target: readonly number[],
  allowReplicationFactorChange: boolean,
): PartitionValue | Refusal | undefined {
  const problem = judgeAssignment(image.brokers, target, undefined);
  if (problem !== undefined) return problem;
  const { replicas, removingReplicas } = partition;
  const count = replicas.length - removingReplicas.length;
  if (!allowReplicationFactorChange && count !== target.length) {
    const message = `The replication factor is changed from ${count} to ${target.length}`;
    return refuse('INVALID_REPLICATION_FACTOR', message);
  }
  const { original, dropped } = beforeMove(partition, target);
  const leaving = replicas.filter((id) => !target.includes(id) && !dropped.includes(id));
  const targets = {
    replicas: [...target, ...leaving.toSorted(byNumber)],
    isr: partition.isr.filter((id) => !dropped.includes(id)),
    addingReplicas: target.filter((id) => !original.includes(id)).toSorted(byNumber),
    removingReplicas: leaving.toSorted(byNumber),
  };
  return changePartition(partition, targets, partitionRules(image, topic, settings.layers));
}

/**
 * The replicas that a partition had before it began to move, and those of an earlier move that are not wanted any
 * more: they go at once, unless what was acknowledged is with them alone.
 */
function beforeMove(
  partition: PartitionImage,
  target: readonly number[],
): { readonly original: readonly number[]; readonly dropped: readonly number[] } {
  const { replicas, isr, addingReplicas } = partition;
  const original = replicas.filter((id) => !addingReplicas.includes(id));
  const unwanted = addingReplicas.filter((id) => !target.includes(id));
  const waitedFor = waitedForBy(partition);
  const othersLead = waitedFor.length === 0 && isr.some((id) => !unwanted.includes(id));
  const needed = [...isr, ...waitedFor];
  return {
    original,
    dropped: othersLead ? unwanted : unwanted.filter((id) => !needed.includes(id)),
  };
}

/**
 * Who may lead again, where nobody does: each of them may be the only one left in the end, as the others may come
 * back unclean. Nobody while there is a leader.
 */
function waitedForBy({ leader, isr, elr, lastKnownElr }: PartitionImage): readonly number[] {
  return leader >= 0 ? [] : [...isr, ...elr, ...lastKnownElr];
}

/** Takes out again who was being added, and keeps who was being removed. */
function goBack({ image, topic, partition, settings }: Move): PartitionValue | Refusal | undefined {
  const { addingReplicas, removingReplicas } = partition;
  if (addingReplicas.length + removingReplicas.length === 0) {
    const message = 'No partition reassignment is in progress.';
    return refuse('NO_REASSIGNMENT_IN_PROGRESS', message);
  }
  const replicas = partition.replicas.filter((id) => !addingReplicas.includes(id));
  const isr = partition.isr.filter((id) => !addingReplicas.includes(id));
  const unclean = mayElectUncleanly(topic, settings.layers);
  const isLost = isr.length === 0 && partition.isr.length > 0;
  const isEligible = (id: number): boolean =>
    replicas.includes(id) && serves(image.brokers.get(id));
  const isUnclean =
    (isLost && !partition.elr.some(isEligible)) ||
    waitedForBy(partition).some((id) => !replicas.includes(id));
  if (isUnclean && !unclean) {
    return refuse(
      'INVALID_REPLICA_ASSIGNMENT',
      `Unable to revert partition assignment for ${topic.name}:${partition.index} because it would ` +
        'require an unclean leader election.',
    );
  }
  const election = unclean ? 'unclean' : 'online';
  const targets = { replicas, isr, addingReplicas: [], removingReplicas: [], election } as const;
  return changePartition(partition, targets, partitionRules(image, topic, settings.layers));
}

function byNumber(a: number, b: number): number {
  return a - b;
}

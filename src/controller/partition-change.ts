import type { PartitionImage } from '../metadata/image.ts';
import type { PartitionValue } from '../metadata/image-keys.ts';
import { minInsyncReplicas } from '../config/derived-defaults.ts';
import { replicaCountOf } from '../metadata/replica-count.ts';

/** What a change of a partition aims at. What is left out stays as it is. */
export interface PartitionTargets {
  readonly replicas?: readonly number[];
  readonly isr?: readonly number[];
  readonly addingReplicas?: readonly number[];
  readonly removingReplicas?: readonly number[];
  /**
   * `online` keeps a leader that may lead, and else takes the first in the order of the replicas; `preferred`
   * takes the first replica where that may lead; `unclean` is `online`, and where nobody has all that was
   * acknowledged, whoever is alive. `online` unless given.
   */
  readonly election?: 'online' | 'preferred' | 'unclean';
  /** Whether the leader epoch rises though the same broker leads on: it is another process that does. */
  readonly newProcess?: boolean;
  /** They may have lost what they had written: no longer eligible. */
  readonly uncleanReplicas?: ReadonlySet<number>;
}

/** What a change of a partition goes by beside the partition. */
export interface PartitionRules {
  /** Whether a broker is registered and serves: not fenced, not about to stop. */
  readonly mayLead: (nodeId: number) => boolean;
  /** Whether a broker has come back without a directory that it had: its logs may be gone, and be empty now. */
  readonly lacksLogs: (nodeId: number) => boolean;
  /** `min.insync.replicas` as it was set for the topic. */
  readonly minInsyncReplicasSet: number | undefined;
}

/** A partition while it is changed. */
interface Draft {
  replicas: readonly number[];
  isr: readonly number[];
  elr: readonly number[];
  addingReplicas: readonly number[];
  removingReplicas: readonly number[];
}

/** Who leads, and whether records may be lost by it. */
interface Election {
  readonly leader: number;
  readonly unclean: boolean;
}

/**
 * A partition as it is once `targets` are reached as far as they can be; undefined where nothing changes.
 *
 * - A reassignment is complete as soon as all of the replicas that are to stay are in sync (KIP-455).
 * - Who leaves the in-sync set while it is smaller than `min.insync.replicas` stays eligible (KIP-966): nothing is
 *   acknowledged meanwhile that they do not have.
 * - Elections are made among those in sync, without any among the eligible, and without those by the last known
 *   leader once it is back with all of its directories.
 * - The leader epoch rises with another leader, with another process of the same, and when a replica goes, so that
 *   it is fenced off; the partition epoch rises with every change.
 */
export function changePartition(
  partition: PartitionImage,
  targets: PartitionTargets,
  rules: PartitionRules,
): PartitionValue | undefined {
  const draft: Draft = {
    replicas: targets.replicas ?? partition.replicas,
    isr: targets.isr ?? partition.isr,
    elr: [],
    addingReplicas: targets.addingReplicas ?? partition.addingReplicas,
    removingReplicas: targets.removingReplicas ?? partition.removingReplicas,
  };
  completeReassignment(draft);
  draft.elr = eligibleReplicas(partition, draft, targets, rules);
  const { leader, unclean } = elect(partition, draft, targets.election ?? 'online', rules);
  if (unclean) {
    draft.isr = [leader];
    draft.elr = [];
  } else if (leader >= 0 && !draft.isr.includes(leader)) {
    draft.isr = [leader];
    // A leader that is enough by itself acknowledges from here on what the others do not have.
    draft.elr = isLarge(draft, rules) ? [] : draft.elr.filter((id) => id !== leader);
  }
  const changed = { ...draft, leader, lastKnownElr: lastKnownLeader(partition, leader) };
  const isNewProcess = targets.newProcess === true;
  if (!isNewProcess && isSame(partition, changed)) return undefined;
  return withEpochs(partition, changed, isNewProcess);
}

/** Takes the replicas away that are to go, once those that are to stay are all in sync. */
function completeReassignment(draft: Draft): void {
  const { addingReplicas, removingReplicas } = draft;
  if (addingReplicas.length + removingReplicas.length === 0) return;
  const replicas = draft.replicas.filter((id) => !removingReplicas.includes(id));
  const isr = draft.isr.filter((id) => !removingReplicas.includes(id));
  if (replicas.length === 0 || !replicas.every((id) => isr.includes(id))) return;
  Object.assign(draft, { replicas, isr, addingReplicas: [], removingReplicas: [] });
}

function eligibleReplicas(
  partition: PartitionImage,
  draft: Draft,
  { uncleanReplicas }: PartitionTargets,
  rules: PartitionRules,
): readonly number[] {
  const { replicas, isr } = draft;
  if (isLarge(draft, rules)) return [];
  const candidates = new Set([...partition.elr, ...partition.isr]);
  return [...candidates].filter(
    (id) => replicas.includes(id) && !isr.includes(id) && uncleanReplicas?.has(id) !== true,
  );
}

/** Whether those in sync are enough for something to be acknowledged. */
function isLarge(draft: Draft, { minInsyncReplicasSet }: PartitionRules): boolean {
  return draft.isr.length >= minInsyncReplicas(minInsyncReplicasSet, replicaCountOf(draft));
}

function elect(
  partition: PartitionImage,
  draft: Draft,
  election: NonNullable<PartitionTargets['election']>,
  { mayLead, lacksLogs }: PartitionRules,
): Election {
  const { replicas, isr, elr } = draft;
  const eligible = isr.length > 0 ? isr : elr;
  const canLead = (id: number): boolean =>
    replicas.includes(id) && eligible.includes(id) && mayLead(id);
  const [preferred] = replicas;
  const before = election === 'preferred' ? [preferred, partition.leader] : [partition.leader];
  const clean = [...before, ...replicas].find((id) => id !== undefined && canLead(id));
  if (clean !== undefined) return { leader: clean, unclean: false };
  if (eligible.length === 0) {
    const [lastLeader] = partition.lastKnownElr;
    // Without its logs it would have the others throw away what they have.
    const isBack = (id: number): boolean =>
      mayLead(id) && (replicas.length === 1 || !lacksLogs(id));
    if (lastLeader !== undefined && replicas.includes(lastLeader) && isBack(lastLeader)) {
      return { leader: lastLeader, unclean: true };
    }
  }
  if (election === 'unclean') {
    const alive = replicas.find((id) => mayLead(id) && !lacksLogs(id)) ?? replicas.find(mayLead);
    if (alive !== undefined) return { leader: alive, unclean: true };
  }
  return { leader: -1, unclean: false };
}

/**
 * Whom to wait for where nobody is in sync or eligible; nobody while there is a leader. Those who are in sync when
 * the leader goes may turn out unclean later, when nobody knows any more who it was.
 */
function lastKnownLeader(partition: PartitionImage, leader: number): readonly number[] {
  if (leader >= 0) return [];
  return partition.leader < 0 ? partition.lastKnownElr : [partition.leader];
}

type Changed = Omit<PartitionValue, 'leaderEpoch' | 'partitionEpoch'>;

function withEpochs(
  partition: PartitionImage,
  changed: Changed,
  isNewProcess: boolean,
): PartitionValue {
  const replicaLeaves = partition.replicas.some((id) => !changed.replicas.includes(id));
  const rises = changed.leader !== partition.leader || replicaLeaves || isNewProcess;
  return {
    ...changed,
    leaderEpoch: partition.leaderEpoch + (rises ? 1 : 0),
    partitionEpoch: partition.partitionEpoch + 1,
  };
}

function isSame(partition: PartitionImage, changed: Changed): boolean {
  return (
    partition.leader === changed.leader &&
    sameIds(partition.replicas, changed.replicas) &&
    sameIds(partition.isr, changed.isr) &&
    sameIds(partition.elr, changed.elr) &&
    sameIds(partition.lastKnownElr, changed.lastKnownElr) &&
    sameIds(partition.addingReplicas, changed.addingReplicas) &&
    sameIds(partition.removingReplicas, changed.removingReplicas)
  );
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

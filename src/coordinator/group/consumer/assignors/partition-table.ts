import { must } from '../../../../util/assert.ts';
import type { Partitions } from '../partitions.ts';
import type { AssignedGroup } from './assignor.ts';
import { LoadQueue } from './load-queue.ts';

/** Nobody has the partition. */
const nobody = -1;

/** A topic with those who may have its partitions. */
export interface TableTopic {
  readonly topicId: string;
  /** By partition, the index of its member, or -1. */
  readonly owners: Int32Array;
  /** Indexes of the members that subscribe to it. */
  readonly subscribers: readonly number[];
}

/**
 * The partitions of a group's topics and who shall have each, while an assignor moves them. It begins with
 * the targets as they are, without what a member does not subscribe to any more. Members are indexes here.
 */
export class PartitionTable {
  /** Those with the most partitions for each subscriber first, then those with the fewest subscribers. */
  readonly topics: readonly TableTopic[];
  readonly memberCount: number;
  readonly partitionTotal: number;
  readonly #memberIds: readonly string[];
  /** By member: how many partitions it has. */
  readonly #loads: Int32Array;

  constructor({ members, partitionCount }: AssignedGroup) {
    this.#memberIds = members.map(({ memberId }) => memberId);
    this.memberCount = members.length;
    this.#loads = new Int32Array(members.length);
    const topics = new Map<string, { owners: Int32Array; subscribers: number[] }>();
    members.forEach(({ topicIds }, member) => {
      for (const topicId of topicIds) {
        const topic = topics.get(topicId);
        if (topic !== undefined) topic.subscribers.push(member);
        else {
          const owners = new Int32Array(partitionCount(topicId)).fill(nobody);
          topics.set(topicId, { owners, subscribers: [member] });
        }
      }
    });
    members.forEach(({ topicIds, target }, member) => {
      for (const [topicId, partitions] of target) {
        const owners = topicIds.has(topicId) ? topics.get(topicId)?.owners : undefined;
        if (owners !== undefined) this.#keep(owners, partitions, member);
      }
    });
    this.topics = Array.from(topics, ([topicId, topic]) => ({ topicId, ...topic })).toSorted(
      byShare,
    );
    this.partitionTotal = this.topics.reduce((sum, { owners }) => sum + owners.length, 0);
  }

  load(member: number): number {
    return this.#loads[member] ?? 0;
  }

  /** Partitions of a topic that nobody has. */
  unassigned({ owners }: TableTopic): number[] {
    const partitions: number[] = [];
    owners.forEach((owner, partition) => {
      if (owner === nobody) partitions.push(partition);
    });
    return partitions;
  }

  /** Gives a partition to a member, from whoever has it. */
  assign({ owners }: TableTopic, partition: number, member: number): void {
    const before = owners[partition] ?? nobody;
    if (before !== nobody) this.#addLoad(before, -1);
    owners[partition] = member;
    this.#addLoad(member, 1);
  }

  /** Takes partitions from a member until it has `most`. */
  shrink(member: number, most: number): void {
    for (let topic = this.topics.length - 1; this.load(member) > most && topic >= 0; topic--) {
      const owners = must(this.topics[topic]).owners;
      for (let at = owners.length - 1; this.load(member) > most && at >= 0; at--) {
        if (owners[at] !== member) continue;
        owners[at] = nobody;
        this.#addLoad(member, -1);
      }
    }
  }

  /** Whether one of these members has two partitions more than another. */
  isUneven(members: readonly number[]): boolean {
    let least = Infinity;
    let most = 0;
    for (const member of members) {
      least = Math.min(least, this.load(member));
      most = Math.max(most, this.load(member));
    }
    return most - least > 1;
  }

  /** Members by how many partitions they have. */
  byLoad(members: Iterable<number>, first: 'least' | 'most'): LoadQueue {
    return new LoadQueue(members, { loads: this.#loads, first });
  }

  /** What each member shall have. */
  targets(): Map<string, Partitions> {
    const targets = this.#memberIds.map(() => new Map<string, Set<number>>());
    for (const { topicId, owners } of this.topics) {
      owners.forEach((owner, partition) => {
        const target = targets[owner];
        if (target === undefined) return;
        const known = target.get(topicId);
        if (known === undefined) target.set(topicId, new Set([partition]));
        else known.add(partition);
      });
    }
    return new Map(this.#memberIds.map((memberId, index) => [memberId, must(targets[index])]));
  }

  #keep(owners: Int32Array, partitions: ReadonlySet<number>, member: number): void {
    for (const partition of partitions) {
      if (owners[partition] !== nobody) continue;
      owners[partition] = member;
      this.#addLoad(member, 1);
    }
  }

  #addLoad(member: number, count: number): void {
    this.#loads[member] = this.load(member) + count;
  }
}

function byShare(a: TableTopic, b: TableTopic): number {
  const shareOfA = a.owners.length / a.subscribers.length;
  const shareOfB = b.owners.length / b.subscribers.length;
  if (shareOfA !== shareOfB) return shareOfB - shareOfA;
  if (a.subscribers.length !== b.subscribers.length) {
    return a.subscribers.length - b.subscribers.length;
  }
  return a.topicId < b.topicId ? -1 : 1;
}

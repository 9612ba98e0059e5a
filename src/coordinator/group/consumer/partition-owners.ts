import type { ConsumerMember } from './consumer-member.ts';
import type { OwnedPartitions } from './partitions.ts';

/**
 * Which member owns each partition: those that are assigned to it and those that it has yet to give up. A
 * partition has one owner. While a log is replayed it may seem to have two, where the record by which the
 * first gave it up was compacted away: then the last that got it owns it.
 */
export class PartitionOwners {
  readonly #owners = new Map<string, Map<number, string>>();

  /** The member that owns a partition; undefined where it is free. */
  of(topicId: string, partition: number): string | undefined {
    return this.#owners.get(topicId)?.get(partition);
  }

  /** A member stands elsewhere than before, or came, or went. */
  replace(before: ConsumerMember | undefined, after: ConsumerMember | undefined): void {
    if (
      before?.assigned === after?.assigned &&
      before?.pendingRevocation === after?.pendingRevocation
    ) {
      return;
    }
    if (before !== undefined) {
      this.#release(before.memberId, before.assigned);
      this.#release(before.memberId, before.pendingRevocation);
    }
    if (after !== undefined) {
      this.#take(after.memberId, after.assigned);
      this.#take(after.memberId, after.pendingRevocation);
    }
  }

  #release(memberId: string, partitions: OwnedPartitions): void {
    for (const [topicId, ofTopic] of partitions) {
      const owners = this.#owners.get(topicId);
      if (owners === undefined) continue;
      for (const partition of ofTopic.keys()) {
        if (owners.get(partition) === memberId) owners.delete(partition);
      }
      if (owners.size === 0) this.#owners.delete(topicId);
    }
  }

  #take(memberId: string, partitions: OwnedPartitions): void {
    for (const [topicId, ofTopic] of partitions) {
      let owners = this.#owners.get(topicId);
      if (owners === undefined) {
        owners = new Map();
        this.#owners.set(topicId, owners);
      }
      for (const partition of ofTopic.keys()) owners.set(partition, memberId);
    }
  }
}

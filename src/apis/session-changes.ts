import type { DataWaiter, Partition } from '../replication/partition.ts';
import type { FetchPartition } from './fetch-partition.ts';

/** A fetch that waits in a session. */
export interface SessionListener {
  /** There is more of a partition, or its high watermark has moved. */
  partitionChanged(asked: FetchPartition): void;
  /** A partition is going away, or somebody else leads it now. */
  partitionClosed(): void;
}

/**
 * Which partitions of a follower's session are to be looked at. A follower may have thousands, of which a write
 * concerns one: the others cost its next fetch nothing.
 *
 * Each partition is changed (to be looked at with the next fetch) or watched: it tells when there is more to read,
 * when its high watermark moves, and when somebody else leads it.
 */
export class SessionChanges implements DataWaiter {
  readonly #changed = new Set<FetchPartition>();
  readonly #watched = new Map<Partition, FetchPartition>();
  readonly #partitions = new Map<FetchPartition, Partition>();
  #replicaEpoch = -1n;
  /** While a fetch waits. */
  listener: SessionListener | undefined;

  /**
   * The follower fetches in this epoch of its registration. One that has registered anew within the session is
   * another to its leaders: all of its partitions are looked at once.
   */
  fetchedInEpoch(replicaEpoch: bigint): void {
    if (replicaEpoch === this.#replicaEpoch) return;
    this.#replicaEpoch = replicaEpoch;
    for (const asked of this.#partitions.keys()) this.#changed.add(asked);
  }

  /** What is to be looked at, in the order in which it changed. */
  changed(): FetchPartition[] {
    return [...this.#changed];
  }

  /** It comes behind the others, so that all get their turn where an answer does not hold them all. */
  mark(asked: FetchPartition): void {
    this.#changed.delete(asked);
    this.#changed.add(asked);
  }

  /** It was looked at, and the follower has all that there is and knows it. */
  settle(asked: FetchPartition, partition: Partition): void {
    this.#changed.delete(asked);
    this.watch(asked, partition);
  }

  /** From now on the partition tells when it changes. */
  watch(asked: FetchPartition, partition: Partition): void {
    if (this.#partitions.get(asked) === partition) return;
    this.#unwatch(asked);
    this.#watched.set(partition, asked);
    this.#partitions.set(asked, partition);
    partition.addDataWaiter(this, 'logEnd');
    partition.addDataWaiter(this);
  }

  /** The session has it no more. */
  forget(asked: FetchPartition): void {
    this.#changed.delete(asked);
    this.#unwatch(asked);
  }

  close(): void {
    this.#changed.clear();
    for (const asked of this.#partitions.keys()) this.#unwatch(asked);
  }

  #unwatch(asked: FetchPartition): void {
    const partition = this.#partitions.get(asked);
    if (partition === undefined) return;
    this.#partitions.delete(asked);
    this.#watched.delete(partition);
    partition.removeDataWaiter(this);
  }

  dataArrived(partition: Partition): void {
    const asked = this.#watched.get(partition);
    if (asked === undefined) return;
    this.#changed.add(asked);
    this.listener?.partitionChanged(asked);
  }

  partitionClosed(partition: Partition): void {
    const asked = this.#watched.get(partition);
    if (asked === undefined) return;
    this.#unwatch(asked);
    this.#changed.add(asked);
    this.listener?.partitionClosed();
  }
}

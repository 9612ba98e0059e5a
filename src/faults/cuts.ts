/** Who talks to whom: a broker by its node id, the metadata store, and all clients. */
export type Party = number | 'store' | 'clients';

/** A network that fell apart. */
export interface NetworkPartition {
  /** Brokers that do not reach those of the other side. Whoever is on neither reaches both. */
  readonly sides: readonly [readonly number[], readonly number[]];
  /** The brokers that clients reach; all of them unless given. */
  readonly clients?: readonly number[] | undefined;
}

/** Which parts of a cluster do not reach each other, at this moment. */
export class Cuts {
  readonly #listeners = new Set<() => void>();
  #partition: NetworkPartition | undefined;

  /** The network as it is cut now. */
  get current(): NetworkPartition | undefined {
    return this.#partition;
  }

  /** Cuts the network in two, in place of any cut before. The store is with the larger side, or the first. */
  partition(partition: NetworkPartition): void {
    this.#partition = partition;
    this.#tell();
  }

  heal(): void {
    this.#partition = undefined;
    this.#tell();
  }

  isCut(a: Party, b: Party): boolean {
    const partition = this.#partition;
    if (partition === undefined) return false;
    if (a === 'clients' || b === 'clients') {
      const broker = a === 'clients' ? b : a;
      const { clients } = partition;
      return clients !== undefined && typeof broker === 'number' && !clients.includes(broker);
    }
    const [sideOfA, sideOfB] = [sideOf(partition, a), sideOf(partition, b)];
    return sideOfA !== undefined && sideOfB !== undefined && sideOfA !== sideOfB;
  }

  /** Has `listener` told of each change, until the answer is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function sideOf({ sides }: NetworkPartition, party: Party): 0 | 1 | undefined {
  const [first, second] = sides;
  if (party === 'store') return second.length > first.length ? 1 : 0;
  if (typeof party !== 'number') return undefined;
  if (first.includes(party)) return 0;
  return second.includes(party) ? 1 : undefined;
}

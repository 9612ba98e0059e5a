import { Fetcher, type FetcherModules } from './fetcher.ts';
import type { Partition } from './partition.ts';
import type { ReplicaClient } from './replica-client.ts';

/** What the fetchers of a broker share. */
export interface ReplicaFetchersModules extends Omit<FetcherModules, 'client'> {
  readonly connect: (leaderId: number) => ReplicaClient;
  /** `num.replica.fetchers`: to each leader. */
  readonly fetchersPerLeader: () => number;
}

/** A partition that is followed, and by what. */
interface Following {
  readonly key: string;
  readonly fetcher: Fetcher;
  readonly leaderEpoch: number;
}

/** The fetchers of a broker: some to each broker that leads partitions with a follower here. */
export class ReplicaFetchers {
  readonly #modules: ReplicaFetchersModules;
  readonly #fetchers = new Map<string, Fetcher>();
  readonly #following = new Map<Partition, Following>();

  constructor(modules: ReplicaFetchersModules) {
    this.#modules = modules;
  }

  /** Fetchers that run. */
  get size(): number {
    return this.#fetchers.size;
  }

  /** Follows the leader that the partition has now. */
  follow(partition: Partition): void {
    const { leaderEpoch, leaderId } = partition;
    const count = this.#modules.fetchersPerLeader();
    const key = `${leaderId}-${numberOf(partition, count)}`;
    const known = this.#following.get(partition);
    if (known?.key === key && known.leaderEpoch === leaderEpoch) return;
    this.unfollow(partition);
    const fetcher = this.#fetchers.get(key) ?? this.#newFetcher(leaderId);
    this.#fetchers.set(key, fetcher);
    this.#following.set(partition, { key, fetcher, leaderEpoch });
    fetcher.add(partition);
  }

  /** Nothing is appended to it from now on. */
  unfollow(partition: Partition): void {
    const known = this.#following.get(partition);
    if (known === undefined) return;
    const { key, fetcher } = known;
    this.#following.delete(partition);
    fetcher.remove(partition);
    if (fetcher.size > 0) return;
    fetcher.close();
    this.#fetchers.delete(key);
  }

  close(): void {
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    this.#fetchers.clear();
    this.#following.clear();
  }

  #newFetcher(leaderId: number): Fetcher {
    return new Fetcher({ ...this.#modules, client: this.#modules.connect(leaderId) });
  }
}

/** Which of a leader's fetchers has a partition: those of a topic are spread evenly. */
function numberOf({ topic, index }: Partition, count: number): number {
  let hash = index;
  for (let i = 0; i < topic.length; i++) hash = (Math.imul(hash, 31) + topic.charCodeAt(i)) >>> 0;
  return hash % count;
}

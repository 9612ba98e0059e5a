import { encodePartition, imageKeys } from '../../../src/metadata/image-keys.ts';
import type { ClusterImage, PartitionImage, TopicImage } from '../../../src/metadata/image.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';

/** What has been done to a cluster, by kind. */
export interface FaultCounts {
  crashes: number;
  powerLosses: number;
  cuts: number;
  storeOutages: number;
  elections: number;
}

/**
 * Does to a cluster what goes wrong, at random, and what a controller does about it: who is down is fenced, and
 * where a leader is down another member of the in-sync set is elected, else one that is eligible (KIP-966). Who
 * lost power is in no set when it comes back, and none other loses it before that one is in sync again.
 */
export class Chaos {
  readonly counts: FaultCounts = {
    crashes: 0,
    powerLosses: 0,
    cuts: 0,
    storeOutages: 0,
    elections: 0,
  };
  readonly #cluster: SimulatedCluster;
  readonly #nodeIds: readonly number[];
  readonly #cutPairs = new Set<string>();
  readonly #storeless = new Set<number>();
  /** Who lost power, until it is in sync everywhere again. */
  #powerless: number | undefined;

  constructor(cluster: SimulatedCluster, nodeIds: readonly number[]) {
    this.#cluster = cluster;
    this.#nodeIds = nodeIds;
  }

  isUp(nodeId: number): boolean {
    return this.#cluster.simulation.isUp(host(nodeId));
  }

  /** One more thing goes wrong, or is put right. */
  async step(): Promise<void> {
    const { random } = this.#cluster.simulation;
    const nodeId = this.#any(this.#nodeIds);
    switch (random.below(8)) {
      case 0:
        await this.#crash(nodeId);
        break;
      case 1:
        await this.#losePower(nodeId);
        break;
      case 2:
      case 3:
        await this.#startOne();
        break;
      case 4:
        this.#toggleCut();
        break;
      case 5:
        this.#toggleStore(nodeId);
        break;
      default:
        await this.control({ moveLeaders: true });
    }
    await this.control();
  }

  /** Everything is put right. */
  async heal(): Promise<void> {
    for (const pair of this.#cutPairs) this.#heal(pair);
    for (const nodeId of this.#storeless) this.#cluster.store.setReachable(host(nodeId), true);
    this.#storeless.clear();
    for (const nodeId of this.#nodeIds) await this.#start(nodeId);
    await this.control();
  }

  #any<T>(from: readonly T[]): T {
    return from[this.#cluster.simulation.random.below(from.length)] as T;
  }

  async #crash(nodeId: number): Promise<void> {
    if (!this.isUp(nodeId)) return;
    this.counts.crashes++;
    this.#cluster.crash(nodeId);
    // Often it is back before anybody has noticed.
    if (this.#cluster.simulation.random.below(3) === 0) await this.#start(nodeId);
    else await this.#takeLife(nodeId);
  }

  async #losePower(nodeId: number): Promise<void> {
    if (!this.isUp(nodeId) || this.#powerless !== undefined) return;
    const image = await this.#cluster.image();
    const isLast = partitionsOf(image).some(
      ([, { isr, elr }]) => ![...isr, ...elr].some((id) => id !== nodeId),
    );
    if (isLast) return;
    this.counts.powerLosses++;
    this.#powerless = nodeId;
    this.#cluster.powerLoss(nodeId);
    await this.#takeLife(nodeId);
    await this.#forgetUnclean(nodeId);
  }

  /** Before it can come back it is out of every set. */
  async #forgetUnclean(nodeId: number): Promise<void> {
    const isOf = ({ isr, elr, leader }: PartitionImage): boolean =>
      isr.includes(nodeId) || elr.includes(nodeId) || leader === nodeId;
    for (;;) {
      const stale = partitionsOf(await this.#cluster.image()).filter(([, state]) => isOf(state));
      if (stale.length === 0) return;
      for (const [topic, state] of stale) {
        const isr = state.isr.filter((id) => id !== nodeId);
        const elr = state.elr.filter((id) => id !== nodeId);
        const leader = state.leader === nodeId ? -1 : state.leader;
        await this.#write(topic, state, { isr, elr, leader });
      }
    }
  }

  async #takeLife(nodeId: number): Promise<void> {
    await this.#cluster.takeLife(nodeId);
  }

  async #startOne(): Promise<void> {
    const down = this.#nodeIds.filter((id) => !this.isUp(id));
    if (down.length > 0) await this.#start(this.#any(down));
  }

  async #start(nodeId: number): Promise<void> {
    if (this.isUp(nodeId)) return;
    // It registers by the store.
    if (this.#storeless.delete(nodeId)) this.#cluster.store.setReachable(host(nodeId), true);
    await this.#cluster.start(nodeId);
  }

  #toggleCut(): void {
    const [a, b] = [this.#any(this.#nodeIds), this.#any(this.#nodeIds)].toSorted((x, y) => x - y);
    if (a === undefined || b === undefined || a === b) return;
    const pair = `${host(a)} ${host(b)}`;
    if (this.#cutPairs.has(pair)) return this.#heal(pair);
    this.counts.cuts++;
    this.#cutPairs.add(pair);
    this.#cluster.simulation.cut(host(a), host(b));
  }

  #heal(pair: string): void {
    const [a = '', b = ''] = pair.split(' ');
    this.#cutPairs.delete(pair);
    this.#cluster.simulation.heal(a, b);
  }

  #toggleStore(nodeId: number): void {
    const isCut = this.#storeless.delete(nodeId);
    this.#cluster.store.setReachable(host(nodeId), isCut);
    if (isCut) return;
    this.counts.storeOutages++;
    this.#storeless.add(nodeId);
  }

  /** A pass of the controller over all partitions. */
  async control(options: { readonly moveLeaders?: boolean } = {}): Promise<void> {
    const image = await this.#cluster.image();
    for (const [topic, state] of partitionsOf(image)) {
      const isDead = (id: number): boolean => image.brokers.get(id)?.live !== true;
      const isr = state.isr.filter((id) => !isDead(id));
      const candidates = isr.length > 0 ? isr : state.elr.filter((id) => !isDead(id));
      const isLed = state.leader >= 0 && !isDead(state.leader);
      if (candidates.length === 0) continue;
      const moves = options.moveLeaders === true && this.#cluster.simulation.random.below(2) === 0;
      if (isLed && !moves && isr.length === state.isr.length) continue;
      const leader = isLed && !moves ? state.leader : this.#any(candidates);
      const nextIsr = isr.length > 0 ? isr : [leader];
      await this.#write(topic, state, {
        leader,
        isr: nextIsr,
        elr: eligible(state, nextIsr),
      });
    }
    await this.#noteInSync();
  }

  async #noteInSync(): Promise<void> {
    const nodeId = this.#powerless;
    if (nodeId === undefined) return;
    const all = partitionsOf(await this.#cluster.image());
    if (all.every(([, { isr }]) => isr.includes(nodeId))) this.#powerless = undefined;
  }

  async #write(
    topic: TopicImage,
    before: PartitionImage,
    changes: Partial<PartitionImage>,
  ): Promise<void> {
    const isElection = changes.leader !== undefined && changes.leader !== before.leader;
    const after = {
      ...before,
      ...changes,
      leaderEpoch: before.leaderEpoch + (isElection ? 1 : 0),
      partitionEpoch: before.partitionEpoch + 1,
    };
    const key = imageKeys.partition(topic.id, before.index);
    const change = { key, value: encodePartition(after) };
    const outcome = await this.#cluster.commit([{ key, revision: before.revision }], [change]);
    if (outcome === 'committed' && isElection) this.counts.elections++;
  }
}

/** Who left while too few stayed has all that was acknowledged; with two of three members all is well. */
function eligible({ isr, elr }: PartitionImage, nextIsr: readonly number[]): number[] {
  if (nextIsr.length >= 2) return [];
  return [...new Set([...elr, ...isr])].filter((id) => !nextIsr.includes(id));
}

function partitionsOf(image: ClusterImage): [TopicImage, PartitionImage][] {
  return [...image.topicsByName.values()].flatMap((topic) =>
    topic.partitions.map((state): [TopicImage, PartitionImage] => [topic, state]),
  );
}

function host(nodeId: number): string {
  return `broker${nodeId}`;
}

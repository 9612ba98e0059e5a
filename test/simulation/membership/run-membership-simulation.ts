import assert from 'node:assert/strict';
import type { RunningBroker } from '../../../src/broker/broker.ts';
import { must } from '../../../src/util/assert.ts';
import { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import { PartitionStates } from './partition-states.ts';

const nodeIds = [1, 2, 3] as const;
const topic = 'orders';
const partitionCount = 12;

/** What was done to the members, and what came of it. */
export interface MembershipCounts {
  crashes: number;
  powerLosses: number;
  stops: number;
  cuts: number;
  storeOutages: number;
  elections: number;
  lapses: number;
}

class Chaos {
  readonly cluster: SimulatedCluster;
  readonly counts: MembershipCounts = {
    crashes: 0,
    powerLosses: 0,
    stops: 0,
    cuts: 0,
    storeOutages: 0,
    elections: 0,
    lapses: 0,
  };
  /** Those that run; what is starting or stopping is none of them. */
  readonly #up = new Map<number, RunningBroker>();
  readonly #busy = new Map<number, Promise<unknown>>();
  readonly #leaderEpochs = new Map<number, number>();
  readonly #states = new PartitionStates();
  #led = new Set<number>(nodeIds);

  constructor(cluster: SimulatedCluster) {
    this.cluster = cluster;
    for (const id of nodeIds) this.#up.set(id, cluster.broker(id));
  }

  #below(bound: number): number {
    return this.cluster.simulation.random.below(bound);
  }

  /** Goes on for a while, and looks at everything after each event. */
  async goOn(delayMs: number): Promise<void> {
    let isOver = false;
    this.cluster.simulation.after(delayMs, () => {
      isOver = true;
    });
    await this.cluster.until(() => {
      this.#look();
      return isOver;
    });
  }

  #look(): void {
    for (const [id, broker] of this.#up) {
      this.#states.look(id, broker.metadata.image);
      const mayLead = broker.mayLead;
      if (!mayLead && this.#led.delete(id)) this.counts.lapses++;
      if (!mayLead) continue;
      this.#led.add(id);
      const { brokers, topicsByName } = broker.metadata.image;
      const { leaseId } = must(brokers.get(id));
      assert.ok(this.cluster.store.hasLease(leaseId), `${id} leads without a lease`);
      for (const { index, leader, leaderEpoch } of topicsByName.get(topic)?.partitions ?? []) {
        if (leader !== id) continue;
        const known = this.#leaderEpochs.get(leaderEpoch * partitionCount + index);
        if (known === undefined) this.counts.elections++;
        assert.ok((known ?? id) === id, `${index} has two leaders in epoch ${leaderEpoch}`);
        this.#leaderEpochs.set(leaderEpoch * partitionCount + index, id);
      }
    }
  }

  act(): void {
    const id = 1 + this.#below(nodeIds.length);
    switch (this.#below(8)) {
      case 0:
        return this.#end(id, 'crash');
      case 1:
        return this.#end(id, 'powerLoss');
      case 2:
        return this.#stop(id);
      case 3:
      case 4:
        return this.#start(id);
      case 5: {
        this.counts.cuts++;
        const other = 1 + (id % nodeIds.length);
        this.cluster.simulation.cut(`broker${id}`, `broker${other}`);
        return;
      }
      case 6:
        this.counts.storeOutages++;
        return this.cluster.store.setReachable(`broker${id}`, false);
      default:
        return this.heal();
    }
  }

  heal(): void {
    for (const id of nodeIds) {
      this.cluster.store.setReachable(`broker${id}`, true);
      this.cluster.simulation.heal(`broker${id}`, `broker${1 + (id % nodeIds.length)}`);
    }
  }

  #end(id: number, how: 'crash' | 'powerLoss'): void {
    if (!this.#up.delete(id)) return;
    if (how === 'crash') this.counts.crashes++;
    else this.counts.powerLosses++;
    this.cluster[how](id);
  }

  #stop(id: number): void {
    const broker = this.#up.get(id);
    if (broker === undefined) return;
    this.counts.stops++;
    this.#up.delete(id);
    const stopped = broker.stop().then(() => {
      this.cluster.crash(id);
      this.#busy.delete(id);
    });
    this.#busy.set(id, stopped);
  }

  #start(id: number): void {
    if (this.#up.has(id) || this.#busy.has(id)) return;
    const started = this.cluster.begin(id).then(
      (broker) => {
        this.#busy.delete(id);
        this.#up.set(id, broker);
      },
      () => this.#busy.delete(id),
    );
    this.#busy.set(id, started);
  }

  /** Starts who is down, until all are up and everything is as it should be. */
  async settle(): Promise<void> {
    this.heal();
    const { simulation } = this.cluster;
    const fromMs = simulation.elapsedMs;
    while (!this.#isWell()) {
      for (const id of nodeIds) this.#start(id);
      await this.goOn(500);
      assert.ok(simulation.elapsedMs - fromMs < 300_000, `not well: ${await this.#state()}`);
    }
  }

  #isWell(): boolean {
    return nodeIds.every((id) => {
      const broker = this.#up.get(id);
      if (broker === undefined || !broker.mayLead) return false;
      const { controllerId, brokers, topicsByName } = broker.metadata.image;
      const partitions = must(topicsByName.get(topic)).partitions;
      return (
        brokers.get(controllerId)?.fenced === false &&
        partitions.every(({ leader, isr }) => leader > 0 && isr.length === nodeIds.length)
      );
    });
  }

  async #state(): Promise<string> {
    const image = await this.cluster.image();
    const partitions = image.topicsByName.get(topic)?.partitions;
    const { controllerId } = image;
    return JSON.stringify({
      controllerId,
      up: [...this.#up.keys()],
      brokers: [...image.brokers.values()],
      partitions,
    });
  }
}

/**
 * One run, with all that its seed decides. Rejects where somebody leads in another's place, or not all is well
 * again when all is put right.
 */
export async function runMembershipSimulation(seed: number): Promise<MembershipCounts> {
  const cluster = await SimulatedCluster.start(3, {
    seed,
    config: { 'replica.lag.time.max.ms': 2000, 'leader.imbalance.check.interval.seconds': '5' },
    store: { delayMsMax: 20, watchDelayMsMax: 40, unknownPercent: 10, timeoutMs: 500 },
  });
  const { random } = cluster.simulation;
  // Less than what leases allow for.
  for (const id of nodeIds)
    cluster.simulation.setClockRate(`broker${id}`, random.between(0.982, 1.018));
  await cluster.createTopic(topic, [1, 2, 3], {}, partitionCount);
  const chaos = new Chaos(cluster);
  for (let round = 0; round < 20; round++) {
    for (let step = 0; step < 12; step++) {
      chaos.act();
      await chaos.goOn(random.below(random.below(2) === 0 ? 500 : 12_000));
    }
    await chaos.settle();
  }
  return chaos.counts;
}

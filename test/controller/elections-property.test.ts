/*
 * Goal: the controller's decisions keep what was acknowledged, whatever dies and returns in whatever order.
 * Method: three to five brokers in small, whose logs are numbers. Brokers die, come back with what they had
 * written or without, stop in order, and the leaders change their in-sync sets and acknowledge, as the rules of
 * replication say; in between the controller decides, one commit at a time. After each commit the partitions are
 * held to what must never break, and when all is quiet, to what must come about.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { minInsyncReplicas } from '../../src/config/derived-defaults.ts';
import { admitBrokers } from '../../src/controller/admit-brokers.ts';
import { isLedByProcessBefore, returns, serves } from '../../src/controller/broker-state.ts';
import { allPartitions, keepLeaders, preferLeaders } from '../../src/controller/keep-leaders.ts';
import { announceStop } from '../../src/controller/stop-broker.ts';
import { imageKeys } from '../../src/metadata/image-keys.ts';
import type { PartitionImage } from '../../src/metadata/image.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { holds } from '../config/property.ts';
import { brokerKeys } from '../metadata/broker-keys.ts';
import { carryOut, clusterOf, settingsOf } from './cluster.ts';
import { addTopic, partitionIn, setPartition } from './partitions.ts';

interface Setup {
  readonly brokers: number;
  /** Replicas of each partition, by how far from the first. */
  readonly replicas: readonly number[];
  readonly partitions: number;
  readonly minInsync: number;
  readonly unclean: boolean;
}

type Step =
  | { readonly kind: 'die' | 'powerLoss' | 'return' | 'stop'; readonly broker: number }
  | { readonly kind: 'decide' | 'prefer' | 'settle' }
  | { readonly kind: 'shrink' | 'grow'; readonly partition: number; readonly broker: number }
  | { readonly kind: 'produce'; readonly partition: number };

const settings = settingsOf();

class Model {
  readonly image: LiveImage;
  readonly #setup: Setup;
  readonly #ids: readonly number[];
  /** What each broker has of each partition. */
  readonly #logs = new Map<string, number>();
  /** What was acknowledged of each partition. */
  readonly #acknowledged: number[];
  #epoch = 10;
  /** Who lost its logs and has not been in sync again since: nobody else may lose theirs meanwhile. */
  #loser: number | undefined;
  readonly #lossy = new Set<number>();
  elections = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#ids = Array.from({ length: setup.brokers }, (_, i) => i + 1);
    this.image = clusterOf(...this.#ids);
    const partitions = Array.from({ length: setup.partitions }, (_, index) => ({
      replicas: setup.replicas.map((distance) => 1 + ((index + distance) % setup.brokers)),
    }));
    addTopic(this.image, 't', partitions, {
      'min.insync.replicas': String(setup.minInsync),
      'unclean.leader.election.enable': String(setup.unclean),
    });
    this.#acknowledged = partitions.map(() => 0);
  }

  run(step: Step): void {
    switch (step.kind) {
      case 'die':
      case 'powerLoss':
        return this.#die(this.#broker(step.broker), step.kind === 'powerLoss');
      case 'return':
        return this.#return(this.#broker(step.broker));
      case 'stop':
        return this.#apply(() => {
          const nodeId = this.#broker(step.broker);
          const epoch = this.image.brokers.get(nodeId)?.epoch ?? -1;
          carryOut(this.image, announceStop(this.image, { nodeId, epoch }));
        });
      case 'decide':
        this.#decide();
        return;
      case 'prefer':
        return this.#apply(() => carryOut(this.image, preferLeaders(this.image, settings)));
      case 'settle':
        return this.settle();
      case 'shrink':
        return this.#shrink(this.#index(step.partition), this.#broker(step.broker));
      case 'grow':
        return this.#grow(this.#index(step.partition), this.#broker(step.broker));
      case 'produce':
        return this.#produce(this.#index(step.partition));
    }
  }

  #broker(pick: number): number {
    return 1 + (pick % this.#setup.brokers);
  }

  #index(pick: number): number {
    return pick % this.#setup.partitions;
  }

  #die(nodeId: number, losesLogs: boolean): void {
    const broker = this.image.brokers.get(nodeId);
    if (broker?.live !== true) return;
    if (losesLogs) {
      // The promise is for one at a time, and none of it holds where one copy is all there is.
      this.#noticeRecovery();
      if (this.#loser !== undefined || this.#setup.minInsync < 2 || this.#setup.unclean) return;
      this.#loser = nodeId;
      this.#lossy.add(nodeId);
      for (let i = 0; i < this.#setup.partitions; i++) this.#logs.set(`${nodeId}/${i}`, 0);
    }
    this.#apply(() => {
      this.image.apply(this.image.revision + 1, [{ key: imageKeys.live(nodeId), value: null }]);
    });
  }

  #noticeRecovery(): void {
    const loser = this.#loser;
    if (loser === undefined || !serves(this.image.brokers.get(loser))) return;
    const isBack = this.#partitions().every(
      ({ replicas, isr }) => !replicas.includes(loser) || isr.includes(loser),
    );
    if (isBack) this.#loser = undefined;
  }

  #return(nodeId: number): void {
    if (this.image.brokers.get(nodeId)?.live === true) return;
    const before = this.image.brokers.get(nodeId);
    const uncleanShutdown = this.#lossy.has(nodeId) || before?.uncleanShutdown === true;
    this.#lossy.delete(nodeId);
    this.#apply(() => {
      const registration = { epoch: ++this.#epoch, fenced: true, uncleanShutdown };
      this.image.apply(this.image.revision + 1, brokerKeys(nodeId, registration));
    });
  }

  /** One commit of the controller; false when there is nothing to decide. */
  #decide(): boolean {
    let changed = 0;
    this.#apply(() => {
      changed = carryOut(
        this.image,
        keepLeaders(this.image, allPartitions(this.image), settings),
      ).length;
      if (changed === 0) changed = this.#admit();
    });
    return changed > 0;
  }

  #admit(): number {
    const admitted = admitBrokers(this.image).results;
    for (const { nodeId } of admitted) {
      const broker = this.image.brokers.get(nodeId);
      for (const partition of this.#partitions()) {
        assert.ok(!isLedByProcessBefore(broker, partition), 'who is admitted leads in new epochs');
      }
    }
    return carryOut(this.image, admitBrokers(this.image)).length;
  }

  settle(): void {
    for (let i = 0; this.#decide(); i++) assert.ok(i < 20, 'decisions come to an end');
    for (const { leader, isr, elr, replicas } of this.#partitions()) {
      assert.ok(leader === -1 || serves(this.image.brokers.get(leader)), 'who leads serves');
      assert.ok(
        isr.every((id) => serves(this.image.brokers.get(id))),
        'who is in sync serves',
      );
      const canLead = [...isr, ...elr].some((id) => serves(this.image.brokers.get(id)));
      const mayLead =
        canLead ||
        (this.#setup.unclean && replicas.some((id) => serves(this.image.brokers.get(id))));
      assert.ok(leader >= 0 || !mayLead, 'who can lead does');
    }
    for (const { live, admitted } of this.image.brokers.values())
      assert.equal(admitted || !live, true);
  }

  #shrink(index: number, nodeId: number): void {
    const partition = this.#leading(index);
    if (partition === undefined || nodeId === partition.leader) return;
    if (!partition.isr.includes(nodeId)) return;
    const isr = partition.isr.filter((id) => id !== nodeId);
    this.#apply(() => this.#setIsr(index, partition, isr));
  }

  /** A follower that has all of its leader's log is in sync. */
  #grow(index: number, nodeId: number): void {
    const partition = this.#leading(index);
    if (partition === undefined || !partition.replicas.includes(nodeId)) return;
    if (partition.isr.includes(nodeId) || !serves(this.image.brokers.get(nodeId))) return;
    this.#logs.set(`${nodeId}/${index}`, this.#logOf(partition.leader, index));
    this.#apply(() => this.#setIsr(index, partition, [...partition.isr, nodeId]));
  }

  #setIsr(
    index: number,
    { isr: before, elr: eligible, replicas }: PartitionImage,
    isr: readonly number[],
  ): void {
    const isSmall = isr.length < minInsyncReplicas(this.#setup.minInsync, replicas.length);
    const candidates = [...new Set([...eligible, ...before])];
    const elr = isSmall ? candidates.filter((id) => !isr.includes(id)) : [];
    setPartition(this.image, 't', index, { isr, elr });
  }

  /** Acknowledged once all in sync have it, as long as they are enough. */
  #produce(index: number): void {
    const partition = this.#leading(index);
    if (partition === undefined) return;
    const { leader, isr, replicas } = partition;
    const end = this.#logOf(leader, index) + 1;
    this.#logs.set(`${leader}/${index}`, end);
    // Those that are dead and not found so yet hold it up.
    if (!isr.every((id) => serves(this.image.brokers.get(id)))) return;
    for (const id of isr) this.#logs.set(`${id}/${index}`, end);
    if (isr.length >= minInsyncReplicas(this.#setup.minInsync, replicas.length)) {
      this.#acknowledged[index] = end;
    }
  }

  #leading(index: number): PartitionImage | undefined {
    const partition = partitionIn(this.image, 't', index);
    return serves(this.image.brokers.get(partition.leader)) ? partition : undefined;
  }

  #logOf(nodeId: number, index: number): number {
    return this.#logs.get(`${nodeId}/${index}`) ?? 0;
  }

  #partitions(): readonly PartitionImage[] {
    return [...allPartitions(this.image)].map(({ partition }) => partition);
  }

  /** Makes one change of the image, and holds what it was and what it is together. */
  #apply(change: () => unknown): void {
    const before = this.#partitions();
    change();
    for (const [index, now] of this.#partitions().entries())
      this.#check(before[index] as PartitionImage, now);
  }

  #check(before: PartitionImage, now: PartitionImage): void {
    const { leader, isr, elr, lastKnownElr, index } = now;
    if (now.revision === before.revision) return;
    assert.equal(now.partitionEpoch, before.partitionEpoch + 1, 'each change has its epoch');
    const isOther = leader !== before.leader;
    const isNew = returns(this.image.brokers.get(leader)) && now.leaderEpoch > before.leaderEpoch;
    const rises = isOther || isNew ? 1 : 0;
    assert.equal(now.leaderEpoch, before.leaderEpoch + rises, 'each leader has its');
    assert.ok(leader === -1 || isr.includes(leader), 'who leads is in sync');
    assert.ok(isr.length + elr.length + lastKnownElr.length > 0, 'somebody is waited for');
    assert.ok(leader >= 0 || isr.length === 0, 'nobody is in sync with nobody');
    assert.ok(!isr.some((id) => elr.includes(id)));
    assert.equal(new Set([...isr, ...elr]).size, isr.length + elr.length);
    if (!isOther || leader === -1) return;
    this.elections++;
    if (this.#setup.unclean) return;
    const [has, needs] = [this.#logOf(leader, index), this.#acknowledged[index] ?? 0];
    assert.ok(has >= needs, `${leader} leads with ${has} of ${needs} acknowledged`);
  }
}

const setups = fc.record({
  brokers: fc.integer({ min: 3, max: 5 }),
  replicas: fc.constantFrom([0, 1, 2], [0, 1], [0, 2, 1]),
  partitions: fc.integer({ min: 1, max: 3 }),
  minInsync: fc.integer({ min: 1, max: 3 }),
  unclean: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

const broker = fc.nat(4);
const partition = fc.nat(2);
const steps = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('die' as const), broker }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('powerLoss' as const), broker }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('return' as const), broker }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), broker }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'decide' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'prefer' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('shrink' as const), partition, broker }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('grow' as const), partition, broker }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('produce' as const), partition }) },
);

test('no order of deaths, returns and in-sync changes loses what was acknowledged or turns epochs back', () => {
  let elections = 0;
  holds(
    fc.property(setups, fc.array(steps, { maxLength: 60, size: 'max' }), (setup, history) => {
      const model = new Model(setup);
      for (const step of history) model.run(step);
      model.settle();
      elections += model.elections;
    }),
    1000,
  );
  assert.ok(elections > 500, `${elections} elections`);
});

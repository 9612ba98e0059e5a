/**
 * Goal: whatever happens to a broker's process, machine, disk and network, no record that was acknowledged is
 * lost, doubled or moved, no reader sees the high watermark go back, no acknowledged commit of a group is lost
 * or goes back, and no group is stuck or leaves a record out.
 * Method: a broker on the simulated runtime, with two idempotent producers and two readers on hosts of their own.
 * The seed decides when the process crashes, the machine loses power, the disk is full for a while, a write fails
 * now and then for want of room, or the network is cut. A producer writes one record after the other in each of
 * its partitions, and notes the offset of each that is acknowledged. A reader asks for high watermarks all along
 * and keeps all that it reads. Members of two groups, one of each protocol, come and go, read and commit all the
 * while. When it has gone on long enough everything heals, and all is read once more.
 *
 * With `log.flush.interval.messages=1` what is acknowledged survives power loss too; every other seed goes
 * without it, and without power loss.
 *
 * `ODRADEK_SEEDS=500 npm test -- many-faults` runs more seeds, `ODRADEK_SEED=17` one.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { RunningBroker } from '../../src/broker/broker.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import type { Simulation } from '../../src/runtime/simulated/simulation.ts';
import { must } from '../../src/util/assert.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';
import { SimulatedBroker } from '../broker/simulated-broker.ts';
import { CommittingGroup, committingGroupConfig } from './committing-group.ts';

const seedCount = Number(process.env['ODRADEK_SEEDS'] ?? 10);
const seeds =
  process.env['ODRADEK_SEED'] === undefined
    ? Array.from({ length: seedCount }, (_, i) => i + 1)
    : process.env['ODRADEK_SEED'].split(',').map(Number);
const topic = 'faulty';
const partitionCount = 3;
const producerCount = 2;
const readerCount = 2;
const groups = [
  { protocol: 'classic', hosts: ['classic0', 'classic1'], watcher: 'classic2' },
  { protocol: 'consumer', hosts: ['consumer0', 'consumer1'], watcher: 'consumer2' },
] as const;
const clientHosts = [
  'producer0',
  'producer1',
  'reader0',
  'reader1',
  ...groups.flatMap(({ hosts }) => hosts),
];
/** Virtual time during which faults happen. */
const faultsMs = 40_000;
/** Fewer records of all producers, or acknowledged commits of a group, would prove too little. */
const recordsMin = 1000;
const commitsMin = 50;

const faultKinds = [
  'crash',
  'power loss',
  'full disk',
  'failed write',
  'bad disk',
  'cut',
  'clock',
] as const;
type FaultKind = (typeof faultKinds)[number];
const faultTotals = new Map<FaultKind, number>(faultKinds.map((kind) => [kind, 0]));

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** One seed's world: a broker that goes down and comes back, and what clients know of it. */
class Faulty {
  readonly broker: SimulatedBroker;
  readonly simulation: Simulation;
  readonly #losesPower: boolean;
  readonly counts = new Map<FaultKind, number>(faultKinds.map((kind) => [kind, 0]));
  readonly #clients: Client[] = [];
  #wrongByMs = 0;
  /** By partition: the offset of each value that was acknowledged. */
  readonly acknowledged = Array.from({ length: partitionCount }, () => new Map<string, number>());
  /** What readers saw, by partition and offset. */
  readonly seen = Array.from({ length: partitionCount }, () => new Map<number, string>());
  /** What groups did, to be printed. */
  readonly commits: string[] = [];
  isOver = false;
  defect: unknown;

  private constructor(broker: SimulatedBroker, losesPower: boolean) {
    this.broker = broker;
    this.simulation = broker.simulation;
    this.#losesPower = losesPower;
    this.#watch(broker.running);
  }

  static async start(seed: number): Promise<Faulty> {
    const losesPower = seed % 2 === 0;
    const config = {
      'log.segment.bytes': 1_048_576,
      'odradek.flush.partition.bytes': 4096,
      'log.flush.offset.checkpoint.interval.ms': 500,
      'offsets.topic.num.partitions': 2,
      'offsets.topic.segment.bytes': 1_048_576,
      ...committingGroupConfig,
      'replica.high.watermark.checkpoint.interval.ms': 300,
      ...(losesPower ? { 'log.flush.interval.messages': 1 } : {}),
    };
    const broker = await SimulatedBroker.start({ seed, config });
    await broker.createTopic(topic, { partitions: partitionCount });
    return new Faulty(broker, losesPower);
  }

  client(host: string): Client {
    const options = { bootstrapServers: 'broker:9092', operationTimeoutMs: 3_600_000 };
    const client = createClient(options, this.simulation.runtime(host));
    this.#clients.push(client);
    return client;
  }

  closeClients(): void {
    for (const client of this.#clients) client.close();
  }

  #count(kind: FaultKind): void {
    this.counts.set(kind, must(this.counts.get(kind)) + 1);
    faultTotals.set(kind, must(faultTotals.get(kind)) + 1);
  }

  /** Has faults happen, one after the other, until their time is over. */
  scheduleFaults(): void {
    const { simulation } = this;
    const nextInMs = 200 + simulation.random.below(2500);
    simulation.after(nextInMs, () => {
      if (this.isOver || simulation.elapsedMs > faultsMs) return;
      this.#cause(must(faultKinds[simulation.random.below(faultKinds.length)]));
      this.scheduleFaults();
    });
  }

  #cause(kind: FaultKind): void {
    const { simulation } = this;
    const { random } = simulation;
    const disk = simulation.disk('broker');
    switch (kind) {
      case 'crash':
      case 'power loss':
        if (!simulation.isUp('broker') || (kind === 'power loss' && !this.#losesPower)) return;
        if (kind === 'crash') simulation.crash('broker');
        else simulation.powerLoss('broker');
        simulation.after(20 + random.below(600), () => void this.#restart());
        break;
      case 'full disk':
        // As much as there is, and a little more.
        disk.setCapacity(1e12);
        disk.setCapacity(1e12 - disk.budget.leftBytes + random.below(3000));
        simulation.after(100 + random.below(1500), () => {
          disk.setCapacity(Number.POSITIVE_INFINITY);
        });
        break;
      case 'failed write':
        disk.inject({ operation: 'write', code: 'DISK_FULL', times: 1 + random.below(3) });
        break;
      case 'bad disk':
        // The log directory is offline until the broker is started again.
        disk.inject({ operation: 'write', path: this.#someLog(), code: 'IO_ERROR' });
        simulation.after(500, () => {
          if (simulation.isUp('broker')) simulation.crash('broker');
          void this.#restart();
        });
        break;
      case 'clock':
        this.#setClock(random.below(3_000_000) - 1_500_000);
        break;
      case 'cut': {
        const host = must(clientHosts[random.below(clientHosts.length)]);
        simulation.cut('broker', host);
        simulation.after(100 + random.below(3000), () => simulation.heal('broker', host));
        break;
      }
    }
    this.#count(kind);
  }

  /** The logs of the topic, or those of what groups commit. */
  #someLog(): string {
    return this.simulation.random.below(3) === 0 ? '/data/__consumer_offsets' : `/data/${topic}`;
  }

  /** How far the broker's clock is wrong from here on; less than what producers may be ahead of it. */
  #setClock(wrongByMs: number): void {
    this.simulation.shiftClock('broker', wrongByMs - this.#wrongByMs);
    this.#wrongByMs = wrongByMs;
  }

  /** A start may fail while the disk is full; it is tried again, as whoever runs a broker does. */
  async #restart(): Promise<void> {
    if (this.simulation.isUp('broker')) return;
    const runtime = this.simulation.restart('broker');
    let running: RunningBroker | undefined;
    try {
      running = await this.broker.startOn(runtime);
    } catch (error) {
      assert.ok(error instanceof OdradekError && error.code === 'DISK_FULL', String(error));
      this.simulation.crash('broker');
      this.simulation.after(200, () => void this.#restart());
    }
    if (running !== undefined) this.#watch(running);
  }

  #watch({ closed }: RunningBroker): void {
    closed.catch((error: unknown) => {
      this.defect = error;
    });
  }

  /** Writes in one partition while faults happen: some records at once, the next when they are acknowledged. */
  async produce(client: Client, name: string, partition: number): Promise<void> {
    const producer = client.producer({ acks: 'all', lingerMs: 2, deliveryTimeoutMs: 3_600_000 });
    const { random } = this.simulation;
    let i = 0;
    while (this.simulation.elapsedMs < faultsMs) {
      const sends: Promise<unknown>[] = [];
      for (let together = 1 + random.below(4); together > 0; together--, i++) {
        const value = `${name}/${partition}/${i} ${'.'.repeat(random.below(400))}`;
        const sending = producer.send({ topic, partition, value: utf8.encode(value) });
        sends.push(sending.then(({ offset }) => this.acknowledged[partition]?.set(value, offset)));
      }
      await Promise.all(sends);
      await this.#pause(client, random.below(400));
    }
    await producer.close();
  }

  #pause({ cluster }: Client, ms: number): Promise<void> {
    return new Promise((resolve) => cluster.runtime.timers.setTimer(ms, resolve));
  }

  /** Asks for the ends of the partitions all along: none may go back. */
  async watchEnds(client: Client): Promise<void> {
    const ends = Array.from({ length: partitionCount }, () => 0);
    while (!this.isOver) {
      const found = await client.admin.listOffsets(
        ends.map((_, partition) => ({ topic, partition, timestampMs: -1 })),
      );
      for (const { partition, offset } of found) {
        const before = must(ends[partition]);
        assert.ok(
          offset >= before,
          `the end of ${partition} went back from ${before} to ${offset}`,
        );
        ends[partition] = offset;
      }
      await this.#pause(client, 50);
    }
  }

  /** Reads all along: an offset never has another record than it had before. */
  async readOn(client: Client): Promise<void> {
    const consumer = await client.consumer({
      ranges: this.seen.map((_, partition) => ({
        topic,
        partition,
        from: { at: 'beginning' },
        until: undefined,
      })),
      giveUpAfterMs: 0,
    });
    const next = Array.from({ length: partitionCount }, () => 0);
    for await (const records of consumer.records()) {
      for (const { partition, offset, value } of records) {
        assert.equal(offset, next[partition], `reader of ${partition}`);
        next[partition] = offset + 1;
        this.#see(partition, offset, text.decode(value ?? new Uint8Array()));
      }
      if (this.isOver) consumer.close();
    }
  }

  /** Two groups of one protocol each, which read and commit while faults happen. */
  groups(): readonly CommittingGroup[] {
    return groups.map(
      ({ protocol, hosts }) =>
        new CommittingGroup(
          {
            groupId: protocol,
            protocol,
            topic,
            partitionCount,
            hosts,
            onRecord: ({ partition, offset, value }) =>
              this.#see(partition, offset, text.decode(value ?? new Uint8Array())),
          },
          this,
        ),
    );
  }

  #see(partition: number, offset: number, value: string): void {
    const seen = must(this.seen[partition]);
    const before = seen.get(offset);
    if (before === undefined) seen.set(offset, value);
    else assert.equal(value, before, `offset ${offset} of ${partition} has changed`);
  }

  /** Everything, from beginning to end. */
  async readAll(client: Client): Promise<void> {
    const consumer = await client.consumer({
      ranges: this.seen.map((_, partition) => ({
        topic,
        partition,
        from: { at: 'beginning' },
        until: { at: 'end' },
      })),
    });
    const counts = Array.from({ length: partitionCount }, () => 0);
    for await (const records of consumer.records()) {
      for (const { partition, offset, value } of records) {
        assert.equal(offset, counts[partition]);
        counts[partition] = offset + 1;
        this.#see(partition, offset, text.decode(value ?? new Uint8Array()));
      }
    }
    const expected = this.acknowledged.map(({ size }) => size);
    assert.deepEqual(counts, expected, 'every record that was sent was acknowledged in the end');
    const total = counts.reduce((sum, count) => sum + count, 0);
    assert.ok(total >= recordsMin, `${total} records are too few`);
  }

  /** Each record once, where it was acknowledged, and those of a producer in its order. */
  check(): void {
    for (let partition = 0; partition < partitionCount; partition++) {
      const seen = must(this.seen[partition]);
      const acknowledged = must(this.acknowledged[partition]);
      for (const [value, offset] of acknowledged) {
        // A broker that has forgotten a batch but for its number says that it is there, not where.
        if (offset >= 0) assert.equal(seen.get(offset), value, `offset ${offset} of ${partition}`);
      }
      const values = Array.from({ length: seen.size }, (_, offset) => must(seen.get(offset)));
      assert.equal(new Set(values).size, values.length, 'no record is there twice');
      for (let producer = 0; producer < producerCount; producer++) {
        const own = values
          .map((value) => must(value.split(' ')[0]).split('/'))
          .filter(([name]) => name === `p${producer}`)
          .map(([, , index]) => Number(index));
        assert.deepEqual(
          own,
          own.map((_, i) => i),
          `the order of producer ${producer}`,
        );
      }
    }
  }
}

function assertNone(failures: readonly unknown[]): void {
  assert.deepEqual(
    failures.filter((failure) => failure !== undefined),
    [],
  );
}

async function run(seed: number): Promise<Faulty> {
  const world = await Faulty.start(seed);
  const { simulation } = world;
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
  };
  let writing = producerCount;
  for (let i = 0; i < producerCount; i++) {
    const client = world.client(`producer${i}`);
    const lines = Array.from({ length: partitionCount }, (_, partition) =>
      world.produce(client, `p${i}`, partition),
    );
    Promise.all(lines).then(() => writing--, fail);
  }
  let reading = readerCount;
  const [watcher, reader] = [world.client('reader0'), world.client('reader1')];
  world.watchEnds(watcher).then(() => reading--, fail);
  world.readOn(reader).then(() => reading--, fail);
  const committing = world.groups();
  let committingCount = 0;
  for (const [i, group] of committing.entries()) {
    committingCount += 2;
    group.run().then(() => committingCount--, fail);
    group.watch(must(groups[i]).watcher).then(() => committingCount--, fail);
  }
  world.scheduleFaults();

  const isBroken = (): boolean => failures.length > 0 || world.defect !== undefined;
  await simulation.run(() => isBroken() || writing === 0);
  // What was cut or filled at the very end heals by itself.
  await simulation.runFor(5000);
  world.isOver = true;
  await simulation.run(() => isBroken() || reading <= 1);
  assertNone([...failures, world.defect]);
  await simulation.complete(world.readAll(world.client('last')));
  for (const group of committing) {
    await simulation.complete(
      group.caughtUp(
        'last',
        world.acknowledged.map(({ size }) => size),
      ),
    );
    group.stop();
  }
  await simulation.run(() => isBroken() || committingCount === 0);
  assertNone([...failures, world.defect]);
  for (const group of committing) {
    const { acknowledged } = group.commits.counts;
    assert.ok(acknowledged >= commitsMin, `${acknowledged} commits are too few`);
    world.commits.push(`${acknowledged} commits by ${group.lives} members`);
    group.close();
  }
  world.check();
  world.closeClients();
  return world;
}

for (const seed of seeds) {
  test(`seed ${seed}: through all faults, each acknowledged record is there once, at its offset, and no acknowledged commit is lost`, async () => {
    const world = await run(seed);
    const counts = [...world.counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
    const virtualMs = world.simulation.elapsedMs.toFixed(0);
    console.log(`seed ${seed}: ${counts}; ${world.commits.join(', ')}; ${virtualMs} virtual ms`);
  });
}

after(() => {
  const totals = [...faultTotals].map(([kind, count]) => `${count} ${kind}`).join(', ');
  console.log(`faults of all seeds: ${totals}`);
  if (seeds.length < 10) return;
  for (const [kind, count] of faultTotals) {
    assert.ok(count >= seeds.length, `${count} times ${kind} in ${seeds.length} seeds is too few`);
  }
});

/**
 * Goal: with acks=all, three replicas and min.insync.replicas=2, nothing that was acknowledged is lost, doubled or
 * moved, and all replicas are one log, whatever happens to brokers, machines, network and store.
 * Method: three brokers on the simulated runtime with a store that loses answers, for each partition two idempotent
 * producers and one that waits for the leader alone, and `Chaos`, which does what goes wrong and what a controller does about it. All along, what lies
 * below a high watermark is compared with what lay there before, at whichever broker. When it has gone on long
 * enough everything heals; then all members are in sync, and their logs are equal.
 *
 * `ODRADEK_SEEDS=500 npm test -- simulation/replication` runs more seeds, `ODRADEK_SEED=17` one.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Client } from '../../../src/client/client.ts';
import { recordsBytes, RecordCursor } from '../../../src/records/record-reader.ts';
import { splitBatches } from '../../../src/records/split-batches.ts';
import type { Partition } from '../../../src/replication/partition.ts';
import { must } from '../../../src/util/assert.ts';
import { OdradekError } from '../../../src/util/odradek-error.ts';
import { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import { Chaos, type FaultCounts } from './chaos.ts';

const seedCount = Number(process.env['ODRADEK_SEEDS'] ?? 6);
const seeds =
  process.env['ODRADEK_SEED'] === undefined
    ? Array.from({ length: seedCount }, (_, i) => i + 1)
    : process.env['ODRADEK_SEED'].split(',').map(Number);
const topic = 'replicated';
const nodeIds = [1, 2, 3];
const partitionCount = 2;
/** Virtual time during which faults happen. */
const faultsMs = 15_000;
const config = {
  'replica.lag.time.max.ms': 2000,
  'replica.fetch.wait.max.ms': 300,
  'replica.fetch.backoff.ms': 200,
  'replica.socket.timeout.ms': 1500,
  // Who is behind takes its time.
  'replica.fetch.max.bytes': 1000,
  'replica.fetch.response.max.bytes': 1500,
};
/** Producers of each partition: of those that wait for all, each record is in the log once and in order. */
const idempotent = ['one', 'two'];
const hasty = 'hasty';
/** Pause of a producer before its next records. */
const pauseMs = 15;
/** Records that a producer has under way. */
const inFlightMax = 4;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The records that anybody may have read, by partition and offset; and the ones that were acknowledged. */
class History {
  readonly #visible = Array.from({ length: partitionCount }, () => new Map<number, string>());
  readonly #acknowledged = Array.from({ length: partitionCount }, () => new Map<number, string>());
  acknowledgedCount = 0;

  acknowledged(index: number, offset: number, value: string): void {
    must(this.#acknowledged[index]).set(offset, value);
    this.acknowledgedCount++;
  }

  /** What one broker shows below its high watermark is what any other has shown there. */
  saw(nodeId: number, index: number, records: ReadonlyMap<number, string>): void {
    const visible = must(this.#visible[index]);
    for (const [offset, value] of records) {
      const known = visible.get(offset);
      if (known === undefined) visible.set(offset, value);
      else assert.equal(value, known, `broker ${nodeId} has another record at ${index}/${offset}`);
    }
  }

  /** The whole of a partition at the end. */
  check(index: number, log: ReadonlyMap<number, string>): void {
    for (const kind of ['acknowledged', 'visible'] as const) {
      const expected = must((kind === 'visible' ? this.#visible : this.#acknowledged)[index]);
      for (const [offset, value] of expected) {
        assert.equal(log.get(offset), value, `${kind} record at ${index}/${offset}`);
      }
    }
    for (const name of idempotent) {
      const values = [...log.values()].filter((value) => value.startsWith(`${name}-`));
      const numbers = values.map((value) => Number(value.split('-')[1]));
      assert.equal(new Set(numbers).size, numbers.length, `no record of ${name} is there twice`);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
        `those of ${name} are in order`,
      );
    }
  }
}

/** The records of a partition from `from` up to `to`, by offset. */
async function recordsBetween(
  { log }: Partition,
  from: number,
  to: number,
): Promise<Map<number, string>> {
  const records = new Map<number, string>();
  let next = from;
  while (next < to) {
    const options = { maxBytes: 1 << 20, upperBoundOffset: to, atLeastOneBatch: true };
    const { batches } = splitBatches((await log.read(next, options)).chunks);
    if (batches.length === 0) break;
    for (const batch of batches) {
      const cursor = new RecordCursor(batch, recordsBytes(batch, { maxBytes: 1 << 20 }));
      while (cursor.next()) {
        if (cursor.offset >= from)
          records.set(cursor.offset, text.decode(must(cursor.toRecord().value)));
      }
      next = batch.nextOffset;
    }
  }
  return records;
}

class Run {
  readonly history = new History();
  readonly chaos: Chaos;
  readonly #cluster: SimulatedCluster;
  /** Below it, what a broker shows has been looked at in this life; by node id and partition. */
  readonly #lookedAt = new Map<string, number>();
  #isOver = false;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
    this.chaos = new Chaos(cluster, nodeIds);
  }

  /** Writes records until it is told to stop, some at a time. What fails is not written again. */
  async produce(client: Client, index: number, name: string, acks: 'all' | 1): Promise<void> {
    let producer = client.producer({ acks });
    for (let i = 0; !this.#isOver; i += inFlightMax) {
      const sends = Array.from({ length: inFlightMax }, async (_, k) => {
        const value = `${name}-${i + k}`;
        const sent = await producer.send({ topic, partition: index, value: utf8.encode(value) });
        if (acks === 'all') this.history.acknowledged(index, sent.offset, value);
      });
      const failed = (await Promise.allSettled(sends)).find(({ status }) => status === 'rejected');
      if (failed?.status !== 'rejected') {
        await new Promise<void>((resolve) => {
          this.#cluster.simulation.after(pauseMs, resolve);
        });
        continue;
      }
      if (!(failed.reason instanceof OdradekError)) throw failed.reason;
      producer.close().catch(() => {});
      producer = client.producer({ acks });
    }
    await producer.close();
  }

  /** Looks at what has come below the high watermarks since it looked last. */
  async look(): Promise<void> {
    for (const nodeId of nodeIds) {
      if (!this.chaos.isUp(nodeId)) continue;
      for (let index = 0; index < partitionCount; index++) {
        const partition = this.#cluster.broker(nodeId).partitions.get(topic, index);
        if (partition === undefined) continue;
        const key = `${nodeId} ${index}`;
        const to = partition.highWatermark;
        // Also where it went back, when it has started anew.
        const from = Math.min(this.#lookedAt.get(key) ?? 0, to);
        const reading = recordsBetween(partition, from, to);
        this.history.saw(nodeId, index, await this.#cluster.complete(reading));
        this.#lookedAt.set(key, to);
      }
    }
  }

  async cause(): Promise<void> {
    const { simulation } = this.#cluster;
    while (simulation.elapsedMs < faultsMs) {
      await simulation.runFor(50 + simulation.random.below(600));
      await this.look();
      await this.chaos.step();
    }
  }

  /** Everything heals, and comes to rest. */
  async settle(): Promise<void> {
    await this.chaos.heal();
    let nextLookMs = 0;
    const { simulation } = this.#cluster;
    while (!this.#isSettled()) {
      assert.ok(simulation.elapsedMs < faultsMs + 300_000, this.#state());
      await simulation.runFor(200);
      if (simulation.elapsedMs < nextLookMs) continue;
      nextLookMs = simulation.elapsedMs + 1000;
      await this.chaos.control();
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  #isSettled(): boolean {
    for (let index = 0; index < partitionCount; index++) {
      const replicas = nodeIds.map((id) => this.#cluster.partition(id, topic, index));
      const [first] = replicas;
      const end = must(first).log.logEndOffset;
      const areEqual = replicas.every(
        ({ log, highWatermark, state }) =>
          log.logEndOffset === end && highWatermark === end && state.isr.length === nodeIds.length,
      );
      if (!areEqual) return false;
    }
    return true;
  }

  #state(): string {
    const lines = ['it does not come to rest'];
    for (const nodeId of nodeIds) {
      for (let index = 0; index < partitionCount; index++) {
        const { log, highWatermark, state } = this.#cluster.partition(nodeId, topic, index);
        const { leader, leaderEpoch, isr } = state;
        lines.push(
          `broker ${nodeId}: ${index} leader ${leader}/${leaderEpoch} isr ${isr.join(',')} end ${log.logEndOffset} hw ${highWatermark}`,
        );
      }
    }
    return lines.join('\n');
  }

  async check(): Promise<void> {
    for (let index = 0; index < partitionCount; index++) {
      let leaderLog: ReadonlyMap<number, string> | undefined;
      for (const nodeId of nodeIds) {
        const partition = this.#cluster.partition(nodeId, topic, index);
        const { logEndOffset } = partition.log;
        const log = await this.#cluster.complete(recordsBetween(partition, 0, logEndOffset));
        leaderLog ??= log;
        assert.deepEqual(log, leaderLog, `broker ${nodeId} has the log of broker ${nodeIds[0]}`);
      }
      this.history.check(index, must(leaderLog));
    }
  }
}

interface Outcome extends FaultCounts {
  readonly truncations: number;
  readonly setChanges: number;
  readonly acknowledged: number;
}

async function runOnce(seed: number): Promise<Outcome> {
  const store = { unknownPercent: 10, delayMsMax: 5, watchDelayMsMax: 40, timeoutMs: 500 };
  const cluster = await SimulatedCluster.start(3, { seed, config, store });
  await cluster.createTopic(topic, nodeIds, { 'min.insync.replicas': '2' }, partitionCount);
  const run = new Run(cluster);
  const clients: Client[] = [];
  const writing: Promise<void>[] = [];
  for (let index = 0; index < partitionCount; index++) {
    for (const name of [...idempotent, hasty]) {
      const client = cluster.client();
      clients.push(client);
      writing.push(run.produce(client, index, name, name === hasty ? 1 : 'all'));
    }
  }
  const producing = Promise.all(writing);
  producing.catch(() => {});
  await run.cause();
  run.stop();
  await run.chaos.heal();
  await cluster.complete(producing);
  await run.settle();
  await run.look();
  await run.check();
  for (const client of clients) client.close();
  const of = (event: RegExp): number => cluster.log.filter((line) => event.test(line.event)).length;
  return {
    ...run.chaos.counts,
    truncations: of(/log was truncated/),
    setChanges: of(/in-sync set has/),
    acknowledged: run.history.acknowledgedCount,
  };
}

const totals: Record<string, number> = {};

for (const seed of seeds) {
  test(`seed ${seed}: nothing that was acknowledged is lost, and all replicas are one log`, async () => {
    for (const [kind, count] of Object.entries(await runOnce(seed))) {
      totals[kind] = (totals[kind] ?? 0) + Number(count);
    }
  });
}

after(() => {
  console.log(`${seeds.length} seeds: ${JSON.stringify(totals)}`);
});

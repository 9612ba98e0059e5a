/**
 * Goal: whatever shapes the batches of a log have, a filtered topic shows what filtering at the client leaves.
 * Method: logs that chance has made up, in a folder that the broker takes over: plain, idempotent and transactional
 * batches in each codec, with ends of transactions, and as compaction leaves them; readers that follow Kafka's rules,
 * from any offset, with any limits, some of them after others have filled the cache.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../src/filter/filter.ts';
import { buildBatch, buildEmptyBatch } from '../../src/records/batch-builder.ts';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import { compressionCodecs, type RecordBatch } from '../../src/records/record-batch.ts';
import { retainRecords } from '../../src/records/rewrite.ts';
import { must } from '../../src/util/assert.ts';
import { readByTheRules } from './rule-following-reader.ts';
import { SimulatedBroker } from './simulated-broker.ts';

const { ODRADEK_SEED } = process.env;
const seeds =
  ODRADEK_SEED === undefined ? Array.from({ length: 60 }, (_, i) => i + 1) : [Number(ODRADEK_SEED)];

/** Numbers from a seed. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2_654_435_761;
  }

  /** A whole number in `[0, end)`. */
  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * end);
  }

  oneOf<T>(values: readonly T[]): T {
    return must(values[this.below(values.length)]);
  }
}

const players = ['kohli', 'dhoni', 'gill'];

/** A log of some batches, its offsets as a log has them. */
class RandomLog {
  readonly batches: RecordBatch[] = [];
  readonly #dice: Dice;
  #nextOffset = 0;
  #time = 1_767_225_600_000;
  /** By producer id: the next sequence number. */
  readonly #sequences = new Map<number, number>();
  readonly #openTransactions = new Set<number>();

  constructor(dice: Dice) {
    this.#dice = dice;
    const count = 5 + dice.below(40);
    for (let i = 0; i < count; i++) this.#add();
    for (const producerId of this.#openTransactions) {
      if (dice.below(3) > 0) this.#end(producerId);
    }
  }

  #add(): void {
    const dice = this.#dice;
    const [open] = this.#openTransactions;
    if (open !== undefined && dice.below(3) === 0) this.#end(open);
    const producerId = dice.oneOf([-1, -1, 1, 2, 3]);
    const transactional = producerId > 1;
    const batch = this.#batch(producerId, transactional);
    if (transactional) this.#openTransactions.add(producerId);
    this.#push(this.#asCompacted(batch));
  }

  #batch(producerId: number, transactional: boolean): RecordBatch {
    const dice = this.#dice;
    const count = dice.oneOf([1, 1, 2, 5, 30]);
    const records = Array.from({ length: count }, () => this.#record());
    const baseSequence = this.#sequences.get(producerId) ?? 0;
    this.#sequences.set(producerId, baseSequence + count);
    return buildBatch(records, {
      baseOffset: this.#nextOffset,
      partitionLeaderEpoch: 0,
      compression: dice.oneOf(compressionCodecs),
      ...(producerId < 0 ? {} : { producerId, producerEpoch: 0, baseSequence, transactional }),
      ...(dice.below(5) === 0 ? { logAppendTimeMs: this.#time } : {}),
    });
  }

  #record() {
    const dice = this.#dice;
    this.#time += dice.below(20);
    const player = dice.oneOf(players);
    const text = dice.oneOf([
      `{"player":"${player}","runs":${dice.below(100)}}`,
      `{"player":"${player}","runs":${dice.below(100)}}`,
      `{"other":[1,2,{"player":"${player}"}]}`,
      player,
      '{"player":',
    ]);
    return {
      key: dice.below(4) === 0 ? null : Buffer.from(dice.oneOf(players)),
      value: dice.below(8) === 0 ? null : Buffer.from(text),
      timestamp: this.#time,
      headers: dice.below(3) === 0 ? [{ key: 'm', value: Buffer.from(player) }] : [],
    };
  }

  /** As it is, or with some of its records gone, or all. */
  #asCompacted(batch: RecordBatch): RecordBatch {
    const dice = this.#dice;
    const way = dice.below(6);
    if (way > 1) return batch;
    const keep = (): boolean => way === 1 && dice.below(2) === 0;
    return retainRecords(batch, keep, { maxBytes: 1 << 20 }) ?? buildEmptyBatch(batch);
  }

  #end(producerId: number): void {
    this.#openTransactions.delete(producerId);
    this.#push(
      buildEndTxnMarker({
        result: this.#dice.oneOf(['COMMIT', 'ABORT']),
        producerId,
        producerEpoch: 0,
        coordinatorEpoch: 0,
        baseOffset: this.#nextOffset,
        partitionLeaderEpoch: 0,
        timestamp: this.#time,
      }),
    );
  }

  #push(batch: RecordBatch): void {
    this.batches.push(batch);
    // Compaction takes whole batches, too.
    this.#nextOffset = batch.nextOffset + (this.#dice.below(10) === 0 ? this.#dice.below(5) : 0);
  }
}

const conditions = [
  'value.player == "kohli"',
  'key == "dhoni"',
  '"m" in headers && headers.m == "gill"',
  'value.runs >= 50',
  'value == null',
  'offset % 3 == 0',
  'value.player in ["kohli", "gill"] && value.runs < 20',
  'size(bytes) > 20',
  'true',
  'false',
];

async function startOn(log: RandomLog, seed: number): Promise<SimulatedBroker> {
  return SimulatedBroker.start({
    seed,
    config: { 'odradek.filter.cache.bytes': seed % 4 === 0 ? 0 : seed % 4 === 1 ? 3000 : 1 << 20 },
    around: (runtime) => {
      const { files } = runtime;
      const folder = files.join('/data', 'source-0');
      files.makeDirectory(folder);
      const content = Buffer.concat(log.batches.flatMap(({ chunks }) => chunks));
      files.replaceFile(files.join(folder, `${'0'.repeat(20)}.log`), new Uint8Array(content));
      return runtime;
    },
  });
}

for (const seed of seeds) {
  test(`a filtered topic shows what filtering at the client leaves, ODRADEK_SEED=${seed}`, async () => {
    const dice = new Dice(seed);
    const broker = await startOn(new RandomLog(dice), seed);
    const { log } = must(broker.running.partitions.get('source', 0));
    const peer = await broker.connect();
    const texts = [dice.oneOf(conditions), dice.oneOf(conditions)];
    for (const [i, text] of texts.entries()) {
      const configs = { 'odradek.source.topic': 'source', 'odradek.filter': text };
      await broker.createTopic(`shown-${i}`, { configs });
    }
    for (let reading = 0; reading < 8; reading++) {
      const isolation = dice.oneOf(['read_committed', 'read_uncommitted'] as const);
      const end = isolation === 'read_committed' ? log.lastStableOffset : log.highWatermark;
      const from = dice.below(2) === 0 ? 0 : dice.below(end + 1);
      const limits = () => ({
        maxBytes: dice.oneOf([1, 300, 2000, 1 << 20]),
        maxWaitMs: dice.oneOf([0, 0, 50]),
      });
      const options = { from, end, isolation, limits };
      const source = await readByTheRules(peer, { topic: 'source', ...options });
      const [i, text] = dice.oneOf([...texts.entries()]);
      const filter = compileFilter(text);
      const place = { topic: 'source', partition: 0 };
      const left = source.filter((record) => filter.matches({ ...record, ...place }));
      const shown = await readByTheRules(peer, { topic: `shown-${i}`, ...options });
      assert.deepEqual(shown, left, `${text}, ${isolation} from ${from}`);
    }
    await broker.simulation.runFor(1000);
    assert.equal(broker.running.answerBytes, 0);
  });
}

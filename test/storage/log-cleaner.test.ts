import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildBatch, type NewRecord } from '../../src/records/batch-builder.ts';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import { type CompressionCodec, RecordBatch } from '../../src/records/record-batch.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import {
  type CleanerSettings,
  defaultCleanerSettings,
} from '../../src/storage/cleaner-settings.ts';
import type { LogConfig } from '../../src/storage/log-config.ts';
import type { LogManager } from '../../src/storage/log-manager.ts';
import type { Log } from '../../src/storage/log.ts';
import { must } from '../../src/util/assert.ts';
import { Machine } from './machine.ts';
import { testConfig, topicId } from './managed-logs.ts';

const compacted: LogConfig = {
  ...testConfig,
  cleanupPolicyDelete: false,
  cleanupPolicyCompact: true,
  segmentBytes: 400,
  indexIntervalBytes: 100,
  minCleanableDirtyRatio: 0,
  deleteRetentionMs: 60_000,
  fileDeleteDelayMs: 0,
};
const settings: CleanerSettings = { ...defaultCleanerSettings, backoffMs: 2 ** 40 };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A machine with a manager and a compacted log. */
class Fixture {
  readonly machine: Machine;
  manager: LogManager;
  settings: CleanerSettings;

  private constructor(machine: Machine, manager: LogManager, cleaner: CleanerSettings) {
    this.machine = machine;
    this.manager = manager;
    this.settings = cleaner;
  }

  static async start(
    seed: string,
    config: Partial<LogConfig> = {},
    cleaner: Partial<CleanerSettings> = {},
  ): Promise<Fixture> {
    const machine = new Machine(seed);
    const fixtures: Fixture[] = [];
    const manager = await machine.start({
      configOf: () => ({ ...compacted, ...config }),
      cleaner: () => fixtures[0]?.settings ?? settings,
    });
    const fixture = new Fixture(machine, manager, { ...settings, ...cleaner });
    fixtures.push(fixture);
    manager.create('prices', 0, topicId, { ...compacted, ...config });
    return fixture;
  }

  get log(): Log {
    return must(this.manager.get('prices', 0));
  }

  put(
    entries: readonly (readonly [key: string | null, value: string | null])[],
    options: { compression?: CompressionCodec; timestamp?: number } = {},
  ): void {
    const { timestamp = this.machine.runtime.clock.nowMs(), ...batchOptions } = options;
    const records = entries.map(([key, value]): NewRecord => ({
      key: key === null ? null : encoder.encode(key),
      value: value === null ? null : encoder.encode(value),
      timestamp,
    }));
    this.append(buildBatch(records, batchOptions));
  }

  append(batch: RecordBatch): void {
    const origin = batch.isControl ? 'coordinator' : 'client';
    const result = this.log.append(batch, { origin, leaderEpoch: 3 });
    assert.equal(result.outcome, 'appended', JSON.stringify(result));
    this.log.writePending();
  }

  /** Goes on in a new segment, by size. */
  roll(): void {
    this.put([['filler', 'x'.repeat(250)]]);
    this.put([['filler', 'x'.repeat(250)]]);
  }

  async clean(): Promise<void> {
    this.log.advanceHighWatermark(this.log.writtenEndOffset);
    await this.machine.simulation.complete(this.manager.cleaner.run());
  }

  async batches(): Promise<RecordBatch[]> {
    const { log } = this;
    const batches: RecordBatch[] = [];
    let offset = log.logStartOffset;
    while (offset < log.writtenEndOffset) {
      const upperBoundOffset = log.writtenEndOffset;
      const read = await log.read(offset, {
        maxBytes: 1e6,
        upperBoundOffset,
        atLeastOneBatch: true,
      });
      for (const batch of splitBatches(read.chunks).batches) {
        batches.push(new RecordBatch([Buffer.concat(batch.chunks)]));
        offset = batch.nextOffset;
      }
      read.release?.();
    }
    return batches;
  }

  /** `offset:key=value` of each data record but the fillers'. */
  async records(): Promise<string[]> {
    const data = (await this.batches()).filter((batch) => !batch.isControl);
    return data.flatMap((batch) =>
      Array.from(readRecords(batch, { maxBytes: 1e6 }), ({ offset, key, value }) => {
        const shown = value === null ? 'null' : decoder.decode(value);
        return `${offset}:${key === null ? 'null' : decoder.decode(key)}=${shown}`;
      }).filter((line) => !line.includes('filler')),
    );
  }
}

test('the newest record of each key stays at its offset, in the codec of its batch', async () => {
  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    const fixture = await Fixture.start(`newest ${compression}`);
    fixture.put(
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
      { compression },
    );
    fixture.put([['b', '4']], { compression });
    fixture.roll();
    await fixture.clean();
    assert.deepEqual(await fixture.records(), ['2:a=3', '3:b=4']);
    const [first] = await fixture.batches();
    assert.deepEqual(
      [first?.compression, first?.baseOffset, first?.lastOffset, first?.partitionLeaderEpoch],
      [compression, 0, 2, 3],
    );
    assert.equal(fixture.log.compaction.cleanedEndOffset, 5);
  }
});

test('small segments become one, and the log reads the same after a restart', async () => {
  const fixture = await Fixture.start('merge', { segmentBytes: 1200 });
  for (let i = 0; i < 60; i++) fixture.put([[`k${i % 5}`, 'v'.repeat(60)]]);
  const before = fixture.log.sizeBytes;
  // A round makes the segments small, and the next puts small ones together.
  await fixture.clean();
  for (let i = 0; i < 10; i++) fixture.put([[`k${i % 5}`, 'w'.repeat(60)]]);
  await fixture.clean();
  const { files } = fixture.machine;
  const logsOf = (): string[] => files.list('/data/prices-0').filter((n) => n.endsWith('.log'));
  assert.ok(logsOf().length <= 3, logsOf().join(' '));
  assert.ok(fixture.log.sizeBytes < before / 2);
  const found = await fixture.records();
  await fixture.machine.simulation.complete(fixture.manager.checkpoint('cleanerOffset'));
  fixture.machine.crash();
  fixture.manager = await fixture.machine.start({ configOf: () => compacted });
  assert.deepEqual(await fixture.records(), found);
  assert.ok((fixture.log.compaction.cleanedEndOffset ?? 0) > 0);
});

test('a tombstone stays for delete.retention.ms from its first cleaning, and then goes', async () => {
  const fixture = await Fixture.start('tombstone');
  fixture.put([['a', '1']]);
  fixture.put([['a', null]]);
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['1:a=null']);
  const [tombstone] = await fixture.batches();
  const horizonMs = fixture.machine.runtime.clock.nowMs() + compacted.deleteRetentionMs;
  assert.ok(tombstone?.hasDeleteHorizon === true);
  assert.ok(Math.abs(tombstone.baseTimestamp - horizonMs) < 1000);
  await fixture.machine.simulation.runFor(30_000);
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['1:a=null']);
  await fixture.machine.simulation.runFor(40_000);
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await fixture.records(), []);
});

test('aborted records go at once, and the marker when nothing is left and its horizon has passed', async () => {
  const fixture = await Fixture.start('aborted');
  const producer = { producerId: 9, producerEpoch: 0 };
  const records = [{ key: encoder.encode('a'), value: encoder.encode('lost'), timestamp: 1 }];
  fixture.put([['a', 'kept']]);
  fixture.append(buildBatch(records, { ...producer, baseSequence: 0, transactional: true }));
  const marker = { ...producer, coordinatorEpoch: 0, timestamp: 1 };
  fixture.append(buildEndTxnMarker({ ...marker, result: 'ABORT' }));
  fixture.append(buildBatch(records, { ...producer, baseSequence: 1, transactional: true }));
  fixture.append(buildEndTxnMarker({ ...marker, result: 'COMMIT' }));
  fixture.roll();
  const controls = async (): Promise<number[]> =>
    (await fixture.batches()).filter((b) => b.isControl).map((b) => b.baseOffset);
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['3:a=lost'], 'the committed one is the newest');
  assert.deepEqual(await controls(), [2, 4], 'the batch of the aborted one was there until now');
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await controls(), [2, 4], 'from now on its horizon runs');
  await fixture.machine.simulation.runFor(61_000);
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await controls(), [4], 'the other one ends a record that is still there');
  assert.deepEqual(fixture.log.abortedTransactions(0, fixture.log.logEndOffset), []);
});

test('the last batch of a producer stays, emptied, so that it goes on where it was', async () => {
  const fixture = await Fixture.start('producer');
  const options = { producerId: 5, producerEpoch: 2, baseSequence: 40 };
  const key = encoder.encode('a');
  fixture.append(buildBatch([{ key, value: encoder.encode('1'), timestamp: 1 }], options));
  fixture.put([['a', '2']]);
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['1:a=2']);
  const [emptied] = await fixture.batches();
  assert.deepEqual(
    [emptied?.baseOffset, emptied?.recordCount, emptied?.producerId, emptied?.lastSequence],
    [0, 0, 5, 40],
  );
});

test('a record without a key, in a log that was taken over, goes', async () => {
  const fixture = await Fixture.start('null key');
  fixture.put([
    [null, 'nobody'],
    ['a', '1'],
  ]);
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['1:a=1']);
});

test('nothing at or above the last stable offset is cleaned', async () => {
  const fixture = await Fixture.start('stable');
  fixture.put([['a', '1']]);
  fixture.put([['a', '2']]);
  fixture.roll();
  const open = { producerId: 9, producerEpoch: 0, baseSequence: 0, transactional: true };
  fixture.append(buildBatch([{ key: encoder.encode('a'), value: null, timestamp: 1 }], open));
  fixture.put([['b', '1']]);
  fixture.put([['b', '2']]);
  fixture.roll();
  fixture.roll();
  await fixture.clean();
  const [first, ...rest] = await fixture.records();
  assert.deepEqual([first, rest.length], ['1:a=2', 3]);
});

test('a log with a batch that cannot be read is named, and left as it is', async () => {
  const fixture = await Fixture.start('unreadable');
  fixture.put([['a', '1']]);
  fixture.put([['a', '2']]);
  fixture.roll();
  const path = `/data/prices-0/${'0'.repeat(20)}.log`;
  const before = fixture.machine.files.readFile(path);
  const handle = fixture.machine.files.open(path, 'write');
  handle.writev([new Uint8Array([0xff])], before.length - 3);
  handle.close();
  const damaged = fixture.machine.files.readFile(path);
  await fixture.clean();
  assert.deepEqual(fixture.machine.files.readFile(path), damaged);
  const named = fixture.machine.logger.lines.filter((line) => line.includes('cannot be compacted'));
  assert.equal(named.length, 1);
  assert.match(named[0] ?? '', /"topic":"prices","partition":0.*checksum/);
  await fixture.clean();
  const again = fixture.machine.logger.lines.filter((line) => line.includes('cannot be compacted'));
  assert.equal(again.length, 1, 'it is not tried again');
});

test('keys that do not fit the memory at once are cleaned in several rounds', async () => {
  const fixture = await Fixture.start('small', {}, { dedupeBufferBytes: 24 * 11 });
  for (let i = 0; i < 200; i++) fixture.put([[`k${i % 50}`, `${i}`]]);
  fixture.roll();
  await fixture.clean();
  const found = (await fixture.records()).map((line) => Number(line.split('=')[1]));
  assert.deepEqual(
    found,
    Array.from({ length: 50 }, (_, i) => 150 + i),
  );
});

test('a batch with more keys than there is memory for is named', async () => {
  const fixture = await Fixture.start('no room', {}, { dedupeBufferBytes: 24 * 3 });
  fixture.put(Array.from({ length: 8 }, (_, i) => [`k${i}`, '1'] as const));
  fixture.roll();
  await fixture.clean();
  assert.ok(fixture.machine.logger.has('log.cleaner.dedupe.buffer.size has no room'));
});

test('log.cleaner.io.max.bytes.per.second is kept, and acts on a round that is under way', async () => {
  const fixture = await Fixture.start('pace', { segmentBytes: 100_000 });
  for (let i = 0; i < 300; i++) fixture.put([[`k${i % 3}`, 'v'.repeat(1000)]]);
  fixture.roll();
  const { simulation } = fixture.machine;
  fixture.settings = { ...settings, ioBytesPerSecondMax: 100_000 };
  const startMs = simulation.elapsedMs;
  fixture.log.advanceHighWatermark(fixture.log.writtenEndOffset);
  const run = fixture.manager.cleaner.run();
  await simulation.runFor(2000);
  const cleaned = (): number | undefined => fixture.log.compaction.cleanedEndOffset;
  assert.equal(cleaned(), undefined, 'over 300 kB are read twice');
  fixture.settings = settings;
  fixture.manager.cleaner.settingsChanged();
  await simulation.complete(run);
  assert.ok(simulation.elapsedMs - startMs < 3000);
  assert.ok((cleaned() ?? 0) > 0);
});

test('it looks again after log.cleaner.backoff.ms, also when that changes, and not when it is off', async () => {
  const fixture = await Fixture.start('backoff');
  fixture.put([['a', '1']]);
  fixture.put([['a', '2']]);
  fixture.roll();
  fixture.log.advanceHighWatermark(fixture.log.writtenEndOffset);
  const { simulation } = fixture.machine;
  await simulation.runFor(60_000);
  assert.equal(fixture.log.compaction.cleanedEndOffset, undefined);
  fixture.settings = { ...settings, backoffMs: 1000, isEnabled: false };
  fixture.manager.cleaner.settingsChanged();
  await simulation.runFor(5000);
  assert.equal(fixture.log.compaction.cleanedEndOffset, undefined);
  fixture.settings = { ...settings, backoffMs: 1000 };
  await simulation.runFor(5000);
  assert.deepEqual(await fixture.records(), ['1:a=2']);
});

test('a stop, and the deletion of the log, end a round that is under way', async () => {
  for (const way of ['stop', 'delete'] as const) {
    const slow = { ioBytesPerSecondMax: 1000 };
    const fixture = await Fixture.start(way, { segmentBytes: 100_000 }, slow);
    for (let i = 0; i < 300; i++) fixture.put([[`k${i % 3}`, 'v'.repeat(1000)]]);
    fixture.roll();
    fixture.log.advanceHighWatermark(fixture.log.writtenEndOffset);
    const { simulation } = fixture.machine;
    const run = fixture.manager.cleaner.run();
    await simulation.runFor(2000);
    const startMs = simulation.elapsedMs;
    if (way === 'stop') await fixture.machine.stop(fixture.manager);
    else {
      fixture.manager.delete('prices', 0);
      await simulation.complete(run);
      fixture.manager.create('prices', 0, topicId, compacted);
      assert.equal(fixture.manager.directories()[0]?.online, true);
    }
    assert.ok(simulation.elapsedMs - startMs < 1000);
    const left = fixture.machine.files.list('/data/prices-0');
    assert.ok(!left.some((name) => name.endsWith('.cleaned')), left.join(' '));
  }
});

test('with compact and delete, retention acts too, also on what was cleaned', async () => {
  const config = { cleanupPolicyDelete: true, retentionMs: 100_000 };
  const fixture = await Fixture.start('both', config);
  fixture.put([['a', '1']]);
  fixture.put([['a', '2']]);
  fixture.roll();
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['1:a=2']);
  await fixture.machine.simulation.runFor(101_000);
  fixture.put([['b', '1']]);
  await fixture.machine.simulation.complete(fixture.manager.applyRetention());
  assert.deepEqual(await fixture.records(), ['4:b=1']);
});

test('a full disk puts a cleaning off, and the log stays online', async () => {
  const fixture = await Fixture.start('full');
  fixture.put([['a', '1']]);
  fixture.put([['a', '2']]);
  fixture.roll();
  const takeBack = fixture.machine.disk.inject({
    path: '.log.cleaned',
    operation: 'write',
    code: 'DISK_FULL',
  });
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['0:a=1', '1:a=2']);
  takeBack();
  await fixture.clean();
  assert.deepEqual(await fixture.records(), ['1:a=2']);
  assert.equal(fixture.manager.directories()[0]?.online, true);
});

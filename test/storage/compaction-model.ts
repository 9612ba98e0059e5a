import assert from 'node:assert/strict';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { buildEndTxnMarker, readEndTxnMarker } from '../../src/records/control-batch.ts';
import { type CompressionCodec, RecordBatch } from '../../src/records/record-batch.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import type { FileOperation } from '../../src/runtime/file-tree/tree-files.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { defaultCleanerSettings } from '../../src/storage/cleaner-settings.ts';
import { defaultLogConfig, type LogConfig } from '../../src/storage/log-config.ts';
import { LogManager } from '../../src/storage/log-manager.ts';
import type { Log } from '../../src/storage/log.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';
import { CompactionHistory, textOf } from './compaction-history.ts';
import { MemoryLogger, topicId } from './managed-logs.ts';

const host = 'a';
const quiet = new Set<FileOperation>(['stat', 'list', 'read', 'lock']);

/** How the process or the machine ends. */
export type End = 'kill' | 'powerLoss';

export type CompactionCommand =
  | {
      readonly kind: 'append';
      readonly producer: number;
      readonly keys: readonly number[];
      readonly tombstone: boolean;
      readonly codec: CompressionCodec;
    }
  | { readonly kind: 'marker'; readonly producer: number; readonly isAborted: boolean }
  | { readonly kind: 'flush' | 'clean' | 'advance' | 'retain' | 'crashWithoutSnapshots' }
  | { readonly kind: 'deleteRecords'; readonly at: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'passTime'; readonly ms: number }
  | { readonly kind: 'crash'; readonly end: End }
  /** A cleaning that ends at its operation number `at`, with what `meanwhile` does to the log. */
  | { readonly kind: 'crashInClean'; readonly at: number; readonly end: End }
  | {
      readonly kind: 'cleanAmid';
      readonly at: number;
      readonly what: 'retain' | 'truncate' | 'append';
    };

/** What differs between runs. */
export interface CompactionModelOptions {
  readonly seed: number;
  readonly config?: Partial<LogConfig>;
  readonly dedupeBufferBytes?: number;
}

/**
 * A compacted log on a simulated disk, and the plain list of all that was appended to it. A record may be
 * missing from the log only if there is a reason that compaction, retention or a crash may have.
 */
export class CompactionModel {
  readonly logger = new MemoryLogger();
  readonly #simulation: Simulation;
  readonly #config: LogConfig;
  readonly #dedupeBufferBytes: number;
  #manager: LogManager | undefined;
  #hadPowerLoss = false;
  readonly #history = new CompactionHistory();
  #valueCount = 0;
  #hasLostPower = false;
  /** Completed rounds; for tests that want to know that there were any. */
  cleans = 0;

  constructor(options: CompactionModelOptions) {
    this.#simulation = createSimulation({ seed: options.seed });
    this.#simulation.runtime(host);
    this.#config = {
      ...defaultLogConfig,
      cleanupPolicyDelete: false,
      cleanupPolicyCompact: true,
      segmentBytes: 700,
      indexIntervalBytes: 100,
      minCleanableDirtyRatio: 0,
      deleteRetentionMs: 500,
      fileDeleteDelayMs: 50,
      producerIdExpirationMs: 2 ** 40,
      ...options.config,
    };
    this.#dedupeBufferBytes = options.dedupeBufferBytes ?? 1 << 20;
  }

  get log(): Log {
    const log = this.#manager?.get('prices', 0);
    assert.ok(log !== undefined);
    return log;
  }

  get #nowMs(): number {
    return this.#simulation.runtime(host).clock.nowMs();
  }

  async start(): Promise<void> {
    await this.#startManager();
    this.#manager?.create('prices', 0, topicId, this.#config);
    await this.#simulation.runFor(10);
  }

  async #startManager(): Promise<void> {
    const settings = {
      ...defaultCleanerSettings,
      backoffMs: 2 ** 40,
      dedupeBufferBytes: this.#dedupeBufferBytes,
      ioBufferBytes: 1,
    };
    this.#manager = await this.#simulation.complete(
      LogManager.start(
        {
          directories: ['/data'],
          nodeId: 1,
          configOf: () => this.#config,
          topicIdOf: () => topicId,
          cleaner: () => settings,
        },
        { runtime: this.#simulation.runtime(host), logger: this.logger },
      ),
    );
  }

  async step(command: CompactionCommand): Promise<void> {
    switch (command.kind) {
      case 'append':
        return this.append(command);
      case 'marker':
        return this.#appendMarker(command.producer, command.isAborted);
      case 'flush':
        return this.#simulation.complete(this.log.flush());
      case 'advance':
        return this.#advance();
      case 'clean':
        return this.clean();
      case 'retain':
        return this.#retain();
      case 'deleteRecords':
        return this.#deleteRecords(command.at);
      case 'truncate':
        return this.#truncate(command.at);
      case 'crashWithoutSnapshots':
        return this.#crash('kill', true);
      case 'passTime':
        return this.#simulation.runFor(command.ms);
      case 'crash':
        return this.#crash(command.end);
      case 'crashInClean':
        await this.crashInClean(command.at, command.end);
        return;
      case 'cleanAmid':
        return this.#cleanAmid(command.at, command.what);
    }
  }

  append(command: Extract<CompactionCommand, { kind: 'append' }>): void {
    const { log } = this;
    const producerId = command.producer === 0 ? -1 : command.producer;
    const isTransactional = command.producer >= 3;
    const known = log.activeProducers().find((producer) => producer.producerId === producerId);
    const encoder = new TextEncoder();
    const records = command.keys.map((key) => ({
      key: key < 0 ? null : `k${key}`,
      value: command.tombstone ? null : `v${this.#valueCount++}`.padEnd(20, '.'),
    }));
    const batch = buildBatch(
      records.map(({ key, value }) => ({
        key: key === null ? null : encoder.encode(key),
        value: value === null ? null : encoder.encode(value),
        timestamp: this.#nowMs,
      })),
      {
        compression: command.codec,
        producerId,
        producerEpoch: producerId < 0 ? -1 : 0,
        baseSequence: producerId < 0 ? -1 : (known?.lastSequence ?? -1) + 1,
        transactional: isTransactional,
      },
    );
    const result = log.append(batch, { origin: 'client', leaderEpoch: 0 });
    assert.equal(result.outcome, 'appended', JSON.stringify(result));
    log.writePending();
    for (const [index, record] of records.entries()) {
      const offset = batch.baseOffset + index;
      this.#history.appended({ ...record, offset, producerId, isTransactional });
    }
    if (isTransactional) this.#history.began(producerId, batch.baseOffset);
  }

  #appendMarker(producerId: number, isAborted: boolean): void {
    const result = isAborted ? 'ABORT' : 'COMMIT';
    const timestamp = this.#nowMs;
    const batch = buildEndTxnMarker({
      result,
      producerId,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      timestamp,
    });
    const answer = this.log.append(batch, { origin: 'coordinator', leaderEpoch: 0 });
    assert.equal(answer.outcome, 'appended');
    this.log.writePending();
    this.#history.ended(producerId, batch.baseOffset, isAborted);
  }

  #advance(): void {
    this.log.advanceHighWatermark(this.log.writtenEndOffset);
  }

  async clean(): Promise<void> {
    this.#advance();
    this.#history.cleanedAt(this.#nowMs);
    assert.ok(this.#manager !== undefined);
    await this.#simulation.complete(this.#manager.cleaner.run());
    this.cleans++;
    await this.check();
  }

  /** Answers whether the cleaning came to operation `at` at all. */
  async crashInClean(at: number, end: End): Promise<boolean> {
    this.#advance();
    this.#history.cleanedAt(this.#nowMs);
    const { log } = this;
    const producers = log.activeProducers();
    let { recoveryPoint } = log;
    let count = 0;
    let isOver = false;
    const takeBack = this.#onEachOperation((operation, path) => {
      if (count++ !== at) return;
      isOver = true;
      ({ recoveryPoint } = log);
      if (end === 'kill') this.#simulation.crash(host);
      else this.#simulation.powerLoss(host);
      // A sync that fails loses for good what was written; one that the end of a process meets does not.
      if (operation.startsWith('sync')) return;
      throw new OdradekError('it ended here', { code: 'IO_ERROR', operation, path });
    });
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    this.#manager?.cleaner.run().then(done, done);
    await this.#simulation.run(() => isOver || isDone);
    takeBack();
    if (!isOver) {
      await this.check();
      return false;
    }
    await this.#restart(end, recoveryPoint, producers);
    return true;
  }

  /** Calls `before` ahead of each operation on the disk that changes something. */
  #onEachOperation(before: (operation: FileOperation, path: string) => void): () => void {
    const disk = this.#simulation.disk(host);
    const check = disk.check.bind(disk);
    disk.check = (operation, path) => {
      if (!quiet.has(operation)) before(operation, path);
      check(operation, path);
    };
    return () => {
      disk.check = check;
    };
  }

  /** Does something to the log between two operations of a cleaning. */
  async #cleanAmid(at: number, what: 'retain' | 'truncate' | 'append'): Promise<void> {
    this.#advance();
    this.#history.cleanedAt(this.#nowMs);
    let count = 0;
    let isDue = false;
    const takeBack = this.#onEachOperation(() => {
      if (count++ === at) isDue = true;
    });
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    this.#manager?.cleaner.run().then(done, done);
    await this.#simulation.run(() => isDue || isDone);
    takeBack();
    if (what === 'retain') await this.#retain();
    else if (what === 'truncate') await this.#truncate(0.3);
    else {
      this.append({ kind: 'append', producer: 1, keys: [1, 2], tombstone: false, codec: 'none' });
    }
    await this.#simulation.run(() => isDone);
    await this.check();
  }

  async #retain(): Promise<void> {
    this.log.applyRetention(this.#nowMs);
    await this.#startMoved();
  }

  async #deleteRecords(at: number): Promise<void> {
    const { logStartOffset, highWatermark } = this.log;
    this.log.advanceLogStartOffset(
      logStartOffset + Math.floor(at * (highWatermark - logStartOffset)),
    );
    await this.#startMoved();
  }

  async #startMoved(): Promise<void> {
    const { logStartOffset } = this.log;
    this.#history.startAt(logStartOffset);
    // Otherwise a crash may take the start back to where it was.
    assert.ok(this.#manager !== undefined);
    await this.#simulation.complete(this.#manager.checkpoint('logStartOffset'));
  }

  /** As a follower does whose leader has less, never below the high watermark. */
  async #truncate(at: number): Promise<void> {
    const { highWatermark, logEndOffset } = this.log;
    this.log.truncateTo(highWatermark + Math.floor(at * (logEndOffset - highWatermark)));
    this.#history.endAt(this.log.logEndOffset);
    // The recovery point that the truncation lowered is written down in the next moment.
    await this.#simulation.runFor(20);
  }

  async #crash(end: End, losesSnapshots = false): Promise<void> {
    const { recoveryPoint, directory } = this.log;
    const producers = this.log.activeProducers();
    if (end === 'kill') this.#simulation.crash(host);
    else this.#simulation.powerLoss(host);
    if (losesSnapshots) {
      const { files } = this.#simulation.restart(host);
      for (const name of files.list(directory)) {
        if (name.endsWith('.snapshot')) files.remove(files.join(directory, name));
      }
      this.#simulation.crash(host);
    }
    await this.#restart(end, recoveryPoint, producers);
  }

  async #restart(
    end: End,
    recoveryPoint: number,
    producers: ReturnType<Log['activeProducers']>,
  ): Promise<void> {
    this.#hadPowerLoss ||= end === 'powerLoss';
    this.#simulation.restart(host);
    await this.#startManager();
    const { log } = this;
    assert.ok(log.logEndOffset >= recoveryPoint, 'what was flushed is there');
    if (end === 'kill') {
      assert.ok(log.logEndOffset > this.#history.lastOffset, 'what was written is there');
    }
    this.#hasLostPower ||= end === 'powerLoss';
    if (end === 'powerLoss') {
      this.#history.forgetLost(recoveryPoint, await this.#batches(log.logStartOffset));
    }
    // Power loss may leave a snapshot of the producers without the batches that it is about.
    else if (!this.#hasLostPower) this.#compareProducers(producers);
    this.#history.endAt(this.log.logEndOffset);
    await this.#startMoved();
    this.#advance();
    await this.check();
  }

  /** What a producer that goes on needs. */
  #compareProducers(before: ReturnType<Log['activeProducers']>): void {
    const shown = ({
      producerId,
      producerEpoch,
      lastSequence,
      currentTxnStartOffset,
    }: (typeof before)[number]) =>
      `${producerId} ${producerEpoch} ${lastSequence} ${currentTxnStartOffset}`;
    const after = this.log.activeProducers().map(shown).toSorted();
    const { logStartOffset } = this.log;
    if (logStartOffset > 0) return;
    assert.deepEqual(after, before.map(shown).toSorted());
  }

  /** Compares all of the log with the list. */
  async check(): Promise<void> {
    const { log } = this;
    const batches = await this.#batches(log.logStartOffset);
    this.#checkRecords(batches);
    for (let i = 0; i < 3; i++) {
      const span = log.writtenEndOffset - log.logStartOffset + 1;
      await this.#checkCommitted(log.logStartOffset + this.#simulation.random.below(span));
    }
    await this.#checkCommitted(log.logStartOffset);
    this.#checkSegments(batches);
  }

  /** Each segment begins where the one before it ends, but for losses: so recovery knows them by their gaps. */
  #checkSegments(batches: readonly RecordBatch[]): void {
    const [first] = batches;
    if (first === undefined || this.#hadPowerLoss) return;
    const ends = new Set(batches.map(({ nextOffset }) => nextOffset));
    for (const name of this.#simulation.runtime(host).files.list(this.log.directory)) {
      if (!name.endsWith('.log') || Number.parseInt(name, 10) <= first.baseOffset) continue;
      assert.ok(ends.has(Number.parseInt(name, 10)), `a gap before ${name}`);
    }
  }

  async #batches(from: number): Promise<RecordBatch[]> {
    const { log } = this;
    const batches: RecordBatch[] = [];
    let offset = from;
    while (offset < log.writtenEndOffset) {
      const read = await this.#simulation.complete(
        Promise.resolve(
          log.read(offset, {
            maxBytes: 2000,
            upperBoundOffset: log.writtenEndOffset,
            atLeastOneBatch: true,
          }),
        ),
      );
      const split = splitBatches(read.chunks);
      assert.ok(!('problem' in split));
      if (split.batches.length === 0) break;
      for (const batch of split.batches) {
        assert.ok(batch.lastOffset >= batch.baseOffset);
        assert.ok(batches.length === 0 || batch.baseOffset >= offset, 'batches follow each other');
        batches.push(new RecordBatch([Buffer.concat(batch.chunks)]));
        offset = batch.nextOffset;
      }
      read.release?.();
    }
    return batches;
  }

  #checkRecords(batches: readonly RecordBatch[]): void {
    const { log } = this;
    const byOffset = new Map(this.#history.records.map((record) => [record.offset, record]));
    const found = new Set<number>();
    let last = -1;
    for (const batch of batches) {
      if (batch.isControl) continue;
      for (const { offset, key, value } of readRecords(batch, { maxBytes: 1 << 20 })) {
        assert.ok(offset > last, 'offsets rise');
        last = offset;
        if (offset < log.logStartOffset) continue;
        const record = byOffset.get(offset);
        assert.ok(record !== undefined, `a record at ${offset} that never was, or was cut off`);
        assert.equal(textOf(key), record.key, `the key at ${offset}`);
        assert.equal(textOf(value), record.value);
        found.add(offset);
      }
    }
    const { lastStableOffset, config } = log;
    for (const record of this.#history.records) {
      if (found.has(record.offset)) continue;
      const { deleteRetentionMs } = config;
      this.#history.requireReason(record, {
        lastStableOffset,
        deleteRetentionMs,
        nowMs: this.#nowMs,
      });
    }
  }

  /** What a client that reads committed records from `from` on knows in the end, key by key. */
  async #checkCommitted(from: number): Promise<void> {
    const { lastStableOffset } = this.log;
    const expected = this.#history.committed(from, lastStableOffset);
    const read = await this.#readCommitted(from, lastStableOffset);
    for (const [key, value] of expected) {
      assert.equal(read.get(key) ?? null, value, `what a reader from ${from} knows of ${key}`);
    }
    for (const key of read.keys()) assert.ok(expected.has(key), `${key} is not committed`);
  }

  async #readCommitted(from: number, end: number): Promise<Map<string, string | null>> {
    const starts = this.log
      .abortedTransactions(from, end)
      .toSorted((a, b) => a.firstOffset - b.firstOffset);
    const aborted = new Set<number>();
    const read = new Map<string, string | null>();
    for (const batch of await this.#batches(from)) {
      if (batch.lastOffset >= end) break;
      while (starts[0] !== undefined && starts[0].firstOffset <= batch.lastOffset) {
        aborted.add(starts[0].producerId);
        starts.shift();
      }
      if (batch.isControl) {
        if (readEndTxnMarker(batch)?.result === 'ABORT') aborted.delete(batch.producerId);
        continue;
      }
      if (batch.isTransactional && aborted.has(batch.producerId)) continue;
      for (const { offset, key, value } of readRecords(batch, { maxBytes: 1 << 20 })) {
        const name = textOf(key);
        if (offset >= from && name !== null) read.set(name, textOf(value));
      }
    }
    return read;
  }
}

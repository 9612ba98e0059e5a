import assert from 'node:assert/strict';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { BatchCache } from '../../src/storage/batch-cache.ts';
import { DirectoryPace } from '../../src/storage/directory-pace.ts';
import { defaultLogConfig } from '../../src/storage/log-config.ts';
import type { Log, LogModules } from '../../src/storage/log.ts';
import type { LogOptions } from '../../src/storage/log-options.ts';
import { openLog } from '../../src/storage/open-log.ts';
import { OpenFiles } from '../../src/storage/open-files.ts';
import { ReadBuffers } from '../../src/storage/read-buffers.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { batchOf } from './log-fixture.ts';
import { isAppend, keyOf, modelOf, transactionsIn } from './log-model-commands.ts';
import type { Command, ModelBatch } from './log-model-commands.ts';

const directory = '/data/orders-0';
const host = 'a';

/**
 * A log on a simulated disk, and the plain array of batches that it has to be like. Every step compares what
 * it touches; `checkAll` compares everything.
 */
export class LogModel {
  readonly #simulation: Simulation;
  readonly #preallocate: boolean;
  readonly #flushMessages: number;
  /** What ends each shortage of descriptors. */
  #feeds: (() => void)[] = [];
  #log: Log | undefined;
  #runtime: Runtime;
  /** What is in the log, in order; those from `writtenEndOffset` on still wait to be written. */
  #batches: ModelBatch[] = [];
  /** Every batch that ever was, by its CRC and offset: what a power loss may bring back. */
  readonly #ever = new Map<string, ModelBatch>();
  #leaderEpoch = 0;
  #logStartOffset = 0;
  #isSlow = false;
  #mayGoOffline = false;
  #valueCount = 0;

  constructor(seed: number) {
    this.#simulation = createSimulation({ seed });
    this.#preallocate = seed % 2 === 1;
    this.#flushMessages = seed % 3 === 1 ? 1 : defaultLogConfig.flushMessages;
    this.#runtime = this.#simulation.runtime(host);
    this.#runtime.files.makeDirectory(directory);
    // The end of a process may tear its writes; an fsync under way does not fail because of it.
    const disk = this.#simulation.disk(host);
    const inject = disk.inject.bind(disk);
    disk.inject = (fault) => inject({ operation: 'write', ...fault });
  }

  get #opened(): Log {
    assert.ok(this.#log !== undefined);
    return this.#log;
  }

  async start(): Promise<void> {
    // The directory itself is the manager's to make durable.
    await this.#simulation.complete(this.#runtime.files.syncDirectory('/data'));
    await this.#open({});
  }

  async #open(options: Partial<LogOptions>): Promise<void> {
    const runtime = this.#runtime;
    const pace = new DirectoryPace({ slowCallMs: 5 }, runtime);
    Object.defineProperty(pace.writes, 'isSlow', { get: () => this.#isSlow });
    Object.defineProperty(pace.reads, 'isSlow', { get: () => this.#isSlow });
    const modules: LogModules = {
      ...this.#runtime,
      pace,
      logger: silentLogger,
      openFiles: new OpenFiles({ openFilesMax: 16 }, runtime),
      batchCache: new BatchCache({ budgetBytes: 300 * 1024 }),
      readBuffers: new ReadBuffers({ pooledBytesMax: 1024 * 1024 }),
      decompressedBytesMax: 1024 * 1024,
      blockingWriteBytesMax: 1024 * 1024,
      beforeCut: () => {},
      flushSoon: (log) => runtime.timers.atTurnEnd(() => void log.flush().catch(() => {})),
      onIoFailure: (_, error) => {
        if (runtime === this.#runtime && !this.#mayGoOffline)
          throw new Error('the log went offline', { cause: error });
      },
    };
    const config = {
      ...defaultLogConfig,
      segmentBytes: 2000,
      segmentMs: 3_600_000,
      preallocate: this.#preallocate,
      flushMessages: this.#flushMessages,
      indexIntervalBytes: 200,
      retentionMs: 1_800_000,
      retentionBytes: 20_000,
      fileDeleteDelayMs: 1000,
    };
    const log = await this.#simulation.complete(
      openLog(
        { directory, topic: 'orders', partition: 0, topicId: 'A'.repeat(22), config, ...options },
        modules,
      ),
    );
    log.listener = {
      onWritten: () => {},
      onWriteFailed: (_, firstLostOffset) => this.#dropFrom(firstLostOffset),
    };
    this.#log = log;
  }

  #dropFrom(offset: number): void {
    this.#batches = this.#batches.filter((batch) => batch.baseOffset < offset);
  }

  /** Takes a step; one that finds no descriptor has failed before it changed what is written. */
  async step(command: Command): Promise<void> {
    const { writtenEndOffset } = this.#opened;
    try {
      await this.#step(command);
    } catch (error) {
      if (isAppend(command) || this.#feeds.length === 0) throw error;
      if (!hasCode(error, 'TOO_MANY_OPEN_FILES')) throw error;
      assert.ok(this.#opened.writtenEndOffset >= writtenEndOffset);
      this.#dropFrom(this.#opened.logEndOffset);
      this.#startMoved();
    }
  }

  async #step(command: Command): Promise<void> {
    const log = this.#opened;
    switch (command.kind) {
      case 'append':
        return this.#append(command);
      case 'retry':
        return this.#retry(command.producer);
      case 'marker':
        return this.#appendMarker(command.producer, command.result);
      case 'passTime':
        return this.#simulation.runFor(command.ms);
      case 'newEpoch':
        this.#leaderEpoch++;
        return;
      case 'flush':
        return this.#flush();
      case 'failedFlush':
        return this.#failFlush();
      case 'startFlush':
        log.flush().catch(() => {});
        return;
      case 'advanceHighWatermark':
        log.advanceHighWatermark(log.writtenEndOffset);
        return;
      case 'crash':
        return this.#crash();
      case 'powerLoss':
        return this.#losePower();
      case 'reopen':
        return this.#reopen();
      case 'stopUnsynced':
        return this.#stopUnsynced();
      case 'truncateFully':
        log.truncateFullyAndStartAt(log.logEndOffset + 5);
        this.#batches = [];
        this.#logStartOffset = log.logStartOffset;
        // Whoever truncates saves where the log starts; the log itself is flushed with its next batch.
        return this.#flush();
      case 'truncate':
        return this.#truncate(command.at);
      case 'deleteRecords':
        return this.#deleteRecords(command.at);
      case 'retain':
        log.advanceHighWatermark(log.writtenEndOffset);
        log.applyRetention(this.#runtime.clock.nowMs());
        return this.#startMoved();
      case 'readAll':
        return this.#compareRead(this.#offsetAt(command.at), 1500);
      case 'findTime':
        return this.#compareTimes(command.at);
      case 'slow':
        this.#isSlow = command.isSlow;
        return;
      case 'fault':
        this.#simulation.disk(host).inject({ ...command, path: '.log' });
        return;
      case 'starve':
        return this.#starve(command);
      case 'feed':
        return this.#feed();
    }
  }

  #starve({ skip, times }: { skip: number; times: number }): void {
    for (const operation of ['open', 'sync directory'] as const) {
      const fault = {
        operation,
        path: directory,
        skip,
        times,
        code: 'TOO_MANY_OPEN_FILES',
      } as const;
      this.#feeds.push(this.#simulation.disk(host).inject(fault));
    }
  }

  #feed(): void {
    for (const end of this.#feeds.splice(0)) end();
  }

  #append(command: Extract<Command, { kind: 'append' }>): void {
    const log = this.#opened;
    const producerId = command.producer === 0 ? -1 : command.producer;
    const known = log.activeProducers().find((producer) => producer.producerId === producerId);
    const values = Array.from({ length: command.count }, () =>
      `${this.#valueCount++}`.padEnd(command.bytes, '.'),
    );
    const batch = batchOf(values, {
      timestamp: this.#runtime.clock.nowMs() - command.agoMs,
      producerId,
      producerEpoch: producerId < 0 ? -1 : 0,
      baseSequence: producerId < 0 ? -1 : (known?.lastSequence ?? -1) + 1,
      transactional: producerId >= 4,
    });
    const result = log.append(batch, { origin: 'client', leaderEpoch: this.#leaderEpoch });
    if (result.outcome === 'rejected' && result.reason === 'KAFKA_STORAGE_ERROR') return;
    if (result.outcome === 'rejected' && result.reason === 'RECORD_LIST_TOO_LARGE') return;
    assert.equal(result.outcome, 'appended', JSON.stringify(result));
    this.#appended(batch, undefined);
  }

  #appended(batch: RecordBatch, marker: 'COMMIT' | 'ABORT' | undefined): void {
    const model = modelOf(batch, marker);
    this.#batches.push(model);
    this.#ever.set(keyOf(model), model);
  }

  #appendMarker(producerId: number, result: 'COMMIT' | 'ABORT'): void {
    const batch = buildEndTxnMarker({
      result,
      producerId,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      timestamp: this.#runtime.clock.nowMs(),
    });
    const answer = this.#opened.append(batch, {
      origin: 'coordinator',
      leaderEpoch: this.#leaderEpoch,
    });
    if (answer.outcome === 'appended') this.#appended(batch, result);
    else assert.ok(answer.outcome === 'rejected' && answer.reason === 'KAFKA_STORAGE_ERROR');
  }

  #retry(producerId: number): void {
    const last = this.#batches.findLast(
      (batch) => batch.producerId === producerId && batch.marker === undefined,
    );
    if (last === undefined) return;
    const count = last.lastOffset - last.baseOffset + 1;
    const batch = batchOf(Array(count).fill('again'), {
      producerId,
      producerEpoch: 0,
      baseSequence: last.lastSequence - count + 1,
      transactional: last.isTransactional,
    });
    const result = this.#opened.append(batch, { origin: 'client', leaderEpoch: this.#leaderEpoch });
    const isStarved = this.#flushMessages === 1;
    if (isStarved && result.outcome === 'rejected' && result.reason === 'KAFKA_STORAGE_ERROR')
      return;
    assert.equal(result.outcome, 'duplicate', JSON.stringify([result, last]));
    assert.ok(result.outcome === 'duplicate' && result.baseOffset === last.baseOffset);
  }

  async #flush(): Promise<void> {
    await this.#simulation.complete(this.#opened.flush().catch(() => {}));
  }

  /** An fsync fails: the log is offline until another process opens it, and the disk may lack what memory has. */
  async #failFlush(): Promise<void> {
    const takeBack = this.#simulation.disk(host).inject({ operation: 'sync', code: 'IO_ERROR' });
    this.#mayGoOffline = true;
    await this.#flush();
    takeBack();
    await this.#crash();
    this.#mayGoOffline = false;
  }

  #offsetAt(fraction: number): number {
    const { logStartOffset, writtenEndOffset } = this.#opened;
    return logStartOffset + Math.floor(fraction * (writtenEndOffset - logStartOffset));
  }

  #truncate(fraction: number): void {
    const log = this.#opened;
    const offset = this.#offsetAt(fraction);
    log.truncateTo(offset);
    assert.ok(log.logEndOffset <= Math.max(offset, log.logStartOffset));
    this.#batches = this.#batches.filter((batch) => batch.lastOffset < offset);
    assert.ok(this.#batches.every((batch) => batch.lastOffset < log.logEndOffset));
    this.#leaderEpoch = Math.max(this.#leaderEpoch, log.latestEpoch);
  }

  #deleteRecords(fraction: number): void {
    const log = this.#opened;
    log.advanceHighWatermark(log.writtenEndOffset);
    log.advanceLogStartOffset(this.#offsetAt(fraction));
    this.#startMoved();
  }

  #startMoved(): void {
    this.#logStartOffset = this.#opened.logStartOffset;
    this.#batches = this.#batches.filter((batch) => batch.lastOffset >= this.#logStartOffset);
  }

  async #reopen(): Promise<void> {
    const log = this.#opened;
    const isClosed = await this.#simulation.complete(
      log.close().then(
        () => true,
        () => false,
      ),
    );
    const { recoveryPoint, writtenEndOffset } = log;
    this.#feed();
    await this.#open({ clean: isClosed, recoveryPoint, logStartOffset: this.#logStartOffset });
    await this.#adopt(writtenEndOffset);
    await this.checkAll();
  }

  /**
   * The log is closed without a sync. It opens as clean, with all of it; where the power fails first, as after
   * any power loss.
   */
  async #stopUnsynced(): Promise<void> {
    const log = this.#opened;
    const isClosed = await this.#simulation.complete(
      log.closeUnsynced().then(
        () => true,
        () => false,
      ),
    );
    this.#feed();
    if (this.#valueCount % 3 === 0) return this.#losePower();
    const { recoveryPoint, writtenEndOffset, flushedOffset } = log;
    this.#simulation.crash(host);
    this.#runtime = this.#simulation.restart(host);
    const logStartOffset = this.#logStartOffset;
    await this.#open({ clean: isClosed, isSynced: false, recoveryPoint, logStartOffset });
    assert.ok(this.#opened.flushedOffset <= flushedOffset);
    await this.#adopt(writtenEndOffset);
    await this.checkAll();
  }

  /** The process ends: what was written is there, and maybe some of what was on its way. */
  async #crash(): Promise<void> {
    const { recoveryPoint, writtenEndOffset } = this.#opened;
    this.#simulation.crash(host);
    this.#feed();
    this.#runtime = this.#simulation.restart(host);
    await this.#open({ recoveryPoint, logStartOffset: this.#logStartOffset });
    await this.#adopt(writtenEndOffset);
    await this.checkAll();
  }

  /** The machine ends: what was flushed is there, and anything that once was may be behind it. */
  async #losePower(): Promise<void> {
    const { recoveryPoint, flushedOffset } = this.#opened;
    this.#simulation.powerLoss(host);
    this.#feed();
    this.#runtime = this.#simulation.restart(host);
    await this.#open({ recoveryPoint, logStartOffset: this.#logStartOffset });
    await this.#adopt(flushedOffset);
    await this.checkAll();
  }

  /** Compares what was found with what must be there, below `certainOffset`, and goes on from what was found. */
  async #adopt(certainOffset: number): Promise<void> {
    const found = await this.#foundBatches();
    const certain = this.#batches.filter((batch) => batch.lastOffset < certainOffset);
    assert.deepEqual(found.slice(0, certain.length), certain);
    this.#batches = found;
    this.#leaderEpoch = Math.max(this.#leaderEpoch, this.#opened.latestEpoch);
  }

  /** What is in the log, as the batches that were once appended; nothing else may be there. */
  async #foundBatches(): Promise<ModelBatch[]> {
    const log = this.#opened;
    const found: ModelBatch[] = [];
    let offset = log.logStartOffset;
    while (offset < log.logEndOffset) {
      const read = await this.#read(offset, 5000);
      const split = splitBatches(read.chunks);
      assert.ok(!('problem' in split));
      if (split.batches.length === 0) break;
      for (const batch of split.batches) {
        const model = this.#ever.get(keyOf(batch));
        assert.ok(model !== undefined, `a batch at ${batch.baseOffset} that never was`);
        found.push(model);
        offset = batch.nextOffset;
      }
      read.release?.();
    }
    return found;
  }

  #read(offset: number, maxBytes: number) {
    const log = this.#opened;
    const read = log.read(offset, {
      maxBytes,
      upperBoundOffset: log.writtenEndOffset,
      atLeastOneBatch: true,
    });
    return read instanceof Promise ? this.#simulation.complete(read) : Promise.resolve(read);
  }

  async #compareRead(offset: number, maxBytes: number): Promise<void> {
    const { writtenEndOffset } = this.#opened;
    const read = await this.#read(offset, maxBytes);
    const split = splitBatches(read.chunks);
    assert.ok(!('problem' in split));
    const expected = this.#batches.filter(
      (batch) => batch.lastOffset >= offset && batch.lastOffset < writtenEndOffset,
    );
    const keys = split.batches.map(keyOf);
    assert.deepEqual(keys, expected.slice(0, keys.length).map(keyOf));
    if (expected.length > 0) assert.ok(keys.length > 0, `nothing read at ${offset}`);
    read.release?.();
  }

  /** Everything that can be asked of the log is as the array has it. */
  async checkAll(): Promise<void> {
    this.#feed();
    const log = this.#opened;
    assert.ok(log.logStartOffset >= this.#logStartOffset);
    this.#startMoved();
    const found = await this.#foundBatches();
    const written = this.#batches.filter((batch) => batch.lastOffset < log.writtenEndOffset);
    assert.deepEqual(found.map(keyOf), written.map(keyOf));
    const last = this.#batches.at(-1);
    if (last !== undefined) {
      assert.equal(log.logEndOffset, last.lastOffset + 1);
      assert.equal(log.latestEpoch, last.leaderEpoch);
      assert.equal(log.epochForOffset(last.lastOffset), last.leaderEpoch);
    }
    this.#compareProducers();
    this.#compareTransactions();
    for (const at of [0, 0.3, 0.7]) await this.#compareTimes(at);
  }

  #compareProducers(): void {
    const producers = new Map(this.#opened.activeProducers().map((p) => [p.producerId, p]));
    const lasts = new Map<number, ModelBatch>();
    for (const batch of this.#batches) {
      if (batch.producerId >= 0 && batch.marker === undefined) lasts.set(batch.producerId, batch);
    }
    for (const [producerId, last] of lasts) {
      assert.equal(producers.get(producerId)?.lastSequence, last.lastSequence);
    }
  }

  #compareTransactions(): void {
    const log = this.#opened;
    const { aborted, open } = transactionsIn(this.#batches);
    // A transaction whose beginning was deleted may be known or not.
    const firstWhole = this.#batches[0]?.baseOffset ?? 0;
    const known = log
      .abortedTransactions(log.logStartOffset, log.logEndOffset)
      .filter((transaction) => transaction.firstOffset > firstWhole)
      .map(({ producerId, firstOffset, lastOffset }) => ({ producerId, firstOffset, lastOffset }));
    const expected = aborted.filter((transaction) => transaction.firstOffset > firstWhole);
    const isHeadless = this.#logStartOffset > 0;
    if (!isHeadless) assert.deepEqual(known, expected);
    if (!isHeadless && log.highWatermark === log.logEndOffset) {
      assert.equal(log.lastStableOffset, Math.min(log.logEndOffset, ...open.values()));
    }
  }

  async #compareTimes(fraction: number): Promise<void> {
    const log = this.#opened;
    const written = this.#batches.filter((batch) => batch.lastOffset < log.writtenEndOffset);
    const records = written
      .flatMap((batch) =>
        batch.timestamps.map((timestampMs, index) => ({
          offset: batch.baseOffset + index,
          timestampMs,
          leaderEpoch: batch.leaderEpoch,
        })),
      )
      .filter((record) => record.offset >= log.logStartOffset);
    const times = records.map((record) => record.timestampMs).toSorted((a, b) => a - b);
    const timestampMs = times[Math.floor(fraction * times.length)] ?? 0;
    const found = await this.#simulation.complete(log.offsetForTimestamp(timestampMs));
    const expected = records.find((record) => record.timestampMs >= timestampMs);
    assert.deepEqual(found, expected);
    const largest = await this.#simulation.complete(log.offsetOfMaxTimestamp());
    // Records below the log's start still count there, as in Apache Kafka, until their segment goes.
    if (times.length > 0) assert.ok((largest?.timestampMs ?? 0) >= (times.at(-1) ?? 0));
  }
}

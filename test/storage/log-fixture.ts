import { buildBatch } from '../../src/records/batch-builder.ts';
import type { BatchOptions } from '../../src/records/batch-builder.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import type { Clock, FileHandle, Files, Random, Timer, Timers } from '../../src/runtime/runtime.ts';
import { BatchCache } from '../../src/storage/batch-cache.ts';
import { DirectoryPace } from '../../src/storage/directory-pace.ts';
import { defaultLogConfig } from '../../src/storage/log-config.ts';
import type { LogConfig } from '../../src/storage/log-config.ts';
import type { AppendResult } from '../../src/storage/append-result.ts';
import type { Log, LogModules, LogRead } from '../../src/storage/log.ts';
import type { LogOptions } from '../../src/storage/log-options.ts';
import { createLog, openLog } from '../../src/storage/open-log.ts';
import { OpenFiles } from '../../src/storage/open-files.ts';
import { ReadBuffers } from '../../src/storage/read-buffers.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';

export const partitionDirectory = '/data/orders-0';
export const startMs = 1_760_000_000_000;

/** A clock that stands still until it is set. */
export class ManualClock implements Clock {
  timeMs = startMs;
  nowMs(): number {
    return this.timeMs;
  }
  monotonicMs(): number {
    return this.timeMs;
  }
}

/** Timers that fire when the test says so. */
class ManualTimers implements Timers {
  readonly #clock: ManualClock;
  readonly #timers = new Map<Timer, { atMs: number; callback: () => void }>();
  #turnEnds: (() => void)[] = [];

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = {};
    this.#timers.set(timer, { atMs: this.#clock.timeMs + delayMs, callback });
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.#timers.delete(timer);
  }

  atTurnEnd(callback: () => void): void {
    this.#turnEnds.push(callback);
  }

  get count(): number {
    return this.#timers.size;
  }

  endTurn(): void {
    while (this.#turnEnds.length > 0) {
      const callbacks = this.#turnEnds;
      this.#turnEnds = [];
      for (const callback of callbacks) callback();
    }
  }

  passTime(ms: number): void {
    this.#clock.timeMs += ms;
    for (const [timer, { atMs, callback }] of this.#timers) {
      if (atMs > this.#clock.timeMs) continue;
      this.#timers.delete(timer);
      callback();
    }
  }
}

/** Always the same. */
const fixedRandom: Random = { bytes: (count) => new Uint8Array(count), below: () => 0 };

export interface FixtureOptions {
  readonly config?: Partial<LogConfig>;
  readonly cacheBytes?: number;
  readonly wrapFiles?: (files: Files) => Files;
}

/** A log's surroundings in memory. */
export class LogFixture {
  readonly clock = new ManualClock();
  readonly timers = new ManualTimers(this.clock);
  readonly files: Files;
  readonly failures: unknown[] = [];
  readonly pace: DirectoryPace;
  readonly batchCache: BatchCache;
  readonly #config: LogConfig;

  constructor(options: FixtureOptions = {}) {
    const memory = createMemoryFiles({ budgetBytes: 256 * 1024 * 1024, clock: this.clock });
    this.files = options.wrapFiles?.(memory) ?? memory;
    this.files.makeDirectory(partitionDirectory);
    this.pace = new DirectoryPace({ slowCallMs: 5 }, { clock: this.clock });
    this.batchCache = new BatchCache({ budgetBytes: options.cacheBytes ?? 1024 * 1024 });
    this.#config = { ...defaultLogConfig, ...options.config };
  }

  modules(): LogModules {
    const { files, clock, timers, pace, batchCache } = this;
    return {
      files,
      clock,
      timers,
      pace,
      batchCache,
      random: fixedRandom,
      logger: silentLogger,
      openFiles: new OpenFiles({ openFilesMax: 64 }, { files }),
      readBuffers: new ReadBuffers({ pooledBytesMax: 4 * 1024 * 1024 }),
      decompressedBytesMax: 1024 * 1024,
      blockingWriteBytesMax: 1024 * 1024,
      beforeCut: () => {},
      flushSoon: (log) => timers.atTurnEnd(() => void log.flush().catch(() => {})),
      onIoFailure: (_, error) => this.failures.push(error),
    };
  }

  options(overrides: Partial<LogOptions> = {}): LogOptions {
    return {
      directory: partitionDirectory,
      topic: 'orders',
      partition: 0,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
      config: this.#config,
      ...overrides,
    };
  }

  create(overrides: Partial<LogOptions> = {}): Log {
    return createLog(this.options(overrides), this.modules());
  }

  open(overrides: Partial<LogOptions> = {}): Promise<Log> {
    return openLog(this.options(overrides), this.modules());
  }

  /** The log as a new process finds it, after what `log` wrote. */
  reopen(log: Log, overrides: Partial<LogOptions> = {}): Promise<Log> {
    log.closeNow();
    return this.open({
      recoveryPoint: log.recoveryPoint,
      logStartOffset: log.logStartOffset,
      ...overrides,
    });
  }

  names(): string[] {
    return this.files.list(partitionDirectory);
  }

  content(name: string): Uint8Array {
    return this.files.readFile(this.files.join(partitionDirectory, name));
  }
}

/** A batch of one record a value, at consecutive milliseconds from `timestamp`. */
export function batchOf(
  values: readonly string[],
  options: BatchOptions & { timestamp?: number } = {},
): RecordBatch {
  const { timestamp = startMs, ...batchOptions } = options;
  const encoder = new TextEncoder();
  const records = values.map((value, index) => ({
    value: encoder.encode(value),
    timestamp: timestamp + index,
  }));
  return buildBatch(records, batchOptions);
}

export function appendClient(log: Log, batch: RecordBatch, leaderEpoch = 0): AppendResult {
  return log.append(batch, { origin: 'client', leaderEpoch });
}

/** Appends and writes one batch; answers its base offset. */
export function write(log: Log, batch: RecordBatch, leaderEpoch = 0): number {
  const result = appendClient(log, batch, leaderEpoch);
  log.writePending();
  if (result.outcome !== 'appended') throw new Error(`not appended: ${JSON.stringify(result)}`);
  return result.baseOffset;
}

export interface FoundRecord {
  readonly offset: number;
  readonly value: string;
}

export function recordsOf(read: LogRead): FoundRecord[] {
  const split = splitBatches(read.chunks);
  if ('problem' in split) throw new Error(`what was read is not whole batches: ${split.problem}`);
  const decoder = new TextDecoder();
  const records: FoundRecord[] = [];
  for (const batch of split.batches) {
    if (batch.isControl) continue;
    for (const { offset, value } of readRecords(batch, { maxBytes: 1 << 20 })) {
      records.push({ offset, value: value === null ? '' : decoder.decode(value) });
    }
  }
  return records;
}

/** All records from the start of the log to its written end, read `maxBytes` at a time. */
export async function allRecords(log: Log, maxBytes = 1 << 20): Promise<FoundRecord[]> {
  const records: FoundRecord[] = [];
  let offset = log.logStartOffset;
  while (offset < log.writtenEndOffset) {
    const read = await log.read(offset, {
      maxBytes,
      upperBoundOffset: log.writtenEndOffset,
      atLeastOneBatch: true,
    });
    if (read.sizeBytes === 0) break;
    const split = splitBatches(read.chunks);
    records.push(...recordsOf(read).filter((record) => record.offset >= offset));
    offset = split.batches.at(-1)?.nextOffset ?? offset;
    read.release?.();
  }
  return records;
}

export function valuesOf(records: readonly FoundRecord[]): string[] {
  return records.map((record) => record.value);
}

/** `Files` whose calls on open files go through `change` first. */
export function withHandles(
  files: Files,
  change: (path: string, handle: FileHandle) => FileHandle,
): Files {
  return new Proxy(files, {
    get(target, key) {
      if (key === 'open') {
        return (path: string, mode: 'read' | 'write' | 'create') =>
          change(path, target.open(path, mode));
      }
      const member: unknown = Reflect.get(target, key);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

export function diskFull(path: string): OdradekError {
  return new OdradekError('no space', { code: 'DISK_FULL', path });
}

export function ioError(path: string, operation: string): OdradekError {
  return new OdradekError('bad disk', { code: 'IO_ERROR', path, operation });
}

import { buildBatch } from '../../src/records/batch-builder.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import type { FileHandle, Files, Runtime } from '../../src/runtime/runtime.ts';
import { defaultLogConfig, type LogConfig } from '../../src/storage/log-config.ts';
import type { LogManagerOptions } from '../../src/storage/log-manager-options.ts';
import { LogManager } from '../../src/storage/log-manager.ts';
import type { Log } from '../../src/storage/log.ts';
import { assert } from '../../src/util/assert.ts';
import type { LogFields, Logger } from '../../src/util/logger.ts';

/** A topic id for tests: 22 characters that say nothing. */
export const topicId = 'DNdf5GFJSAu2A9gdKr8v7Q';

/** Remembers what was logged, as `level event {fields}`. */
export class MemoryLogger implements Logger {
  readonly lines: string[] = [];
  readonly #add = (level: string, event: string, fields?: LogFields): void => {
    this.lines.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`);
  };
  debug(event: string, fields?: LogFields): void {
    this.#add('debug', event, fields);
  }
  info(event: string, fields?: LogFields): void {
    this.#add('info', event, fields);
  }
  warn(event: string, fields?: LogFields): void {
    this.#add('warn', event, fields);
  }
  error(event: string, fields?: LogFields): void {
    this.#add('error', event, fields);
  }
  has(part: string): boolean {
    return this.lines.some((line) => line.includes(part));
  }
}

export const testConfig: LogConfig = { ...defaultLogConfig, retentionMs: Number.MAX_SAFE_INTEGER };

/** Starts a manager of node 1 on `/data`, unless told otherwise. */
export function startManager(
  runtime: Runtime,
  options: Partial<LogManagerOptions> = {},
  logger: Logger = new MemoryLogger(),
): Promise<LogManager> {
  const defaults = { directories: ['/data'], nodeId: 1, configOf: () => testConfig };
  return LogManager.start({ ...defaults, ...options }, { runtime, logger });
}

/** Appends a record for each value, in one batch; fails where it is refused. */
export function append(log: Log, ...values: string[]): void {
  const result = tryAppend(log, ...values);
  assert(result.outcome === 'appended', `the append is taken: ${JSON.stringify(result)}`);
}

export function tryAppend(log: Log, ...values: string[]) {
  const records = values.map((value) => ({
    value: new TextEncoder().encode(value),
    timestamp: 1_000_000,
  }));
  return log.append(buildBatch(records), { origin: 'client', leaderEpoch: 0 });
}

/** The values of all records from `startOffset` to the written end. */
export async function valuesOf(log: Log, startOffset = log.logStartOffset): Promise<string[]> {
  const values: string[] = [];
  let offset = startOffset;
  while (offset < log.writtenEndOffset) {
    const upperBoundOffset = log.writtenEndOffset;
    const read = await log.read(offset, {
      maxBytes: 1 << 20,
      upperBoundOffset,
      atLeastOneBatch: true,
    });
    const { batches } = splitBatches(read.chunks);
    assert(batches.length > 0, 'a read below the end has a batch');
    for (const batch of batches) {
      for (const record of readRecords(batch, { maxBytes: 1 << 20 })) {
        if (record.offset < offset || batch.isControl) continue;
        values.push(record.value === null ? '' : new TextDecoder().decode(record.value));
      }
      offset = batch.nextOffset;
    }
    read.release?.();
  }
  return values;
}

/** Writes a text file below a directory that exists. */
export function writeText(runtime: Runtime, path: string, text: string): void {
  runtime.files.replaceFile(path, new TextEncoder().encode(text));
}

export function readText(runtime: Runtime, path: string): string {
  return new TextDecoder().decode(runtime.files.readFile(path));
}

/** `inner`, and how many bytes were read from files opened through it. */
export function countingReads(inner: Files): { files: Files; bytesRead: () => number } {
  let total = 0;
  const counted = (handle: FileHandle): FileHandle => ({
    size: () => handle.size(),
    read: (target, position) => {
      const bytes = handle.read(target, position);
      total += bytes;
      return bytes;
    },
    readAsync: async (target, position) => {
      const bytes = await handle.readAsync(target, position);
      total += bytes;
      return bytes;
    },
    writev: (buffers, position) => handle.writev(buffers, position),
    writevAsync: (buffers, position) => handle.writevAsync(buffers, position),
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    sync: () => handle.sync(),
    syncNow: () => handle.syncNow(),
    close: () => handle.close(),
  });
  return {
    files: { ...inner, open: (path, mode) => counted(inner.open(path, mode)) },
    bytesRead: () => total,
  };
}

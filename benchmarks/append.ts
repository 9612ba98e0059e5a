/**
 * Appends to logs on a real disk: MB and batches a second, and per second of CPU. One event-loop turn
 * appends to each of some partitions, as requests of one turn do, with batches of one small record and with
 * batches of 64 KiB in the chunks that a socket gives.
 *
 * `node benchmarks/append.ts [--tiny]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBatch } from '../src/records/batch-builder.ts';
import { RecordBatch } from '../src/records/record-batch.ts';
import { createNodeRuntime } from '../src/runtime/node/node-runtime.ts';
import { BatchCache } from '../src/storage/batch-cache.ts';
import { DirectoryPace } from '../src/storage/directory-pace.ts';
import { defaultLogConfig } from '../src/storage/log-config.ts';
import type { Log, LogModules } from '../src/storage/log.ts';
import { createLog } from '../src/storage/open-log.ts';
import { OpenFiles } from '../src/storage/open-files.ts';
import { ReadBuffers } from '../src/storage/read-buffers.ts';
import { silentLogger } from '../src/util/logger.ts';

const isTiny = process.argv.includes('--tiny');
const socketChunkBytes = 64 * 1024;

interface Workload {
  readonly name: string;
  readonly partitions: number;
  readonly batchesPerTurn: number;
  readonly recordBytes: number;
  readonly recordsPerBatch: number;
  readonly isIdempotent: boolean;
  readonly totalBatches: number;
}

const workloads: readonly Workload[] = [
  small('1 record of 200 B a batch, one batch a turn', 1, 1, false),
  small('1 record of 200 B a batch, 32 batches a turn', 8, 32, false),
  small('the same, idempotent', 8, 32, true),
  {
    name: '64 KiB batches of 1 KiB records, 4 a turn',
    partitions: 4,
    batchesPerTurn: 4,
    recordBytes: 1024,
    recordsPerBatch: 63,
    isIdempotent: true,
    totalBatches: isTiny ? 64 : 16_000,
  },
];

function small(
  name: string,
  partitions: number,
  batchesPerTurn: number,
  isIdempotent: boolean,
): Workload {
  const totalBatches = isTiny ? 1000 : 400_000;
  return {
    name,
    partitions,
    batchesPerTurn,
    recordBytes: 200,
    recordsPerBatch: 1,
    isIdempotent,
    totalBatches,
  };
}

async function main(): Promise<void> {
  for (const workload of workloads) await measure(workload);
}

async function measure(workload: Workload): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'odradek-append-'));
  try {
    const logs = openLogs(directory, workload.partitions);
    const template = wireBytes(workload);
    const sequences = logs.map(() => 0);
    // Warm: compiled, and the page cache allocated.
    await appendAll(logs, template, workload, sequences, workload.totalBatches / 10);
    const before = { cpu: process.cpuUsage(), atMs: performance.now() };
    await appendAll(logs, template, workload, sequences, workload.totalBatches);
    const cpu = process.cpuUsage(before.cpu);
    report(
      workload,
      template.length,
      performance.now() - before.atMs,
      (cpu.user + cpu.system) / 1e6,
    );
    for (const log of logs) log.closeNow();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function openLogs(directory: string, count: number): Log[] {
  const runtime = createNodeRuntime({ unref: true });
  const { files, clock } = runtime;
  const modules: LogModules = {
    ...runtime,
    logger: silentLogger,
    openFiles: new OpenFiles({ openFilesMax: 1000 }, { files }),
    batchCache: new BatchCache({ budgetBytes: 64 * 1024 * 1024 }),
    readBuffers: new ReadBuffers({ pooledBytesMax: 8 * 1024 * 1024 }),
    decompressedBytesMax: 1024 * 1024,
    blockingWriteBytesMax: 1024 * 1024,
    pace: new DirectoryPace({ slowCallMs: 5 }, { clock }),
    beforeCut: () => {},
    flushSoon: (log) => void log.flush(),
    onIoFailure: (_, error) => {
      throw error;
    },
  };
  return Array.from({ length: count }, (_, partition) => {
    const path = join(directory, `bench-${partition}`);
    files.makeDirectory(path);
    return createLog(
      {
        directory: path,
        topic: 'bench',
        partition,
        topicId: 'A'.repeat(22),
        config: defaultLogConfig,
      },
      modules,
    );
  });
}

function wireBytes({ recordBytes, recordsPerBatch, isIdempotent }: Workload): Uint8Array {
  const value = new Uint8Array(recordBytes).fill(0x61);
  const records = Array.from({ length: recordsPerBatch }, () => ({ value, timestamp: Date.now() }));
  const producer = isIdempotent ? { producerId: 1, producerEpoch: 0, baseSequence: 0 } : {};
  const { chunks } = buildBatch(records, producer);
  return new Uint8Array(Buffer.concat(chunks));
}

/** The batches as they come in: slices of the chunks that a socket gives. */
class Arrivals {
  readonly #template: Uint8Array;
  #chunk = new Uint8Array(socketChunkBytes);
  #at = 0;

  constructor(template: Uint8Array) {
    this.#template = template;
  }

  next(): RecordBatch {
    const chunks: Uint8Array[] = [];
    if (this.#chunk.length - this.#at < 61) this.#startChunk();
    for (let from = 0; from < this.#template.length;) {
      if (this.#at === this.#chunk.length) this.#startChunk();
      const piece = this.#template.subarray(from, from + this.#chunk.length - this.#at);
      this.#chunk.set(piece, this.#at);
      chunks.push(this.#chunk.subarray(this.#at, this.#at + piece.length));
      this.#at += piece.length;
      from += piece.length;
    }
    return new RecordBatch(chunks);
  }

  #startChunk(): void {
    this.#chunk = new Uint8Array(socketChunkBytes);
    this.#at = 0;
  }
}

/** Appends `count` batches; `sequences` are the next ones of the producer in each log. */
async function appendAll(
  logs: readonly Log[],
  template: Uint8Array,
  workload: Workload,
  sequences: number[],
  count: number,
): Promise<void> {
  const arrivals = new Arrivals(template);
  for (let done = 0; done < count;) {
    for (let i = 0; i < workload.batchesPerTurn; i++, done++) {
      const partition = i % logs.length;
      const batch = arrivals.next();
      if (workload.isIdempotent) setSequence(batch, sequences, partition, workload.recordsPerBatch);
      const result = logs[partition]?.append(batch, { origin: 'client', leaderEpoch: 0 });
      if (result?.outcome !== 'appended') throw new Error(JSON.stringify(result));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const log of logs) {
    while (log.writtenEndOffset < log.logEndOffset) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function setSequence(
  batch: RecordBatch,
  sequences: number[],
  partition: number,
  count: number,
): void {
  const header = batch.chunks[0] as Uint8Array;
  const sequence = sequences[partition] as number;
  new DataView(header.buffer, header.byteOffset).setInt32(53, sequence);
  sequences[partition] = sequence + count;
}

function report(
  workload: Workload,
  batchBytes: number,
  elapsedMs: number,
  cpuSeconds: number,
): void {
  const megabytes = (workload.totalBatches * batchBytes) / 1e6;
  const perSecond = (amount: number, seconds: number): string => (amount / seconds).toFixed(0);
  console.log(
    [
      workload.name,
      `${perSecond(megabytes, elapsedMs / 1000)} MB/s`,
      `${perSecond(megabytes, cpuSeconds)} MB per CPU second`,
      `${perSecond(workload.totalBatches, cpuSeconds)} batches per CPU second`,
    ].join('  '),
  );
}

await main();

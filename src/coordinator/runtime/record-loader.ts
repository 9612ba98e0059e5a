import { readEndTxnMarker } from '../../records/control-batch.ts';
import { openRecords, type RecordCursor } from '../../records/record-reader.ts';
import type { RecordBatch } from '../../records/record-batch.ts';
import { splitBatches } from '../../records/split-batches.ts';
import type { Clock, Timers } from '../../runtime/runtime.ts';
import type { TimerWheel } from '../../runtime/timer-wheel.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { BatchesOfLog, CoordinatorLog } from './ports.ts';
import type { EncodedRecord } from './record-batches.ts';

/** What is loaded, and who is told. One of `loaded` and `failed` is called, unless it is stopped before. */
export interface RecordLoaderOptions<Rec> {
  readonly log: CoordinatorLog;
  /** About as many bytes are read at a time. */
  readonly bufferBytes: number;
  /** Most bytes that the records of one batch may take when decompressed. */
  readonly decompressedBytesMax: number;
  readonly replay: (record: Rec, offset: number) => void;
  readonly loaded: (stats: { readonly records: number; readonly bytes: number }) => void;
  readonly failed: (error: OdradekError, offset: number) => void;
}

/** What a loader needs around it. */
export interface RecordLoaderModules<Rec> {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly wheel: TimerWheel;
  /** The bytes are lent for the call. Undefined for a record that means nothing here. */
  readonly decode: (record: EncodedRecord) => Rec | undefined;
  /** Told of a broken invariant that nobody else would hear of. */
  readonly defect: (error: unknown) => void;
}

/** How long the broker's thread is held at a time, and after how many records the clock is looked at. */
const sliceMs = 5;
const recordsPerLook = 64;
/** Pause before the log is looked at again when its last batches are not committed yet. */
const retryMs = 4;

/**
 * Reads a coordinator's log from its start to its end and replays the records, in slices, so that others are
 * served meanwhile. A small log is loaded before `start` has returned.
 *
 * Records of a transaction are replayed where it is committed.
 */
export class RecordLoader<Rec> {
  readonly #options: RecordLoaderOptions<Rec>;
  readonly #modules: RecordLoaderModules<Rec>;
  readonly #slice = (): void => this.#run();
  /** Of open transactions, by producer id. */
  readonly #pending = new Map<number, { record: Rec; offset: number }[]>();
  #nextOffset: number;
  #read: BatchesOfLog | undefined;
  #batches: readonly RecordBatch[] = [];
  #batchIndex = 0;
  #cursor: RecordCursor | undefined;
  #sliceEndMs = 0;
  #records = 0;
  #bytes = 0;
  #isStopped = false;

  constructor(options: RecordLoaderOptions<Rec>, modules: RecordLoaderModules<Rec>) {
    this.#options = options;
    this.#modules = modules;
    this.#nextOffset = options.log.startOffset;
  }

  start(): void {
    this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#letGo();
  }

  /** One slice: goes on until the time is up, the log has to be waited for, or all is done. */
  #run(): void {
    if (this.#isStopped) return;
    this.#sliceEndMs = this.#modules.clock.monotonicMs() + sliceMs;
    try {
      while (this.#takeRead() && this.#readOn());
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Reads the next piece. False where somebody else goes on from here. */
  #readOn(): boolean {
    const { log, bufferBytes } = this.#options;
    if (this.#nextOffset >= log.endOffset) {
      this.#finish();
      return false;
    }
    if (this.#nextOffset >= log.highWatermark) {
      this.#modules.wheel.schedule(retryMs, this.#slice);
      return false;
    }
    const read = log.read(this.#nextOffset, bufferBytes);
    if (!(read instanceof Promise)) return this.#accept(read);
    read
      .then((done) => {
        if (this.#isStopped) done.release?.();
        else if (this.#accept(done)) this.#run();
      })
      .catch((error: unknown) => this.#failed(error))
      .catch(this.#modules.defect);
    return false;
  }

  /** False where there is nothing more, though there should be. */
  #accept(read: BatchesOfLog): boolean {
    const { batches, validBytes } = splitBatches(read.chunks);
    this.#read = read;
    this.#batches = batches;
    this.#batchIndex = 0;
    this.#bytes += validBytes;
    if (batches.length > 0) return true;
    this.#letGo();
    this.#finish();
    return false;
  }

  /** Replays what was read. False where the time was up first. */
  #takeRead(): boolean {
    for (;;) {
      const batch = this.#batches[this.#batchIndex];
      if (batch === undefined) break;
      if (!this.#takeBatch(batch)) {
        this.#modules.timers.atTurnEnd(this.#slice);
        return false;
      }
      this.#batchIndex++;
      this.#cursor = undefined;
      this.#nextOffset = batch.nextOffset;
    }
    this.#letGo();
    return true;
  }

  #takeBatch(batch: RecordBatch): boolean {
    if (batch.isControl) {
      this.#endTransaction(batch);
      return true;
    }
    this.#cursor ??= openRecords(batch, { maxBytes: this.#options.decompressedBytesMax });
    const cursor = this.#cursor;
    for (let taken = 1; ; taken++) {
      if (!cursor.next()) return true;
      if (cursor.offset >= this.#nextOffset) this.#takeRecord(batch, cursor);
      if (taken % recordsPerLook === 0 && this.#isTimeUp()) return false;
    }
  }

  #isTimeUp(): boolean {
    return this.#modules.clock.monotonicMs() >= this.#sliceEndMs;
  }

  #takeRecord(batch: RecordBatch, { key, value, offset }: RecordCursor): void {
    const record = key === null ? undefined : this.#modules.decode({ key, value });
    if (record === undefined) return;
    this.#records++;
    if (!batch.isTransactional) this.#options.replay(record, offset);
    else {
      const pending = this.#pending.get(batch.producerId) ?? [];
      pending.push({ record, offset });
      this.#pending.set(batch.producerId, pending);
    }
  }

  #endTransaction(batch: RecordBatch): void {
    const marker = readEndTxnMarker(batch);
    if (marker === undefined) return;
    const pending = this.#pending.get(batch.producerId) ?? [];
    this.#pending.delete(batch.producerId);
    if (marker.result === 'ABORT') return;
    for (const { record, offset } of pending) this.#options.replay(record, offset);
  }

  #finish(): void {
    this.#isStopped = true;
    this.#options.loaded({ records: this.#records, bytes: this.#bytes });
  }

  /** What the log or a record in it is to blame for. Anything else is a defect. */
  #failed(error: unknown): void {
    if (!(error instanceof OdradekError)) throw error;
    if (this.#isStopped) return;
    this.stop();
    this.#options.failed(error, this.#nextOffset);
  }

  #letGo(): void {
    this.#read?.release?.();
    this.#read = undefined;
    this.#batches = [];
    this.#batchIndex = 0;
    this.#cursor = undefined;
  }
}

import { RecordBatch } from '../../records/record-batch.ts';
import { splitBatches } from '../../records/split-batches.ts';
import type { DataWaiter, Partition } from '../../replication/partition.ts';
import type { LogRead } from '../../storage/log.ts';
import { must } from '../../util/assert.ts';
import type { AnswerMemory, WaitingHolder } from '../answer-memory.ts';
import { readableEnd, type FetchReader } from '../fetch-reader.ts';
import { hasRecordFrom, passingMarker, type PassedBatch } from '../passed-batches.ts';
import { judgementPrefix, type BatchJudge, type Judgement, type Judging } from './batch-judge.ts';
import type { JudgedBatch } from './filter-cache.ts';
import type { FilterTurns, TurnTaker } from './filter-turns.ts';
import { Gathered } from './gathered.ts';
import type { TopicFilter } from './topic-filter.ts';

/** What a scan reads, and how far. */
export interface FilteredScanOptions {
  readonly partition: Partition;
  readonly reader: FetchReader;
  readonly filter: TopicFilter;
  readonly fetchOffset: number;
  /** Bytes of batches after which nothing more is looked for. */
  readonly bytesMax: number;
  readonly decompressedBytesMax: number;
}

/** What a scan works with. */
export interface FilteredScanModules {
  readonly judge: BatchJudge;
  readonly turns: FilterTurns;
  readonly answerMemory: AnswerMemory;
  /** There may be more to answer. */
  readonly scanned: () => void;
  /** The partition is not to be read here any more, or not by this filter, or what was found is to be answered. */
  readonly ended: () => void;
  readonly defect: (error: unknown) => void;
}

/** How much of what was found is taken. */
interface TakeLimits {
  readonly maxBytes: number;
  readonly atLeastOneBatch: boolean;
}

/** Bytes of the log that are read in one turn. */
const readBytes = 128 * 1024;
/** Batches whose judgement is known that are passed over in one turn. */
const knownBatchesPerTurnMax = 512;
/** Bytes of the log after which matches are answered, though there is more to look at. */
const ripeBytes = 1024 * 1024;

/**
 * One fetch's way through a partition of a filtered topic: from the fetch offset on it judges batch after batch, in
 * turns, gathers what matches, and goes on as long as its fetch waits, also into what is appended meanwhile. What
 * does not match ends no wait.
 */
export class FilteredScan implements DataWaiter, TurnTaker, WaitingHolder {
  readonly #options: FilteredScanOptions;
  readonly #modules: FilteredScanModules;
  readonly #judgement: Judgement;
  readonly #gathered: Gathered;
  /** Where the next batch to judge begins, or before it. */
  #position: number;
  /** The last batch that was judged, where nothing of it is shown. */
  #passed: PassedBatch | undefined;
  #scannedBytes = 0;
  /** Whether it has had a turn with something to judge. A batch may take more than one. */
  #hasJudged = false;
  /** That have been read and are to be judged, the next one last. */
  #batches: RecordBatch[] = [];
  /** Of the next one, while it is judged. */
  #judging: Judging | undefined;
  /** While the log is read by way of the thread pool. */
  #isReading = false;
  #failure: { readonly error: unknown } | undefined;
  #isClosed = false;
  /** Tells a fetch that does not wait any more, and had nothing yet. */
  #taker: (() => void) | undefined;

  constructor(options: FilteredScanOptions, modules: FilteredScanModules) {
    this.#options = options;
    this.#modules = modules;
    this.#position = options.fetchOffset;
    this.#gathered = new Gathered(modules.answerMemory);
    const { filter, partition, decompressedBytesMax } = options;
    this.#judgement = {
      filter,
      place: { topic: partition.topic, partition: partition.index },
      prefix: judgementPrefix(filter.id, partition.index, partition.leaderEpoch),
      decompressedBytesMax,
    };
  }

  /** Begins to look for matches, and goes on until it is closed. */
  start(): void {
    this.#options.partition.addDataWaiter(this);
    this.#options.filter.addReader(this);
    this.#goOn();
  }

  /** Bytes of matches, once it is better to answer them than to go on; more than any where the log cannot be read. */
  get availableBytes(): number {
    if (this.#failure !== undefined) return Infinity;
    if (this.#isFull) return this.#gathered.sizeBytes;
    const isRipe = this.#scannedBytes >= ripeBytes || this.#isAtEnd;
    return isRipe ? this.#gathered.matchedBytes : 0;
  }

  /** Whether it holds some of the memory of answers. */
  get holdsBytes(): boolean {
    return this.#gathered.sizeBytes > 0;
  }

  get #readableEnd(): number {
    return readableEnd(this.#options.partition, this.#options.reader);
  }

  get #isAtEnd(): boolean {
    return this.#batches.length === 0 && this.#position >= this.#readableEnd;
  }

  get #isFull(): boolean {
    const { sizeBytes } = this.#gathered;
    if (sizeBytes >= this.#options.bytesMax) return true;
    return sizeBytes > 0 && this.#modules.answerMemory.roomBytes === 0;
  }

  get #canGoOn(): boolean {
    const isIdle = !this.#isClosed && !this.#isReading && this.#failure === undefined;
    return isIdle && !this.#isAtEnd && !this.#isFull;
  }

  dataArrived(): void {
    this.#goOn();
  }

  partitionClosed(): void {
    this.#modules.ended();
  }

  filterEnded(): void {
    this.#modules.ended();
  }

  letGo(): void {
    this.#modules.ended();
  }

  #goOn(): void {
    if (this.#canGoOn) this.#modules.turns.ask(this);
  }

  takeTurn(isOver: () => boolean): boolean {
    try {
      this.#passKnown();
      if (this.#batches.length === 0 && this.#canGoOn) this.#read();
      this.#judgeOn(isOver);
    } catch (error) {
      this.#failure = { error };
    }
    this.#tell();
    return this.#canGoOn;
  }

  #tell(): void {
    if (this.#taker === undefined) this.#modules.scanned();
    else if (this.#hasCome) this.#taker();
  }

  /** Whether there is something to answer, be it that there is nothing. */
  get #hasCome(): boolean {
    return this.#hasJudged || this.#isAtEnd || this.#failure !== undefined || this.#isClosed;
  }

  /**
   * Of batches that were judged before, only those that are shown whole have to be read. A follower's may be cut off
   * within a leader epoch, after an unclean election: it looks at each.
   */
  #passKnown(): void {
    if (!this.#options.partition.isLeader) return;
    for (let i = 0; i < knownBatchesPerTurnMax; i++) {
      if (this.#batches.length > 0 || !this.#canGoOn) return;
      const known = this.#known(this.#position);
      if (known === undefined || known.verdict === 'all') return;
      if (known.lastOffset >= this.#readableEnd) return;
      this.#hasJudged = true;
      this.#show(known, known.verdict === 'none' ? [] : known.verdict);
    }
  }

  #read(): void {
    const read = this.#options.partition.log.read(this.#position, {
      maxBytes: readBytes,
      upperBoundOffset: this.#readableEnd,
      atLeastOneBatch: true,
    });
    if (!(read instanceof Promise)) {
      this.#opened(read);
      return;
    }
    this.#isReading = true;
    const end = this.#readableEnd;
    read
      .then(
        (done) => this.#opened(done, end),
        (error: unknown) => {
          this.#failure = { error };
        },
      )
      .then(() => {
        this.#isReading = false;
        this.#tell();
        this.#goOn();
      })
      .catch((error: unknown) => this.#modules.defect(error));
  }

  /** Of a read up to `end`; where it has nothing, there is nothing up to there. */
  #opened({ chunks, release }: LogRead, end = this.#readableEnd): void {
    // A buffer that is lent is given back: a batch may be judged for long, and for others too.
    const owned = release === undefined ? chunks : chunks.map((chunk) => new Uint8Array(chunk));
    release?.();
    if (this.#isClosed) return;
    const { batches } = splitBatches(owned);
    if (batches.length > 0) this.#batches = batches.toReversed();
    else this.#position = Math.max(this.#position, end);
  }

  #judgeOn(isOver: () => boolean): void {
    this.#hasJudged ||= this.#batches.length > 0;
    while (this.#batches.length > 0 && !this.#isFull) {
      if (!this.#judgeNext(isOver)) return;
      if (isOver()) return;
    }
    if (this.#isFull) this.#dropBatches();
  }

  /** Whether the next batch is judged, and taken in. */
  #judgeNext(isOver: () => boolean): boolean {
    const { judge } = this.#modules;
    const batch = must(this.#batches.at(-1));
    let judged = this.#judging === undefined ? this.#known(batch.baseOffset) : undefined;
    if (judged === undefined || judged.crc !== batch.crc) {
      this.#judging ??= judge.begin(this.#judgement, batch);
      judged = judge.goOn(this.#judging, isOver);
      if (judged === undefined) return false;
      this.#leave();
    }
    this.#batches.pop();
    this.#scannedBytes += batch.sizeBytes;
    const { verdict } = judged;
    if (verdict === 'all') this.#show(judged, batch.chunks, batch.isControl);
    else this.#show(judged, verdict === 'none' ? [] : verdict);
    return true;
  }

  #known(baseOffset: number): JudgedBatch | undefined {
    return this.#modules.judge.known(this.#judgement, baseOffset);
  }

  #dropBatches(): void {
    this.#batches = [];
    this.#leave();
  }

  #leave(): void {
    if (this.#judging !== undefined) this.#modules.judge.leave(this.#judging);
    this.#judging = undefined;
  }

  /** Takes a batch in as it is shown; as nothing where what is shown of it lies before the fetch offset. */
  #show(judged: JudgedBatch, chunks: readonly Uint8Array[], isControl = false): void {
    const { fetchOffset, decompressedBytesMax } = this.#options;
    const { lastOffset, maxTimestamp, sizeBytes } = judged;
    const isFirst = this.#position === fetchOffset;
    this.#position = lastOffset + 1;
    const isShown =
      chunks.length > 0 &&
      (!isFirst || hasRecordFrom(new RecordBatch(chunks), fetchOffset, decompressedBytesMax));
    this.#passed = isShown ? undefined : { lastOffset, maxTimestamp };
    if (!isShown) return;
    this.#gathered.add({ chunks, sizeBytes }, { isControl });
    this.#modules.answerMemory.addHolder(this);
  }

  /**
   * Ends the scan, and answers what it has found; behind that a control batch, where it has passed over more. Where it
   * has not had a turn yet, it waits for one. Throws and rejects as `Log.read`.
   */
  take(limits: TakeLimits): LogRead | Promise<LogRead> {
    if (this.#hasCome) return this.#finish(limits);
    return new Promise((resolve, reject) => {
      this.#taker = () => {
        this.#taker = undefined;
        try {
          resolve(this.#finish(limits));
        } catch (error) {
          reject(error);
        }
      };
      this.#goOn();
    });
  }

  #finish({ maxBytes, atLeastOneBatch }: TakeLimits): LogRead {
    const failure = this.#failure;
    const passed = this.#passed;
    const { chunks, sizeBytes, isCut } = this.#gathered.take(maxBytes, { atLeastOneBatch });
    this.close();
    if (failure !== undefined && sizeBytes === 0) throw failure.error;
    if (passed === undefined || isCut) return { chunks, sizeBytes, heldBytes: sizeBytes };
    const marker = passingMarker(this.#options.partition, passed);
    const markedBytes = sizeBytes + marker.sizeBytes;
    return {
      chunks: [...chunks, ...marker.chunks],
      sizeBytes: markedBytes,
      heldBytes: markedBytes,
    };
  }

  /** Looks for nothing more, and gives back what it holds. May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.partition.removeDataWaiter(this);
    this.#options.filter.removeReader(this);
    this.#modules.answerMemory.removeHolder(this);
    this.#modules.turns.forget(this);
    this.#dropBatches();
    this.#gathered.drop();
    this.#taker?.();
  }
}

import type { Files } from '../runtime/runtime.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { encodeCheckpoint, replaceCheckpointAsync } from './checkpoint-file.ts';
import { writeRecoveredAgain } from './recovered-bytes.ts';
import {
  bookkeepingIntervalBytes,
  leaderEpochCheckpointName,
  unsyncedEpochsName,
} from './log-layout.ts';
import type { LogState } from './log-state.ts';
import { partitionMetadataFileName } from './partition-metadata.ts';
import type { Segment } from './segment.ts';
import { syncFile } from './small-files.ts';
import { TransactionIndex } from './transaction-index.ts';

interface FlushedSegment {
  readonly segment: Segment;
  readonly isRolled: boolean;
  /** Whether its indexes are flushed too, down to the last entry. */
  readonly withIndexes: boolean;
}

/**
 * Makes a log survive power loss: at each flush what was written, and beside it, not at each but every
 * megabyte, what recovery starts from: index entries and a producer snapshot. With these the recovery point
 * moves: what lies below it is not looked at again when the log is opened.
 */
export class LogFlusher {
  readonly #log: LogState;
  readonly #writesIdle: () => Promise<void>;
  readonly #files: Files;
  /** Rolled segments whose indexes are not on disk yet. */
  #unsettled: Segment[] = [];
  #running: Promise<void> | undefined;
  #directoryChanged = true;
  #isTopicIdSynced = false;
  /** Whether power loss may bring back what a truncation removed. */
  #hasUnsyncedCut = false;
  #bytesSinceBookkeeping = 0;
  #unflushedBytes = 0;
  /** The fsync that failed. No later one is to be believed. */
  #failure: OdradekError | undefined;
  /** Whether segments have bytes of which it is not known that the disk has them. */
  #hasRecovered = false;

  /** `writesIdle` settles when what waits to be written now has been. */
  constructor(log: LogState, modules: { files: Files; writesIdle: () => Promise<void> }) {
    this.#log = log;
    this.#writesIdle = modules.writesIdle;
    this.#files = modules.files;
    for (const { recovered } of log.segments.list) {
      if (recovered === undefined) continue;
      this.#hasRecovered = true;
      this.noteWritten(recovered.toPosition - recovered.fromPosition);
    }
  }

  /** Bytes written since the last flush began, or found by recovery. */
  get unflushedBytes(): number {
    return this.#unflushedBytes;
  }

  noteWritten(bytes: number): void {
    this.#unflushedBytes += bytes;
    this.#bytesSinceBookkeeping += bytes;
  }

  /** Names in the directory have changed. */
  noteDirectoryChanged(): void {
    this.#directoryChanged = true;
  }

  /** The log was truncated. */
  noteTruncated(removed: readonly Segment[]): void {
    this.forget([...removed, this.#log.segments.active]);
    this.#hasUnsyncedCut = true;
    this.#directoryChanged = true;
  }

  /** A segment is not appended to any more. */
  noteRolled(segment: Segment): void {
    this.#unsettled.push(segment);
  }

  /** Segments are going away. */
  forget(segments: readonly Segment[]): void {
    if (this.#unsettled.length === 0) return;
    this.#unsettled = this.#unsettled.filter((segment) => !segments.includes(segment));
  }

  /**
   * Flushes what is written now. With `everything`, also what recovery starts from, however little there is.
   * One flush runs at a time. Rejects with `DISK_FULL` where an index found no room and with
   * `TOO_MANY_OPEN_FILES` where a file could not be opened to be synced, after which it may be tried again:
   * all that was to survive then counts as unsynced as before. Rejects with `IO_ERROR` where an fsync failed:
   * what was written may then be gone.
   */
  flush(options: { everything: boolean }): Promise<void> {
    const before = this.#running;
    const flush = this.#flushAfter(before, options.everything);
    const running = flush
      .catch(() => {})
      .then(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
    return flush;
  }

  /** Brings to the files all that is in memory, and syncs nothing: the log is about to be closed. Rejects as `flush` does. */
  async writeOutEverything(): Promise<void> {
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
    // The next process does not know of it.
    await this.#writeRecoveredAgain();
    await this.#writesIdle();
    this.#writeOut(this.#unflushedSegments(true), true);
    const { epochs, directory, segments, logEndOffset } = this.#log;
    // Also where only an index has changed since the last flush, the next process is to know of it.
    const lastOffset = Math.max(segments.first.baseOffset, logEndOffset - 1);
    this.#log.recoveryPoint = Math.min(this.#log.recoveryPoint, lastOffset);
    if (!epochs.isUnsaved || !this.#log.hasDirectory) return;
    // Beside the other: power loss would leave neither of them if it took its place.
    const path = this.#files.join(directory, unsyncedEpochsName);
    this.#files.replaceFile(path, encodeCheckpoint(epochs.takeForSaving()));
  }

  async #flushAfter(before: Promise<void> | undefined, everything: boolean): Promise<void> {
    await before;
    if (this.#failure !== undefined) throw this.#failure;
    await this.#flush(everything);
  }

  async #flush(everything: boolean): Promise<void> {
    await this.#writeRecoveredAgain();
    await this.#writesIdle();
    if (!everything && !this.#hasSomethingNew()) return;
    const hadUnsyncedCut = this.#hasUnsyncedCut;
    this.#hasUnsyncedCut = false;
    try {
      await this.#flushNow(everything);
    } catch (error) {
      this.#hasUnsyncedCut ||= hadUnsyncedCut;
      throw error;
    }
  }

  async #flushNow(everything: boolean): Promise<void> {
    const log = this.#log;
    const targetOffset = log.fileEndOffset;
    const { truncationCount } = log;
    const isThorough = everything || this.#isBookkeepingDue();
    const segments = this.#unflushedSegments(isThorough);
    const flushedBytes = this.#unflushedBytes;
    const bookkeptBytes = this.#bytesSinceBookkeeping;
    this.#writeOut(segments, isThorough);
    await this.#sync(segments);
    this.forget(segments.filter(({ isRolled }) => isRolled).map(({ segment }) => segment));
    if (isThorough) this.#removeOldSnapshots();
    this.#unflushedBytes -= flushedBytes;
    if (isThorough) this.#bytesSinceBookkeeping -= bookkeptBytes;
    if (log.truncationCount !== truncationCount) return;
    log.flushedOffset = Math.max(log.flushedOffset, targetOffset);
    if (isThorough) log.recoveryPoint = Math.max(log.recoveryPoint, targetOffset);
  }

  async #writeRecoveredAgain(): Promise<void> {
    if (!this.#hasRecovered) return;
    const log = this.#log;
    for (const segment of log.segments.list.slice()) {
      if (segment.recovered === undefined) continue;
      await writeRecoveredAgain(segment, () => log.truncationCount);
    }
    this.#hasRecovered = false;
  }

  #hasSomethingNew(): boolean {
    const { fileEndOffset, flushedOffset } = this.#log;
    return fileEndOffset > flushedOffset || this.#unsettled.length > 0 || this.#hasUnsyncedCut;
  }

  #isBookkeepingDue(): boolean {
    if (this.#bytesSinceBookkeeping >= bookkeepingIntervalBytes) return true;
    const { active } = this.#log.segments;
    return active.offsetIndex.entries.isUnsynced || active.timeIndex.entries.isUnsynced;
  }

  /** What to flush, as it is now: segments may be rolled and go away while the flush waits. */
  #unflushedSegments(isThorough: boolean): FlushedSegment[] {
    const { segments, flushedOffset } = this.#log;
    const { active, list } = segments;
    // The segment that ends there may have been rolled, or recovered, after it was flushed.
    const unflushed = list.slice(segments.indexOf(Math.max(0, flushedOffset - 1)));
    const others = this.#unsettled.filter((segment) => !unflushed.includes(segment));
    return [...others, ...unflushed].map((segment) => {
      const isRolled = segment !== active;
      return { segment, isRolled, withIndexes: isRolled || isThorough };
    });
  }

  /** Brings to the files what is in memory. Only here may the disk be full. */
  #writeOut(segments: readonly FlushedSegment[], isThorough: boolean): void {
    const log = this.#log;
    this.#createLoneFile();
    for (const { segment, isRolled, withIndexes } of segments) {
      if (!segment.isOnDisk) continue;
      if (isRolled) segment.indexMaxTimestamp();
      if (withIndexes) this.#writeOutIndexes(segment);
      this.#writeOutTransactions(segment);
    }
    if (!isThorough || log.logEndOffset === 0) return;
    log.snapshots.write(log.logEndOffset, log.producers.entries());
    this.#directoryChanged = true;
  }

  /** The file of an empty log that does not start at 0 says where it goes on; there was no room for it, maybe. */
  #createLoneFile(): void {
    const { segments, logEndOffset } = this.#log;
    if (segments.list.length > 1 || segments.active.isOnDisk || logEndOffset === 0) return;
    this.#log.createActiveFile();
    this.#directoryChanged = true;
  }

  #writeOutIndexes(segment: Segment): void {
    for (const index of [segment.offsetIndex, segment.timeIndex]) {
      if (!index.entries.isFileKnown) this.#directoryChanged = true;
      index.entries.writeOut();
    }
  }

  #writeOutTransactions(segment: Segment): void {
    for (const index of segment.indexes()) {
      if (!(index instanceof TransactionIndex) || !index.entries.needsSync) continue;
      this.#directoryChanged = true;
      index.entries.writeOut();
    }
  }

  async #sync(segments: readonly FlushedSegment[]): Promise<void> {
    try {
      for (const flushed of segments) await this.#syncSegment(flushed);
      await this.#log.snapshots.sync();
      await this.#syncTopicId();
      await this.#syncDirectory();
    } catch (error) {
      // It was an open that failed, and no fsync: nothing is gone, and the next flush does it all again.
      if (hasCode(error, 'TOO_MANY_OPEN_FILES')) throw error;
      this.#failure = finalError(error, this.#log.directory);
      throw this.#failure;
    }
    await this.#saveEpochs();
  }

  async #syncSegment({ segment, withIndexes }: FlushedSegment): Promise<void> {
    if (!segment.isOnDisk || segment.isRemoved) return;
    const handle = segment.file.pin();
    try {
      await handle.sync();
    } finally {
      segment.file.unpin();
    }
    for (const index of segment.indexes()) {
      // It may have gone while the one before was synced.
      if (segment.isRemoved) return;
      if (withIndexes || index instanceof TransactionIndex) await index.entries.sync();
    }
  }

  /** Records that outlive power loss without it could be taken for those of another topic of the same name. */
  async #syncTopicId(): Promise<void> {
    if (this.#isTopicIdSynced || !this.#log.hasDirectory) return;
    const path = this.#files.join(this.#log.directory, partitionMetadataFileName);
    if (this.#files.stat(path) === undefined) return;
    await syncFile(this.#files, path);
    this.#isTopicIdSynced = true;
  }

  async #syncDirectory(): Promise<void> {
    if (!this.#directoryChanged || !this.#log.hasDirectory) return;
    this.#directoryChanged = false;
    try {
      await this.#files.syncDirectory(this.#log.directory);
    } catch (error) {
      this.#directoryChanged = true;
      throw error;
    }
  }

  async #saveEpochs(): Promise<void> {
    const { epochs, directory } = this.#log;
    if (!epochs.isUnsaved || !this.#log.hasDirectory) return;
    const entries = epochs.takeForSaving();
    const path = this.#files.join(directory, leaderEpochCheckpointName);
    try {
      await replaceCheckpointAsync(this.#files, path, entries);
    } catch (error) {
      epochs.savingFailed();
      throw error;
    }
  }

  #removeOldSnapshots(): void {
    const { segments, snapshots } = this.#log;
    snapshots.removeStrays(new Set(segments.list.map(({ baseOffset }) => baseOffset)));
  }
}

/** A failed fsync is an I/O error whatever the system calls it: what was written may be gone. */
function finalError(error: unknown, path: string): OdradekError {
  if (error instanceof OdradekError && error.code === 'IO_ERROR') return error;
  return new OdradekError(
    `${path} could not be flushed`,
    { code: 'IO_ERROR', path, operation: 'fsync' },
    { cause: error },
  );
}

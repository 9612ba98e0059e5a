import { batchCrc } from '../records/crc32c.ts';
import {
  RecordBatch,
  recordBatchHeaderBytes,
  recordBatchLayout,
  recordBatchMagic,
  recordBatchOverheadBytes,
} from '../records/record-batch.ts';
import { corruptRecords } from '../records/records-error.ts';
import type { FileHandle } from '../runtime/runtime.ts';
import { readInt32 } from '../util/bytes.ts';

/**
 * The whole batches of a `.log` file, one after the other, with their checksums checked: for who looks into
 * them. Memory is one buffer, or one batch where that is larger.
 */
export class BatchSource {
  /** Where the batch behind the last one begins. */
  position: number;

  readonly #handle: FileHandle;
  readonly #end: number;
  #buffer: Uint8Array;
  /** The part of the buffer that holds what stands at `position`. */
  #from = 0;
  #filled = 0;

  constructor(
    handle: FileHandle,
    options: { readonly from: number; readonly end: number; readonly bufferBytes: number },
  ) {
    this.#handle = handle;
    this.position = options.from;
    this.#end = options.end;
    this.#buffer = new Uint8Array(Math.max(options.bufferBytes, recordBatchHeaderBytes));
  }

  /** Whether no batch is left. */
  get isAtEnd(): boolean {
    return this.position >= this.#end;
  }

  /**
   * The next batch, which holds until the next call; undefined at the end. Throws `CORRUPT_RECORDS` for what is
   * no batch, or not whole, and as `Files` does.
   */
  next(): RecordBatch | undefined {
    if (this.isAtEnd) return undefined;
    this.#require(recordBatchHeaderBytes);
    const at = this.#from;
    const sizeBytes =
      readInt32(this.#buffer, at + recordBatchLayout.batchLength) + recordBatchOverheadBytes;
    if (this.#buffer[at + recordBatchLayout.magic] !== recordBatchMagic) {
      throw corruptRecords(`a batch of a magic that is not ${recordBatchMagic}`);
    }
    if (sizeBytes < recordBatchHeaderBytes) throw corruptRecords('a batch of an impossible length');
    this.#require(sizeBytes);
    const batch = new RecordBatch([this.#buffer.subarray(this.#from, this.#from + sizeBytes)]);
    if (batchCrc(batch) !== batch.crc) throw corruptRecords('a wrong checksum');
    this.#from += sizeBytes;
    this.position += sizeBytes;
    return batch;
  }

  /** Has `count` bytes from `position` on in the buffer. */
  #require(count: number): void {
    if (this.#filled - this.#from >= count) return;
    if (count > this.#end - this.position) throw corruptRecords('a batch that is cut off');
    const kept = this.#filled - this.#from;
    if (count > this.#buffer.length) {
      const larger = new Uint8Array(count);
      larger.set(this.#buffer.subarray(this.#from, this.#filled));
      this.#buffer = larger;
    } else {
      this.#buffer.copyWithin(0, this.#from, this.#filled);
    }
    this.#from = 0;
    const room = Math.min(this.#buffer.length - kept, this.#end - this.position - kept);
    const target = this.#buffer.subarray(kept, kept + room);
    this.#filled = kept + this.#handle.read(target, this.position + kept);
    if (this.#filled < count) throw corruptRecords('a batch that is cut off');
  }
}

import { loadPackage } from './optional-package.ts';
import { recordBatchLayout } from './record-batch.ts';
import type { RecordBatch } from './record-batch.ts';

/** The two ways to compute it: `(bytes, previous) => crc`, chained by the previous result. */
type Crc32c = (bytes: Uint8Array, previous: number) => number;

/**
 * From this many bytes on the native code is quicker. A call into it costs 200-350 ns before it does
 * anything; the loop below needs as long for about this much. Measured: docs/decisions/0010-crc32c-library.md.
 */
const nativeFromBytes = 192;

/** Eight tables of 256 entries, one behind the other: `tables[256 * n + byte]` is `byte` followed by n zeros. */
const tables = buildTables();

let native: Crc32c | undefined;
let triedNative = false;

/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, as an unsigned 32-bit number. A `previous` result
 * is carried on, so that the CRC of data in pieces is `crc32c(second, crc32c(first))`.
 *
 * HOT: bench=batch-judgement
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  return crc32cOfRange(bytes, 0, bytes.length, previous);
}

/**
 * CRC-32C of a batch as its bytes are now: all from the attributes to the end. A batch is whole when this
 * equals `batch.crc`.
 *
 * HOT: bench=batch-judgement
 */
export function batchCrc(batch: RecordBatch): number {
  const chunks = batch.chunks;
  const header = chunks[0] as Uint8Array;
  let crc = crc32cOfRange(header, recordBatchLayout.attributes, header.length, 0);
  for (let i = 1; i < chunks.length; i++) {
    const chunk = chunks[i] as Uint8Array;
    crc = crc32cOfRange(chunk, 0, chunk.length, crc);
  }
  return crc;
}

/** The same in plain JavaScript, however much it is. For machines without the native code, and for tests. */
export function crc32cInJavaScript(bytes: Uint8Array, previous = 0): number {
  return updated(bytes, 0, bytes.length, previous);
}

function crc32cOfRange(bytes: Uint8Array, from: number, to: number, previous: number): number {
  if (to - from < nativeFromBytes) return updated(bytes, from, to, previous);
  if (!triedNative) loadNative();
  if (native === undefined) return updated(bytes, from, to, previous);
  return native(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), previous);
}

/** Packages with native code do not load everywhere; then everything is computed here. */
function loadNative(): void {
  triedNative = true;
  native = loadPackage<{ crc32c: Crc32c }>('@node-rs/crc32')?.crc32c;
}

/** Slicing by eight: eight bytes a turn, each through its own table. */
function updated(bytes: Uint8Array, from: number, to: number, previous: number): number {
  let crc = ~previous;
  let at = from;
  const lastWhole = to - 8;
  for (; at <= lastWhole; at += 8) {
    const low = crc ^ littleEndian32(bytes, at);
    const high = littleEndian32(bytes, at + 4);
    crc =
      (tables[0x700 | (low & 0xff)] as number) ^
      (tables[0x600 | ((low >>> 8) & 0xff)] as number) ^
      (tables[0x500 | ((low >>> 16) & 0xff)] as number) ^
      (tables[0x400 | (low >>> 24)] as number) ^
      (tables[0x300 | (high & 0xff)] as number) ^
      (tables[0x200 | ((high >>> 8) & 0xff)] as number) ^
      (tables[0x100 | ((high >>> 16) & 0xff)] as number) ^
      (tables[high >>> 24] as number);
  }
  for (; at < to; at++) {
    crc = (crc >>> 8) ^ (tables[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}

function littleEndian32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function buildTables(): Int32Array {
  const polynomial = 0x82f6_3b78;
  const built = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : polynomial);
    built[byte] = crc;
  }
  for (let entry = 256; entry < built.length; entry++) {
    const shorter = built[entry - 256] as number;
    built[entry] = (shorter >>> 8) ^ (built[shorter & 0xff] as number);
  }
  return built;
}

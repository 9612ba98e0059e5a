import { assert } from '../util/assert.ts';
import { concatenated } from '../util/bytes.ts';
import { Lz4BlockEncoder, lz4BlockBytesMax } from './lz4-block.ts';
import { requirePackage } from './optional-package.ts';
import { corruptRecords, recordsTooLarge } from './records-error.ts';

interface Lz4Package {
  compressFrameSync(bytes: Uint8Array): Uint8Array;
  decompressFrameSync(bytes: Uint8Array): Uint8Array;
}

const frameMagic = 0x184d_2204;
/** 16 magics, for frames that a reader passes over: 0x184D2A50 to 0x184D2A5F. */
const skippableMagic = 0x184d_2a50;
const frameVersion = 1;
const blockChecksumFlag = 0x10;
const contentSizeFlag = 0x08;
const contentChecksumFlag = 0x04;
const dictionaryFlag = 0x01;
/** Set in a block's length where its bytes stand as they are. */
const storedBit = 0x8000_0000;
/** A byte of a match's length stands for 255 bytes at the most. */
const mostPerByte = 255;

/**
 * Magic, flags (version 1, independent blocks, no checksums), blocks of 64 KiB, and the checksum of these two
 * bytes: the second byte of their xxHash-32, as Java's clients see to it.
 */
const frameHeader = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82);
const blockHeaderBytes = 4;
const endMarkBytes = 4;
/** Apache Kafka's default. It means the quick compressor; every other level means the thorough one. */
const quickLevel = 9;
const levelMax = 17;

let loaded: Lz4Package | undefined;
let encoder: Lz4BlockEncoder | undefined;

function lz4(): Lz4Package {
  loaded ??= requirePackage<Lz4Package>('lz4-napi', 'lz4 compression');
  return loaded;
}

/**
 * `bytes` as one LZ4 frame with independent blocks, the only kind that Kafka's Java clients read (KIP-57).
 * `level` is in `[1, 17]`. At 9, which is the default, the library compresses, quickly; throws
 * `MISSING_PACKAGE` without it. At the others, none of which needs it, our own encoder searches longer, with
 * each level up to 12.
 */
export function compressLz4(bytes: Uint8Array, level = quickLevel): Uint8Array {
  if (level === quickLevel) return lz4().compressFrameSync(bytes);
  assert(level >= 1 && level <= levelMax, 'a level of lz4 is from 1 to 17');
  return compressThoroughly(bytes, level);
}

function compressThoroughly(bytes: Uint8Array, level: number): Uint8Array {
  encoder ??= new Lz4BlockEncoder();
  const blockCount = Math.ceil(bytes.length / lz4BlockBytesMax);
  // Enough, because a block that does not get smaller is stored.
  const frame = new Uint8Array(
    frameHeader.length + blockCount * blockHeaderBytes + bytes.length + endMarkBytes,
  );
  const view = new DataView(frame.buffer);
  frame.set(frameHeader);
  let to = frameHeader.length;
  for (let from = 0; from < bytes.length; from += lz4BlockBytesMax) {
    const end = Math.min(from + lz4BlockBytesMax, bytes.length);
    const headerAt = to;
    to += blockHeaderBytes;
    const blockBytes = encoder.encode(bytes, from, end, level, frame, to);
    if (blockBytes === 0) {
      view.setUint32(headerAt, storedBit + (end - from), true);
      frame.set(bytes.subarray(from, end), to);
      to += end - from;
    } else {
      view.setUint32(headerAt, blockBytes, true);
      to += blockBytes;
    }
  }
  // The end mark is four zeros, which stand there.
  return frame.slice(0, to + endMarkBytes);
}

/**
 * The contents of one or more LZ4 frames. The library bounds nothing, stops at the first frame's end and
 * takes a frame without its end mark; so the frames are measured here before it sees them.
 * Throws `RECORDS_TOO_LARGE` beyond `maxBytes`, `CORRUPT_RECORDS`, `MISSING_PACKAGE`.
 */
export function decompressLz4(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const contents: Uint8Array[] = [];
  let leftBytes = maxBytes;
  let at = 0;
  do {
    mustHave(bytes, at, 4);
    const magic = view.getUint32(at, true);
    if (magic === frameMagic) {
      const end = endOfFrame(view, bytes, at, leftBytes, maxBytes);
      const content = decompressFrame(bytes.subarray(at, end));
      leftBytes -= content.length;
      if (leftBytes < 0) throw recordsTooLarge(maxBytes);
      contents.push(content);
      at = end;
    } else if ((magic & 0xffff_fff0) >>> 0 === skippableMagic) {
      mustHave(bytes, at, 8);
      at += 8 + view.getUint32(at + 4, true);
      mustHave(bytes, at, 0);
    } else throw corruptRecords('lz4: no frame where one should begin');
  } while (at < bytes.length);
  return concatenated(contents);
}

function decompressFrame(frame: Uint8Array): Uint8Array {
  const library = lz4();
  try {
    return library.decompressFrameSync(frame);
  } catch (error) {
    throw corruptRecords(`lz4: ${(error as Error).message}`, error);
  }
}

/** Where the frame at `at` ends, known to be whole and to hold no more than `leftBytes`. */
function endOfFrame(
  view: DataView,
  bytes: Uint8Array,
  at: number,
  leftBytes: number,
  maxBytes: number,
): number {
  mustHave(bytes, at, 7);
  const flags = bytes[at + 4] as number;
  if (flags >> 6 !== frameVersion) throw corruptRecords('lz4: a frame of unknown version');
  if ((flags & dictionaryFlag) !== 0) throw corruptRecords('lz4: a frame that needs a dictionary');
  const blockBytesMax = blockBytesMaxOf(bytes[at + 5] as number);
  const blocksAt = at + 7 + ((flags & contentSizeFlag) === 0 ? 0 : 8);
  const blockTrailerBytes = (flags & blockChecksumFlag) === 0 ? 0 : 4;
  const frameTrailerBytes = (flags & contentChecksumFlag) === 0 ? 0 : 4;
  const end = measureBlocks(
    view,
    bytes,
    blocksAt,
    blockBytesMax,
    blockTrailerBytes,
    leftBytes,
    maxBytes,
  );
  mustHave(bytes, end, frameTrailerBytes);
  return end + frameTrailerBytes;
}

/** 64 KiB, 256 KiB, 1 MiB or 4 MiB. */
function blockBytesMaxOf(descriptor: number): number {
  const code = (descriptor >> 4) & 0x07;
  if (code < 4) throw corruptRecords('lz4: a block size that does not exist');
  return 1 << (8 + 2 * code);
}

/** Goes from block to block to the end mark, and answers where that ends. */
function measureBlocks(
  view: DataView,
  bytes: Uint8Array,
  firstAt: number,
  blockBytesMax: number,
  trailerBytes: number,
  leftBytes: number,
  maxBytes: number,
): number {
  let at = firstAt;
  let left = leftBytes;
  for (;;) {
    mustHave(bytes, at, 4);
    const length = view.getUint32(at, true);
    at += 4;
    if (length === 0) return at;
    const isStored = length >= storedBit;
    const blockBytes = isStored ? length - storedBit : length;
    if (blockBytes > blockBytesMax)
      throw corruptRecords('lz4: a block larger than its frame allows');
    mustHave(bytes, at, blockBytes + trailerBytes);
    left -= isStored ? blockBytes : contentBytesOf(bytes, at, blockBytes, blockBytesMax, left);
    if (left < 0) throw recordsTooLarge(maxBytes);
    at += blockBytes + trailerBytes;
  }
}

/**
 * Bytes that come out of a compressed block: no more than this, when that fits into `leftBytes`; else as
 * many, counted through its sequences.
 */
function contentBytesOf(
  bytes: Uint8Array,
  at: number,
  blockBytes: number,
  blockBytesMax: number,
  leftBytes: number,
): number {
  const most = Math.min(blockBytesMax, blockBytes * mostPerByte);
  return most <= leftBytes ? most : countContent(bytes, at, at + blockBytes);
}

/** Literals and matches of each sequence, without making them (LZ4 block format). */
function countContent(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let count = 0;
  while (at < to) {
    const token = bytes[at++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < to) {
        more = bytes[at++] as number;
        literals += more;
      }
    }
    at += literals;
    count += literals;
    if (at >= to) break;
    at += 2;
    let match = token & 15;
    if (match === 15) {
      let more = 255;
      while (more === 255 && at < to) {
        more = bytes[at++] as number;
        match += more;
      }
    }
    count += match + 4;
  }
  return count;
}

function mustHave(bytes: Uint8Array, at: number, count: number): void {
  if (at + count > bytes.length) throw corruptRecords('lz4: the bytes end before their frame');
}

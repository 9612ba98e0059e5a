import { concatenated, readInt32, writeInt32 } from '../util/bytes.ts';
import { requirePackage } from './optional-package.ts';
import { corruptRecords, recordsTooLarge } from './records-error.ts';

interface SnappyPackage {
  compressSync(bytes: Uint8Array): Uint8Array;
  uncompressSync(bytes: Uint8Array): Uint8Array;
}

/** How a stream of snappy-java (xerial) begins: these bytes, then two versions of four bytes each. */
const xerialMagic = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00);
const xerialHeaderBytes = xerialMagic.length + 8;
const xerialVersion = 1;
/** Bytes that snappy-java compresses into one block. */
const xerialBlockBytes = 32 * 1024;
/** A copy of three bytes makes 64 at the most, and a block's length in front may be wrong. */
const mostPerByte = 22;

let loaded: SnappyPackage | undefined;

function snappy(): SnappyPackage {
  loaded ??= requirePackage<SnappyPackage>('snappy', 'snappy compression');
  return loaded;
}

/** `bytes` in the framing that Kafka's Java clients write and every client reads: xerial's, in 32 KiB blocks. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(xerialHeaderBytes);
  header.set(xerialMagic);
  writeInt32(header, xerialMagic.length, xerialVersion);
  writeInt32(header, xerialMagic.length + 4, xerialVersion);
  const pieces: Uint8Array[] = [header];
  for (let at = 0; at < bytes.length; at += xerialBlockBytes) {
    const block = snappy().compressSync(bytes.subarray(at, at + xerialBlockBytes));
    const length = new Uint8Array(4);
    writeInt32(length, 0, block.length);
    pieces.push(length, block);
  }
  return concatenated(pieces);
}

/**
 * What came out of either framing in use: xerial's, told by its magic, or one raw block, as librdkafka and
 * those built on it write. Throws `RECORDS_TOO_LARGE` beyond `maxBytes`, `CORRUPT_RECORDS`, `MISSING_PACKAGE`.
 */
export function decompressSnappy(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (!isXerial(bytes)) return decompressBlock(bytes, maxBytes, maxBytes);
  const contents: Uint8Array[] = [];
  let madeBytes = 0;
  let at = xerialHeaderBytes;
  while (at < bytes.length) {
    if (isXerial(bytes.subarray(at))) {
      at += xerialHeaderBytes;
      continue;
    }
    const blockAt = at + 4;
    const blockBytes = blockAt <= bytes.length ? readInt32(bytes, at) : -1;
    if (blockBytes < 0 || blockBytes > bytes.length - blockAt) {
      throw corruptRecords('snappy: the bytes end before their block');
    }
    at = blockAt + blockBytes;
    const content = decompressBlock(bytes.subarray(blockAt, at), maxBytes - madeBytes, maxBytes);
    madeBytes += content.length;
    contents.push(content);
  }
  return concatenated(contents);
}

function isXerial(bytes: Uint8Array): boolean {
  if (bytes.length < xerialHeaderBytes) return false;
  for (let i = 0; i < xerialMagic.length; i++) {
    if (bytes[i] !== xerialMagic[i]) return false;
  }
  return true;
}

function decompressBlock(block: Uint8Array, leftBytes: number, maxBytes: number): Uint8Array {
  const contentBytes = readContentBytes(block);
  if (contentBytes > leftBytes) throw recordsTooLarge(maxBytes);
  // The library makes room for what the length says: a wrong one must not cost memory.
  if (contentBytes > block.length * mostPerByte) {
    throw corruptRecords('snappy: more bytes announced than the block can hold');
  }
  if (contentBytes === 0 && block.length === 1) return new Uint8Array(0);
  try {
    return snappy().uncompressSync(block);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MISSING_PACKAGE') throw error;
    throw corruptRecords(`snappy: ${(error as Error).message}`, error);
  }
}

/** The length in front of a block: up to 32 bits, seven a byte, the lowest first. */
function readContentBytes(block: Uint8Array): number {
  let value = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    const byte = block[i] as number;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (value > 0xffff_ffff) break;
      return value;
    }
  }
  throw corruptRecords('snappy: a block without its length');
}

import { corruptRecords } from './records-error.ts';

/** One whole zstd frame. */
export interface ZstdFrame {
  readonly bytes: Uint8Array;
  /** What its header says comes out of it, where it says so. */
  readonly contentBytes: number | undefined;
}

const frameMagic = 0xfd2f_b528;
/** 16 magics, for frames that a reader passes over: 0x184D2A50 to 0x184D2A5F. */
const skippableMagic = 0x184d_2a50;
const contentSizeBytes = [0, 2, 4, 8] as const;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const blockHeaderBytes = 3;
const rleBlock = 1;
const reservedBlock = 3;

/**
 * The frames that `bytes` consist of (RFC 8878, section 3.1), without those to be skipped. Only their
 * structure is read: where each block ends, to the last. Throws `CORRUPT_RECORDS` where the bytes end early,
 * and where something else follows a frame.
 */
export function zstdFrames(bytes: Uint8Array): ZstdFrame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: ZstdFrame[] = [];
  let at = 0;
  do {
    const magic = mustHave(bytes, at, 4) && view.getUint32(at, true);
    if (magic === frameMagic) {
      const { blocksAt, contentBytes, hasChecksum } = readHeader(view, bytes, at + 4);
      const end = endOfBlocks(bytes, blocksAt) + (hasChecksum ? 4 : 0);
      mustHave(bytes, end, 0);
      frames.push({ bytes: bytes.subarray(at, end), contentBytes });
      at = end;
    } else if (((magic as number) & 0xffff_fff0) >>> 0 === skippableMagic) {
      mustHave(bytes, at, 8);
      at += 8 + view.getUint32(at + 4, true);
      mustHave(bytes, at, 0);
    } else throw corruptRecords('zstd: no frame where one should begin');
  } while (at < bytes.length);
  return frames;
}

function readHeader(
  view: DataView,
  bytes: Uint8Array,
  at: number,
): { blocksAt: number; contentBytes: number | undefined; hasChecksum: boolean } {
  mustHave(bytes, at, 1);
  const descriptor = bytes[at] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] as number);
  const sizeAt =
    at + 1 + (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 0x03] as number);
  mustHave(bytes, sizeAt, sizeBytes);
  return {
    blocksAt: sizeAt + sizeBytes,
    contentBytes: readContentBytes(view, sizeAt, sizeBytes),
    hasChecksum: (descriptor & 0x04) !== 0,
  };
}

function readContentBytes(view: DataView, at: number, sizeBytes: number): number | undefined {
  switch (sizeBytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
    default:
      return undefined;
  }
}

function endOfBlocks(bytes: Uint8Array, firstAt: number): number {
  let at = firstAt;
  let isLast = false;
  while (!isLast) {
    mustHave(bytes, at, blockHeaderBytes);
    const header =
      (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === reservedBlock) throw corruptRecords('zstd: a block of reserved type');
    at += blockHeaderBytes + (type === rleBlock ? 1 : header >> 3);
  }
  return at;
}

function mustHave(bytes: Uint8Array, at: number, count: number): true {
  if (at + count > bytes.length) throw corruptRecords('zstd: the bytes end before their frame');
  return true;
}

import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { concatenated } from '../util/bytes.ts';
import { compressLz4, decompressLz4 } from './lz4-frame.ts';
import type { CompressionCodec } from './record-batch.ts';
import { corruptRecords, recordsTooLarge } from './records-error.ts';
import { compressSnappy, decompressSnappy } from './snappy-framing.ts';
import { zstdFrames } from './zstd-frame.ts';

/** How far decompression may go. */
export interface DecompressOptions {
  /** Most bytes that may come out. Checked before they are made wherever the format tells. */
  readonly maxBytes: number;
}

/**
 * `bytes` as one compressed block, for the records of a batch. `none` answers `bytes` itself; otherwise the
 * caller owns the result.
 *
 * `level` is that of the topic configs `compression.gzip.level` (`[1, 9]`, -1 for zlib's own choice),
 * `compression.lz4.level` (`[1, 17]`, where 9 is the quick one, as in Apache Kafka) and
 * `compression.zstd.level` (`[-131072, 22]`). Snappy has none.
 *
 * Throws `MISSING_PACKAGE` for lz4 at level 9 and snappy where their package is not installed.
 */
export function compress(codec: CompressionCodec, bytes: Uint8Array, level?: number): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return gzipSync(bytes, { level: level ?? constants.Z_DEFAULT_COMPRESSION });
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes, level);
    case 'zstd':
      return compressZstd(bytes, level);
  }
}

/**
 * What `compress`, or any other Kafka client's code, has made of some bytes. `none` answers the only chunk
 * itself (a copy of several); otherwise the caller owns the result. Frames and members that stand one behind
 * the other give their contents one behind the other.
 *
 * Throws `RECORDS_TOO_LARGE` beyond `maxBytes`, `CORRUPT_RECORDS` for what is truncated or malformed, and
 * `MISSING_PACKAGE` as `compress` does; nothing else, whatever the bytes.
 */
export function decompress(
  codec: CompressionCodec,
  chunks: readonly Uint8Array[],
  options: DecompressOptions,
): Uint8Array {
  const bytes = concatenated(chunks);
  const { maxBytes } = options;
  switch (codec) {
    case 'none':
      if (bytes.length > maxBytes) throw recordsTooLarge(maxBytes);
      return bytes;
    case 'gzip':
      return decompressGzip(bytes, maxBytes);
    case 'snappy':
      return decompressSnappy(bytes, maxBytes);
    case 'lz4':
      return decompressLz4(bytes, maxBytes);
    case 'zstd':
      return decompressZstd(bytes, maxBytes);
  }
}

function compressZstd(bytes: Uint8Array, level: number | undefined): Uint8Array {
  const params: Record<number, number> = {};
  if (level !== undefined) params[constants.ZSTD_c_compressionLevel] = level;
  return zstdCompressSync(bytes, { params });
}

function decompressGzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  // zlib takes no bytes at all for an empty result.
  if (bytes.length === 0) throw corruptRecords('a gzip stream without bytes');
  return bounded('gzip', maxBytes, () =>
    gunzipSync(bytes, { maxOutputLength: outputLimit(maxBytes), chunkSize: chunkSize(bytes) }),
  );
}

/**
 * Frame by frame, each known to be whole: Node 22 takes what is cut off for the end, and reads the first
 * frame only.
 */
function decompressZstd(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const contents: Uint8Array[] = [];
  let madeBytes = 0;
  for (const frame of zstdFrames(bytes)) {
    const leftBytes = maxBytes - madeBytes;
    if (frame.contentBytes !== undefined && frame.contentBytes > leftBytes) {
      throw recordsTooLarge(maxBytes);
    }
    const content = bounded('zstd', maxBytes, () =>
      zstdDecompressSync(frame.bytes, {
        maxOutputLength: outputLimit(leftBytes),
        chunkSize: chunkSize(frame.bytes, frame.contentBytes),
      }),
    );
    madeBytes += content.length;
    if (madeBytes > maxBytes) throw recordsTooLarge(maxBytes);
    contents.push(content);
  }
  return concatenated(contents);
}

/** zlib wants a bound of at least 1, and what it makes is looked at once more. */
function outputLimit(maxBytes: number): number {
  return Math.max(1, maxBytes);
}

/**
 * Bytes that zlib makes room for at once. The default of 16 KiB would make many pieces that are then copied
 * together; more than 1 MiB is not taken on the word of a header.
 */
function chunkSize(bytes: Uint8Array, contentBytes = bytes.length * 4): number {
  return Math.min(Math.max(contentBytes, 4096), 1 << 20);
}

/** Runs zlib; whatever it throws comes out as one of ours. */
function bounded(codec: CompressionCodec, maxBytes: number, run: () => Uint8Array): Uint8Array {
  let content: Uint8Array;
  try {
    content = run();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE')
      throw recordsTooLarge(maxBytes);
    throw corruptRecords(`${codec}: ${(error as Error).message}`, error);
  }
  if (content.length > maxBytes) throw recordsTooLarge(maxBytes);
  return content;
}

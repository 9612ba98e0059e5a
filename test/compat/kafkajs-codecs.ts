import kafkajs from 'kafkajs';
import { compress, decompress } from '../../src/records/compression.ts';

/** What kafkajs' `Encoder` has of what was written to it. */
interface Encoded {
  readonly buffer: Buffer;
}

const maxBytes = 64 * 1024 * 1024;

/** Gives kafkajs, which has gzip alone, our snappy, lz4 and zstd. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => codec('snappy');
  CompressionCodecs[CompressionTypes.LZ4] = () => codec('lz4');
  CompressionCodecs[CompressionTypes.ZSTD] = () => codec('zstd');
}

function codec(name: 'snappy' | 'lz4' | 'zstd') {
  return {
    compress: async (encoder: Encoded) => asBuffer(compress(name, encoder.buffer)),
    decompress: async (buffer: Buffer) => asBuffer(decompress(name, [buffer], { maxBytes })),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

import { readFileSync } from 'node:fs';
import { RecordBatch } from '../../src/records/record-batch.ts';
import type { CompressionCodec } from '../../src/records/record-batch.ts';

/** A batch as Apache Kafka's own classes wrote it, with what they read back from it. */
export interface GoldenBatch {
  readonly codec: CompressionCodec;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly partitionLeaderEpoch: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly crc: number;
  readonly records: readonly GoldenRecord[];
  readonly hex: string;
}

interface GoldenRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

export function goldenBatches(): GoldenBatch[] {
  const file = new URL('../golden/batches.jsonl', import.meta.url);
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as GoldenBatch);
}

/** Its bytes, anew at each call. */
export function goldenBytes(golden: GoldenBatch): Uint8Array {
  return new Uint8Array(Buffer.from(golden.hex, 'hex'));
}

export function goldenBatch(golden: GoldenBatch): RecordBatch {
  return new RecordBatch([goldenBytes(golden)]);
}

/** A key or value as the golden file writes it. */
export function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}

/** The bytes of what `base64` made. */
export function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : new Uint8Array(Buffer.from(text, 'base64'));
}

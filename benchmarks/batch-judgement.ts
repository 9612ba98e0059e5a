/**
 * What a produce request costs before the log sees it: its records field is split into batches and each is
 * judged by its header and CRC. Beside it, the walks over records that only some topics need, and each codec.
 *
 *   node benchmarks/batch-judgement.ts [--tiny]
 *
 * Prints calls and MB per CPU second of this process, with all its threads, and the time that each took by the
 * clock. `--tiny` runs everything once, to see that it works.
 */
import { parseArgs } from 'node:util';
import { compress, decompress } from '../src/records/compression.ts';
import { buildBatch } from '../src/records/batch-builder.ts';
import { crc32c, crc32cInJavaScript } from '../src/records/crc32c.ts';
import { judgeBatch } from '../src/records/judge.ts';
import { compressionCodecs } from '../src/records/record-batch.ts';
import type { CompressionCodec, RecordBatch } from '../src/records/record-batch.ts';
import { openRecords } from '../src/records/record-reader.ts';
import { splitBatches } from '../src/records/split-batches.ts';
import { mustWalkRecords, validateRecords } from '../src/records/validate-records.ts';
import type { RecordRules } from '../src/records/validate-records.ts';
import { concatenated } from '../src/util/bytes.ts';

const { values: options } = parseArgs({ options: { tiny: { type: 'boolean', default: false } } });
const nowMs = 1_700_000_000_000;
const maxBytes = 64 << 20;
const rules: RecordRules = {
  maxMessageBytes: 4 << 20,
  segmentBytes: 1 << 30,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  cleanupPolicyCompact: false,
  batchValidation: 'header',
};
const strictRules: RecordRules = { ...rules, batchValidation: 'records' };

/** JSON-like values: they compress as events do, about four to one. */
function batchOf(count: number, valueBytes: number, compression: CompressionCodec): RecordBatch {
  const records = Array.from({ length: count }, (_, i) => ({
    key: new TextEncoder().encode(`customer-${(i * 7919) % 10_007}`),
    value: valueOf(i, valueBytes),
    timestamp: nowMs + i,
  }));
  return buildBatch(records, { compression, producerId: 7, producerEpoch: 0, baseSequence: 0 });
}

function valueOf(seed: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  const text = new TextEncoder();
  let at = 0;
  for (let i = 0; at < count; i++) {
    const mixed = Math.imul(seed * 31 + i, 0x9e37_79b1) >>> 0;
    const field = text.encode(`"field${i % 16}":${mixed % 100_000},`);
    bytes.set(field.subarray(0, count - at), at);
    at += field.length;
  }
  return bytes;
}

/** Runs `run`, which handles `bytes` a call, for a second or so of CPU, and prints what that comes to. */
function measure(name: string, bytes: number, run: () => void): void {
  const budgetMs = options.tiny ? 0 : 600;
  const callsAtOnce = options.tiny ? 1 : 16;
  for (let i = 0; i < (options.tiny ? 1 : 200); i++) run();
  let calls = 0;
  let cpuMs = 0;
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  do {
    for (let i = 0; i < callsAtOnce; i++) run();
    calls += callsAtOnce;
    const used = process.cpuUsage(cpuBefore);
    cpuMs = (used.user + used.system) / 1000;
  } while (cpuMs < budgetMs);
  const perCpuSecond = calls / (cpuMs / 1000);
  const megabytes = (perCpuSecond * bytes) / 1e6;
  const wallMicros = ((performance.now() - started) * 1000) / calls;
  console.log(
    `${name.padEnd(52)} ${Math.round(perCpuSecond).toLocaleString('en').padStart(12)} /CPU s` +
      ` ${megabytes.toFixed(0).padStart(8)} MB/CPU s ${wallMicros.toFixed(2).padStart(10)} µs each`,
  );
}

function judgeField(chunks: readonly Uint8Array[]): void {
  for (const batch of splitBatches(chunks).batches) {
    if (judgeBatch(batch, rules, nowMs) !== undefined || mustWalkRecords(batch, rules)) {
      throw new Error('a good batch was refused');
    }
  }
}

function cut(bytes: Uint8Array, pieceBytes: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    pieces.push(bytes.subarray(at, at + pieceBytes));
  return pieces;
}

console.log('split and judge, as every produce does');
for (const [records, valueBytes] of [
  [1, 100],
  [1, 1024],
  [16, 1024],
  [1000, 1024],
] as const) {
  const bytes = concatenated(batchOf(records, valueBytes, 'none').chunks);
  const name = `  ${records} x ${valueBytes} B`;
  measure(name, bytes.length, () => judgeField([bytes]));
  if (bytes.length > 65_536) {
    measure(`${name}, in chunks of 64 KiB`, bytes.length, () => judgeField(cut(bytes, 65_536)));
  }
}

console.log('walk over records, where a topic needs it');
for (const compression of compressionCodecs) {
  const batch = batchOf(1000, 1024, compression);
  const plainBytes = 1000 * 1040;
  measure(`  validate 1000 x 1024 B, ${compression}`, plainBytes, () => {
    const verdict = validateRecords(batch, strictRules, nowMs, { maxBytes });
    if (verdict.outcome !== 'valid') throw new Error(verdict.rejection.message);
  });
}
const small = batchOf(10_000, 20, 'none');
measure('  read 10,000 x 20 B with key and value', small.sizeBytes, () => {
  const cursor = openRecords(small, { maxBytes });
  let readBytes = 0;
  while (cursor.next()) readBytes += (cursor.key?.length ?? 0) + (cursor.value?.length ?? 0);
  if (readBytes === 0) throw new Error('nothing was read');
});

console.log('build a batch, as the client does');
for (const [records, valueBytes] of [
  [1, 100],
  [1000, 1024],
] as const) {
  const made = Array.from({ length: records }, (_, i) => ({
    value: valueOf(i, valueBytes),
    timestamp: nowMs,
  }));
  measure(`  ${records} x ${valueBytes} B`, records * valueBytes, () => void buildBatch(made));
}

console.log('codecs, in MB of what is not compressed');
const plain = concatenated(batchOf(1000, 1024, 'none').chunks);
for (const codec of compressionCodecs.slice(1)) {
  const compressed = compress(codec, plain);
  const ratio = (plain.length / compressed.length).toFixed(1);
  measure(
    `  compress ${codec} (1 MB, ${ratio} to 1)`,
    plain.length,
    () => void compress(codec, plain),
  );
  measure(
    `  decompress ${codec}`,
    plain.length,
    () => void decompress(codec, [compressed], { maxBytes }),
  );
}

console.log('CRC32C: the crossover between JavaScript and native code');
for (const length of [64, 128, 192, 256, 1024, 65_536]) {
  const bytes = new Uint8Array(length).fill(7);
  measure(`  ${length} B, JavaScript`, length, () => void crc32cInJavaScript(bytes));
  measure(`  ${length} B, as used`, length, () => void crc32c(bytes));
}

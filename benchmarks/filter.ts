/**
 * What it costs to leave of a batch the records that match, by what the filter asks for: the key, a header, a
 * field of JSON. Beside each the same question as an application would ask it of records that it was given, with
 * `JSON.parse`, which has to see all of them.
 *
 *   node benchmarks/filter.ts [--tiny]
 *
 * Prints records and MB (of records, not compressed) per CPU second of this process. `--tiny` runs everything
 * once, to see that it works.
 */
import { parseArgs } from 'node:util';
import { filterBatch } from '../src/filter/filter-batch.ts';
import { compileFilter } from '../src/filter/filter.ts';
import { buildBatch } from '../src/records/batch-builder.ts';
import type { CompressionCodec, RecordBatch } from '../src/records/record-batch.ts';
import { openRecords } from '../src/records/record-reader.ts';
import type { BatchRecord } from '../src/records/record-reader.ts';

const { values: options } = parseArgs({ options: { tiny: { type: 'boolean', default: false } } });
const place = { topic: 'adverts', partition: 0 };
const limits = { decompressedBytesMax: 64 << 20 };
const recordCount = 1000;
const players = ['ViratKohli', 'RohitSharma', 'JaspritBumrah', 'RashidKhan', 'SaiSudharsan'];
const text = new TextEncoder();
const utf8 = new TextDecoder();

/** An advert of about 300 bytes; one in fifty is of the player who is asked for. */
function advert(i: number): Record<string, unknown> {
  const player = i % 50 === 0 ? 'ViratKohli' : players[1 + (i % 4)];
  return {
    id: 9_007_199_254_000_000 + i,
    campaign: `spring-${i % 17}`,
    shown: '2026-11-26T12:30:15.250Z',
    player,
    price: (i * 7919) % 1000,
    bid: ((i * 31) % 4000) / 100,
    tags: ['ipl', 'cricket', `match-${i % 74}`],
    place: { country: 'IN', city: 'Bengaluru', seat: { block: 'N', row: i % 40 } },
    text: 'Wear what the captain wears, and be at the ground before the toss',
  };
}

function batchOf(compression: CompressionCodec): RecordBatch {
  const records = Array.from({ length: recordCount }, (_, i) => ({
    key: text.encode(i % 50 === 0 ? 'kohli' : `customer-${i}`),
    value: text.encode(JSON.stringify(advert(i))),
    headers: [
      { key: 'trace', value: text.encode(`00-4bf92f3577b34da6a3ce929d0e0e${i}`) },
      { key: 'kind', value: text.encode(i % 50 === 0 ? 'alarm' : 'reading') },
    ],
    timestamp: 1_764_000_000_000 + i,
  }));
  return buildBatch(records, { compression });
}

type Test = (record: BatchRecord) => boolean;
type Advert = ReturnType<typeof advert>;

function parsed({ value }: BatchRecord): Advert {
  return JSON.parse(utf8.decode(value ?? undefined)) as Advert;
}

/** A filter, and the same in an application's own code. */
const questions: readonly (readonly [name: string, filter: string, test: Test])[] = [
  ['key', 'key == "kohli"', ({ key }) => key !== null && utf8.decode(key) === 'kohli'],
  [
    'header',
    'headers.kind == "alarm"',
    ({ headers }) => headers.some(({ key, value }) => key === 'kind' && value !== null && utf8.decode(value) === 'alarm'), // prettier-ignore
  ],
  [
    'JSON field, a text',
    'value.player == "ViratKohli"',
    (record) => parsed(record)['player'] === 'ViratKohli',
  ],
  [
    'JSON fields, numbers',
    'value.price > 980 && value.bid < 30.0',
    (record) => {
      const { price, bid } = parsed(record) as { price: number; bid: number };
      return price > 980 && bid < 30;
    },
  ],
  [
    'JSON field, nested',
    'value.place.seat.row == 7',
    (record) => (parsed(record) as { place: { seat: { row: number } } }).place.seat.row === 7,
  ],
  [
    'JSON list',
    'value.tags.exists(tag, tag == "match-7")',
    (record) => (parsed(record)['tags'] as string[]).includes('match-7'),
  ],
  [
    'JSON field, a regular expression',
    'value.player.matches("^(Virat|Rohit)K")',
    (record) => /^(Virat|Rohit)K/.test(parsed(record)['player'] as string),
  ],
];

/** Runs `run`, which handles a batch, for a second or so of CPU, and prints what that comes to. */
function measure(name: string, bytes: number, run: () => void): number {
  const budgetMs = options.tiny ? 0 : 600;
  for (let i = 0; i < (options.tiny ? 1 : 50); i++) run();
  let calls = 0;
  let cpuMs = 0;
  const cpuBefore = process.cpuUsage();
  do {
    run();
    calls++;
    const used = process.cpuUsage(cpuBefore);
    cpuMs = (used.user + used.system) / 1000;
  } while (cpuMs < budgetMs);
  const perCpuSecond = calls / (Math.max(cpuMs, 0.001) / 1000);
  console.log(
    `  ${name.padEnd(50)} ${Math.round(perCpuSecond * recordCount)
      .toLocaleString('en')
      .padStart(12)} records/CPU s` +
      ` ${((perCpuSecond * bytes) / 1e6).toFixed(0).padStart(6)} MB/CPU s`,
  );
  return perCpuSecond;
}

const plainBytes = batchOf('none').sizeBytes;
console.log(`${recordCount} records of ${Math.round(plainBytes / recordCount)} B a batch`);
for (const compression of ['none', 'lz4', 'zstd'] as const) {
  const batch = batchOf(compression);
  console.log(compression);
  measure('walk over the records alone', plainBytes, () => {
    const cursor = openRecords(batch, { maxBytes: limits.decompressedBytesMax });
    while (cursor.next());
  });
  for (const [name, source, test] of questions) {
    const filter = compileFilter(source);
    let kept = 0;
    measure(`filter by ${name}`, plainBytes, () => {
      const left = filterBatch(batch, filter, place, limits);
      kept = typeof left === 'string' ? 0 : left.recordCount;
    });
    let found = 0;
    measure(`the same by an application: ${name}`, plainBytes, () => {
      found = 0;
      const cursor = openRecords(batch, { maxBytes: limits.decompressedBytesMax });
      while (cursor.next()) if (test(cursor.toRecord())) found++;
    });
    if (found !== kept) throw new Error(`${name}: ${kept} records match, and ${found} should`);
  }
}

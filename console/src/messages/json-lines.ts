import type { RecordBody, RecordView } from '../../../src/admin/contract/messages.ts';

/** What a file of JSON lines holds, as far as it was looked at. */
export interface JsonLinesPreview {
  /** Lines that are not empty. */
  readonly records: number;
  readonly tombstones: number;
  /** Those that name a partition of their own, and the greatest that is named. */
  readonly withPartition: number;
  readonly partitionMax: number | null;
  /** The first few, as they would be written. */
  readonly first: readonly RecordBody[];
  /** The first few; what lies before the first of them would be written. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  readonly problemCount: number;
}

const shownRecords = 5;
const shownProblems = 20;

type Fields = Readonly<Record<string, unknown>>;

const knownFields = new Set([
  'topic',
  'partition',
  'offset',
  'timestamp',
  'key',
  'keyBase64',
  'value',
  'valueBase64',
  'headers',
]);

/** Looks through lines as `odradek consume --json` writes them, before anything is sent. */
export function previewJsonLines(text: string): JsonLinesPreview {
  const first: RecordBody[] = [];
  const problems: { line: number; message: string }[] = [];
  const counts = { records: 0, tombstones: 0, withPartition: 0, problems: 0 };
  let partitionMax: number | null = null;
  let number = 0;
  for (const line of linesOf(text)) {
    number += 1;
    if (line.trim() === '') continue;
    const read = readLine(line);
    if ('problem' in read) {
      counts.problems += 1;
      if (problems.length < shownProblems) problems.push({ line: number, message: read.problem });
      continue;
    }
    const { record } = read;
    counts.records += 1;
    if (record.value === null) counts.tombstones += 1;
    if (record.partition !== undefined) {
      counts.withPartition += 1;
      partitionMax = Math.max(partitionMax ?? 0, record.partition);
    }
    if (first.length < shownRecords) first.push(record);
  }
  return {
    records: counts.records,
    tombstones: counts.tombstones,
    withPartition: counts.withPartition,
    partitionMax,
    first,
    problems,
    problemCount: counts.problems,
  };
}

/** A record as a line that `odradek produce --json` and the import take back exactly; it must not be cut. */
export function recordJsonLine(record: RecordView): string {
  const { topic, partition, offset, timestamp } = record;
  return JSON.stringify({
    topic,
    partition,
    offset,
    timestamp,
    ...bytesFields('key', record.key),
    ...bytesFields('value', record.value),
    ...(record.headers.length === 0
      ? {}
      : {
          headers: record.headers.map(({ key, value }) => ({
            key,
            ...bytesFields('value', value),
          })),
        }),
  });
}

/** A record as it would be sent again: its place and time are left to the broker. */
export function recordBodyOf(record: RecordView): RecordBody {
  return {
    ...bytesFields('key', record.key),
    ...bytesFields('value', record.value),
    headers: record.headers.map(({ key, value }) => ({ key, ...bytesFields('value', value) })),
  };
}

function bytesFields(name: string, view: RecordView['key']): Record<string, string | null> {
  if (view === null) return { [name]: null };
  return view.text === undefined ? { [`${name}Base64`]: view.base64 ?? '' } : { [name]: view.text };
}

/** Lines without their ends, one at a time: a file may have a million. */
function* linesOf(text: string): Generator<string> {
  let start = text.startsWith('\ufeff') ? 1 : 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    yield text.slice(start, end === -1 ? text.length : end);
    if (end === -1) return;
    start = end + 1;
  }
}

type LineRead = { readonly record: RecordBody } | { readonly problem: string };

function readLine(line: string): LineRead {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { problem: 'not JSON: one object a line is expected' };
  }
  if (!isFields(parsed)) return { problem: 'not an object: one object a line is expected' };
  const problem = problemOf(parsed);
  return problem === null ? { record: recordOf(parsed) } : { problem };
}

function problemOf(fields: Fields): string | null {
  const unknown = Object.keys(fields).find((name) => !knownFields.has(name));
  if (unknown !== undefined) return `unknown field ${unknown}`;
  if (fields['value'] === undefined && fields['valueBase64'] === undefined) {
    return 'no value (null for a tombstone)';
  }
  const bytes = bytesProblem(fields, 'key') ?? bytesProblem(fields, 'value');
  if (bytes !== null) return bytes;
  const { partition, timestamp, headers } = fields;
  if (partition !== undefined && partition !== null && !isPartition(partition)) {
    return 'partition is no whole number from 0 up';
  }
  const isTime = typeof timestamp === 'string' || Number.isSafeInteger(timestamp);
  if (timestamp !== undefined && timestamp !== null && !isTime) return 'timestamp is no time';
  if (headers === undefined || headers === null || isFields(headers)) return null;
  if (!Array.isArray(headers)) return 'headers are neither an array nor an object';
  return headers.every((header) => isFields(header) && typeof header['key'] === 'string')
    ? null
    : 'a header without a key';
}

function bytesProblem(fields: Fields, name: string): string | null {
  const text = fields[name];
  const base64 = fields[`${name}Base64`];
  if (text !== undefined && base64 !== undefined) return `both ${name} and ${name}Base64`;
  if (base64 !== undefined) {
    return typeof base64 === 'string' && isBase64(base64) ? null : `${name}Base64 is not base64`;
  }
  if (text === undefined || text === null || typeof text === 'string') return null;
  return `${name} is no text (JSON goes into a string)`;
}

function recordOf(fields: Fields): RecordBody {
  const { partition, timestamp } = fields;
  return {
    ...(isPartition(partition) ? { partition } : {}),
    ...(typeof timestamp === 'number' ? { timestamp } : {}),
    ...pick(fields, 'key'),
    ...pick(fields, 'value'),
  };
}

function pick(fields: Fields, name: string): Record<string, string | null> {
  const base64 = fields[`${name}Base64`];
  if (typeof base64 === 'string') return { [`${name}Base64`]: base64 };
  const text = fields[name];
  return typeof text === 'string' || text === null ? { [name]: text } : {};
}

/** Whether it is base64 with its padding, as `odradek` writes it. */
export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}

function isPartition(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

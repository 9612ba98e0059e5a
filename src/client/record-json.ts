import type { RecordHeader } from '../records/record-reader.ts';
import { errorText } from '../util/is-error.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ConsumedRecord, OutgoingRecord } from './client-records.ts';

/**
 * A record as a line of JSON with its line feed, the same from `consume --json`, for `produce --json`, and in what
 * is exported and imported over HTTP:
 *
 *     {"topic":"orders","partition":0,"offset":7,"timestamp":1700000000000,"key":"a","value":"b",
 *      "headers":[{"key":"h","value":"x"}]}
 *
 * Bytes that are no valid UTF-8 stand as base64 in `keyBase64` and `valueBase64`, so that what `consume`
 * writes, `produce` takes back exactly.
 */
export function recordJson(record: ConsumedRecord): string {
  const line: Record<string, unknown> = {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestampMs,
    ...bytesFields('key', record.key),
    ...bytesFields('value', record.value),
  };
  if (record.headers.length > 0) {
    line['headers'] = record.headers.map(({ key, value }) => ({
      key,
      ...bytesFields('value', value),
    }));
  }
  return `${JSON.stringify(line)}\n`;
}

// A byte order mark is part of the bytes, not ours to drop.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

function bytesFields(name: string, bytes: Uint8Array | null): Record<string, string | null> {
  if (bytes === null) return { [name]: null };
  try {
    return { [name]: decoder.decode(bytes) };
  } catch {
    return { [`${name}Base64`]: Buffer.from(bytes).toString('base64') };
  }
}

/** What a line may leave to whoever asks for it to be written. */
export interface JsonLineDefaults {
  /** Wins over the topic in the line. */
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  /** The partition in the line is not heeded. */
  readonly repartition: boolean;
}

/**
 * The record in one line of JSON. `where` names the line in errors. Throws `INVALID_ARGUMENT` for what is
 * not JSON, for unknown fields (`offset` is known and without effect) and for values of a wrong type.
 */
export function parseRecordJson(
  line: string,
  defaults: JsonLineDefaults,
  where: string,
): OutgoingRecord {
  return recordOf(parsedObject(line, where), defaults, where);
}

/** The record of which `fields` are those of such a line. `where` names it in errors. Throws likewise. */
export function recordOf(
  fields: Readonly<Record<string, unknown>>,
  defaults: JsonLineDefaults,
  where: string,
): OutgoingRecord {
  for (const name of Object.keys(fields)) {
    if (!knownFields.has(name)) throw badLine(where, `unknown field ${name}`, knownFieldNames);
  }
  const topic = defaults.topic ?? textField(fields, 'topic', where);
  if (topic === undefined) throw badLine(where, 'no topic', 'a topic, in the line or before it');
  const value = bytesField(fields, 'value', where);
  if (value === undefined) throw badLine(where, 'no value', 'value (null for a tombstone)');
  const partition = defaults.repartition ? undefined : partitionField(fields, where);
  return {
    topic,
    partition: defaults.partition ?? partition,
    key: bytesField(fields, 'key', where) ?? null,
    value,
    headers: headersField(fields['headers'], where),
    timestampMs: timestampField(fields['timestamp'], where),
  };
}

const knownFieldNames =
  'topic, partition, offset, timestamp, key, keyBase64, value, valueBase64, headers';
const knownFields = new Set(knownFieldNames.split(', '));

type Fields = Readonly<Record<string, unknown>>;

function badLine(where: string, problem: string, expected: string): Error {
  const message = `${where}: ${problem}; expected ${expected}.`;
  return new OdradekError(message, { code: 'INVALID_ARGUMENT', argument: where, expected });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsedObject(line: string, where: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw badLine(where, `not JSON (${errorText(error)})`, 'one object a line');
  }
  if (!isFields(value)) throw badLine(where, 'not an object', 'one object a line');
  return value;
}

function textField(fields: Fields, name: string, where: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  throw badLine(where, `${name} is no string`, 'a string');
}

/** The bytes in `name` or in `nameBase64`; undefined where neither is there. */
function bytesField(fields: Fields, name: string, where: string): Uint8Array | null | undefined {
  const text = fields[name];
  const base64 = fields[`${name}Base64`];
  if (text !== undefined && base64 !== undefined) {
    throw badLine(where, `both ${name} and ${name}Base64`, 'one of them');
  }
  if (typeof base64 === 'string') return fromBase64(base64, name, where);
  if (base64 !== undefined) throw badLine(where, `${name}Base64 is no string`, 'base64 text');
  if (text === undefined || text === null) return text;
  if (typeof text === 'string' && text.isWellFormed()) return encoder.encode(text);
  const expected = `text, null, or ${name}Base64 (JSON goes into a string: "{\\"a\\":1}")`;
  throw badLine(where, `${name} is no text`, expected);
}

function fromBase64(base64: string, name: string, where: string): Uint8Array {
  // Buffer passes over what is no base64; only the form that it writes itself is taken.
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') === base64) return bytes;
  throw badLine(where, `${name}Base64 is not base64`, 'base64 text with its padding');
}

function partitionField(fields: Fields, where: string): number | undefined {
  const partition = fields['partition'];
  if (partition === undefined || partition === null) return undefined;
  if (typeof partition === 'number' && Number.isInteger(partition) && partition >= 0) {
    return partition;
  }
  throw badLine(where, 'partition is no partition', 'a whole number from 0 up');
}

function timestampField(timestamp: unknown, where: string): number | undefined {
  if (timestamp === undefined || timestamp === null) return undefined;
  const ms = typeof timestamp === 'string' ? Date.parse(timestamp) : timestamp;
  if (typeof ms === 'number' && Number.isSafeInteger(ms)) return ms;
  throw badLine(where, 'timestamp is no time', 'milliseconds since 1970 or an ISO 8601 time');
}

/** Headers as an array of `{ key, value }`, which may repeat keys, or as a plain object. */
function headersField(headers: unknown, where: string): readonly RecordHeader[] {
  if (headers === undefined || headers === null) return [];
  if (isFields(headers)) {
    return Object.entries(headers).map(([key, value]) => header({ key, value }, where));
  }
  if (Array.isArray(headers)) return headers.map((entry: unknown) => header(entry, where));
  throw badLine(where, 'headers are neither array nor object', '[{"key":…,"value":…}]');
}

function header(entry: unknown, where: string): RecordHeader {
  if (!isFields(entry)) throw badLine(where, 'a header is no object', '{"key":…,"value":…}');
  const key = textField(entry, 'key', where);
  if (key === undefined) throw badLine(where, 'a header without a key', '{"key":…,"value":…}');
  return { key, value: bytesField(entry, 'value', where) ?? null };
}

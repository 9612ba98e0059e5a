import type { OutgoingRecord } from '../../client/client-records.ts';
import { recordOf } from '../../client/record-json.ts';
import type { RecordHeader } from '../../records/record-reader.ts';
import { mediaType, type AdminRequest } from '../http/admin-request.ts';
import { badField, HttpProblem } from '../http/problem.ts';
import { errorText } from '../../util/is-error.ts';
import { arrayElements, fieldSource, isArraySource, requireShallow } from './json-source.ts';
import type { Slices } from './shared-thread.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Each costs many times its bytes in memory until it is written. */
const recordsMax = 10_000;
/** Of the source of a record, behind which others have their turn. */
const largeLength = 64 * 1024;
const wholeBody = 'the body';

/** What was asked to be written: one record, which is answered by itself, or several. */
export interface IncomingRecords {
  readonly isOne: boolean;
  readonly records: readonly OutgoingRecord[];
}

/**
 * The records in a request to publish to `topic`: in JSON one or an array of them, in JSON lines one a line, else the
 * body is the value of one. What the query or the headers say of key, partition, time and headers holds for each
 * record that says nothing of it. What is long is read in slices. Rejects with a `HttpProblem` or `INVALID_ARGUMENT`.
 */
export async function incomingRecords(
  request: AdminRequest,
  topic: string,
  slices: Slices,
): Promise<IncomingRecords> {
  if ((request.header('content-encoding') ?? 'identity') !== 'identity') {
    throw new HttpProblem(415, {
      code: 'UNSUPPORTED_ENCODING',
      message: 'The body is to come as it is, without Content-Encoding.',
    });
  }
  const body = await request.bytes();
  const common = commonFields(request);
  switch (mediaType(request)) {
    case 'application/json': {
      const text = textOf(body);
      const isOne = !isArraySource(text);
      const sources = isOne ? [{ text, where: wholeBody }] : elementsOf(text);
      return { isOne, records: await recordsOf(sources, topic, common, slices) };
    }
    case 'application/x-ndjson':
    case 'application/jsonl': {
      const sources = linesOf(textOf(body));
      return { isOne: false, records: await recordsOf(sources, topic, common, slices) };
    }
    default:
      return { isOne: true, records: [{ topic, key: null, ...common, value: body }] };
  }
}

type Common = Pick<OutgoingRecord, 'partition' | 'key' | 'headers' | 'timestampMs'>;

const keyHeader = 'odradek-key';
const headerPrefix = 'odradek-header-';
const headerParameterPrefix = 'header.';

/** What stands beside the body. The query's wins; it is text in UTF-8, and headers are the bytes that they are. */
function commonFields({ query, headers }: AdminRequest): Common {
  const key = query.get('key') ?? undefined;
  const keyBytes = key === undefined ? headerBytes(headers[keyHeader]) : encoder.encode(key);
  const partition = wholeNumber(
    'partition',
    query.get('partition') ?? headers['odradek-partition'],
  );
  const timestampMs = wholeNumber(
    'timestamp',
    query.get('timestamp') ?? headers['odradek-timestamp'],
  );
  const recordHeaders = [...parameterHeaders(query), ...ownHeaders(headers)];
  return {
    ...(keyBytes === undefined ? {} : { key: keyBytes }),
    ...(partition === undefined ? {} : { partition }),
    ...(timestampMs === undefined ? {} : { timestampMs }),
    ...(recordHeaders.length === 0 ? {} : { headers: recordHeaders }),
  };
}

function parameterHeaders(query: URLSearchParams): readonly RecordHeader[] {
  return [...query].flatMap(([name, value]) =>
    name.startsWith(headerParameterPrefix)
      ? [{ key: name.slice(headerParameterPrefix.length), value: encoder.encode(value) }]
      : [],
  );
}

function ownHeaders(headers: Readonly<Record<string, string>>): readonly RecordHeader[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(headerPrefix)
      ? [{ key: name.slice(headerPrefix.length), value: headerBytes(value) ?? null }]
      : [],
  );
}

/** Node reads each byte of a header as a character. */
function headerBytes(value: string | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : Buffer.from(value, 'latin1');
}

function wholeNumber(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw badField(field, `${field}=${text}: expected a whole number from 0 up.`);
}

function textOf(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw badField('', 'The body is no text in UTF-8.');
  }
}

/** A record in JSON, and what errors call it. */
interface Source {
  readonly text: string;
  readonly where: string;
}

async function recordsOf(
  sources: Iterable<Source | undefined>,
  topic: string,
  common: Common,
  slices: Slices,
): Promise<readonly OutgoingRecord[]> {
  const records: OutgoingRecord[] = [];
  for (const source of sources) {
    if (slices.isOver) await slices.pause();
    if (source === undefined) continue;
    if (records.length >= recordsMax) throw tooMany();
    records.push(jsonRecord(source, topic, common));
    if (source.text.length >= largeLength) await slices.pause();
  }
  return records;
}

function* elementsOf(text: string): Generator<Source> {
  let index = 0;
  for (const element of arrayElements(text, wholeBody)) {
    yield { text: element, where: `record ${index++}` };
  }
}

/** Undefined for an empty line, of which there may be as many as there are bytes. */
function* linesOf(text: string): Generator<Source | undefined> {
  let number = 1;
  for (let start = 0; start < text.length; number++) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? text.length : end);
    yield line.trim() === '' ? undefined : { text: line, where: `line ${number}` };
    if (end === -1) return;
    start = end + 1;
  }
}

function tooMany(): HttpProblem {
  return new HttpProblem(413, {
    code: 'TOO_MANY_RECORDS',
    message: `One request may have ${recordsMax} records.`,
    remedy: 'Send fewer at a time, or import them as a file.',
  });
}

const wrapped = 'To write JSON as it is, put it into {"value": …}, or send it as text/plain.';

function jsonRecord({ text, where }: Source, topic: string, common: Common): OutgoingRecord {
  const value = parsed(text, where);
  const isFields = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isFields) throw notARecord(where, 'is no object');
  const fields = value as Readonly<Record<string, unknown>>;
  if (!('value' in fields) && !('valueBase64' in fields)) throw notARecord(where, 'has no value');
  const record = recordOf(
    {
      ...fields,
      ...exactField('key', fields, text, where),
      ...exactField('value', fields, text, where),
    },
    { topic, partition: undefined, repartition: false },
    where,
  );
  const hasKey = 'key' in fields || 'keyBase64' in fields;
  return {
    ...record,
    key: hasKey ? record.key : common.key,
    partition: record.partition ?? common.partition,
    timestampMs: record.timestampMs ?? common.timestampMs,
    headers: [...(record.headers ?? []), ...(common.headers ?? [])],
  };
}

function notARecord(where: string, problem: string): HttpProblem {
  return new HttpProblem(400, {
    code: 'INVALID_REQUEST',
    message: `${where} ${problem}: expected a record such as {"key": "a", "value": {"n": 1}}.`,
    remedy: wrapped,
    field: where,
  });
}

/** A text stands for itself and null for nothing; all other JSON is written as it came, digit for digit. */
function exactField(
  name: string,
  fields: Readonly<Record<string, unknown>>,
  source: string,
  where: string,
): object {
  const value = fields[name];
  if (value === undefined || value === null || typeof value === 'string') return {};
  return { [name]: fieldSource(source, name, where) };
}

function parsed(text: string, where: string): unknown {
  requireShallow(text, where);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badField(where, `${where} is no JSON: ${errorText(error)}.`);
  }
}

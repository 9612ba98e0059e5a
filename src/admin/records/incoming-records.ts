import type { OutgoingRecord } from '../../client/client-records.ts';
import { recordOf } from '../../client/record-json.ts';
import type { RecordHeader } from '../../records/record-reader.ts';
import { mediaType, type AdminRequest } from '../http/admin-request.ts';
import { badField, HttpProblem } from '../http/problem.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** What was asked to be written: one record, which is answered by itself, or several. */
export interface IncomingRecords {
  readonly isOne: boolean;
  readonly records: readonly OutgoingRecord[];
}

/**
 * The records in a request to publish to `topic`: in JSON one or an array of them, in JSON lines one a line, else the
 * body is the value of one. What the query or the headers say of key, partition, time and headers holds for each
 * record that says nothing of it. Rejects with a `HttpProblem` or `INVALID_ARGUMENT`.
 */
export async function incomingRecords(
  request: AdminRequest,
  topic: string,
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
    case 'application/json':
      return jsonRecords(textOf(body), topic, common);
    case 'application/x-ndjson':
    case 'application/jsonl':
      return { isOne: false, records: lineRecords(textOf(body), topic, common) };
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

function jsonRecords(text: string, topic: string, common: Common): IncomingRecords {
  const parsed = parseExactly(text, 'the body');
  if (!Array.isArray(parsed)) {
    return { isOne: true, records: [jsonRecord(parsed, topic, common, 'the body')] };
  }
  const records = parsed.map((item: unknown, index) =>
    jsonRecord(item, topic, common, `record ${index}`),
  );
  return { isOne: false, records };
}

function lineRecords(text: string, topic: string, common: Common): readonly OutgoingRecord[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `line ${index + 1}`;
    return [jsonRecord(parseExactly(line, where), topic, common, where)];
  });
}

const wrapped = 'To write JSON as it is, put it into {"value": …}, or send it as text/plain.';

function jsonRecord(value: unknown, topic: string, common: Common, where: string): OutgoingRecord {
  const isFields = typeof value === 'object' && value !== null && !exactJson.isRawJSON(value);
  if (!isFields || Array.isArray(value)) throw notARecord(where, 'is no object');
  const fields = value as Readonly<Record<string, unknown>>;
  if (!('value' in fields) && !('valueBase64' in fields)) throw notARecord(where, 'has no value');
  const record = recordOf(
    { ...fields, ...textField('key', fields), ...textField('value', fields) },
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

/** A text stands for itself and null for nothing; all other JSON is written as JSON. */
function textField(name: string, fields: Readonly<Record<string, unknown>>): object {
  const value = fields[name];
  if (value === undefined || value === null || typeof value === 'string') return {};
  try {
    return { [name]: JSON.stringify(value) };
  } catch {
    // It was parsed: there is nothing else that it can be.
    throw badField(name, `${name} is nested too deep.`);
  }
}

/** What TypeScript's library does not have yet: ECMAScript's JSON.parse source text access. */
interface ExactJson {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}

const exactJson = JSON as unknown as ExactJson;

/** Parses JSON so that it is written again with the digits that it has, however many. */
function parseExactly(text: string, where: string): unknown {
  try {
    return exactJson.parse(text, (_, value, { source }) =>
      typeof value === 'number' && source !== undefined && source !== String(value)
        ? exactJson.rawJSON(source)
        : value,
    );
  } catch (error) {
    throw badField(where, `${where} is no JSON: ${(error as Error).message}.`);
  }
}

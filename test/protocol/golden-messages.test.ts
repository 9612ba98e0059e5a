/**
 * Goal: our bytes are Kafka's. Method: each line of `golden/messages.jsonl` (requests and responses) and of
 * `golden/group-coordinator-records.jsonl` holds a message at a version, as the classes of Apache Kafka
 * 4.3.1 write it. It is decoded and compared with the JSON beside it, encoded again and compared with its
 * bytes, and decoded from small pieces.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { allSchemas } from '../../src/protocol/all-schemas.ts';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeExactly, encodeExactly } from '../../src/protocol/codec.ts';
import type { Field, Fields, MessageSchema } from '../../src/protocol/schema.ts';
import { concatenated } from '../../src/util/bytes.ts';

interface GoldenLine {
  readonly message: string;
  readonly version: number;
  readonly json: Record<string, unknown>;
  readonly hex: string;
}

const schemas = new Map(allSchemas.map((schema) => [schema.name, schema]));

/** Whole numbers beyond 2^53 keep all their digits: the JSON has them as numbers. */
function exactNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value))
    return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function readGolden(): GoldenLine[] {
  const files = ['messages.jsonl', 'group-coordinator-records.jsonl'];
  return files.flatMap((file) => {
    const text = readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line, exactNumbers) as GoldenLine);
  });
}

/** A decoded message as the JSON of Apache's tools has it; `like` is that JSON, which leaves fields out. */
function asJson(fields: Fields, value: unknown, like: unknown): unknown {
  const decoded = value as Record<string, unknown>;
  const expected = like as Record<string, unknown>;
  const json: Record<string, unknown> = {};
  for (const name of Object.keys(expected)) {
    const field = fields[name];
    assert(field !== undefined, `there is a field ${name}`);
    json[name] = fieldAsJson(field, decoded[name], expected[name]);
  }
  return json;
}

function fieldAsJson(field: Field, value: unknown, like: unknown): unknown {
  if (value === null) return null;
  const { shape } = field;
  switch (shape.kind) {
    case 'int64':
    case 'bigint64':
      return typeof like === 'bigint' ? value : Number(value as bigint);
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'records':
      return like;
    case 'array': {
      const elements = value as unknown[];
      const others = like as unknown[];
      assert.equal(elements.length, others.length);
      return elements.map((element, i) => fieldAsJson(shape.element, element, others[i]));
    }
    case 'struct':
      return like === null ? value : asJson(shape.fields, value, like);
    default:
      return value;
  }
}

function checkLine(schema: MessageSchema, { version, json, hex }: GoldenLine): void {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  const value = decodeExactly(schema, version, new ByteReader([bytes]));
  assert.deepEqual(asJson(schema.fields, value, json), json);
  assert.equal(Buffer.concat(encodeExactly(schema, version, value)).toString('hex'), hex);
}

test('each golden message decodes to its JSON and encodes byte for byte', (t) => {
  let checked = 0;
  const waiting = new Map<string, number>();
  for (const line of readGolden()) {
    const schema = schemas.get(line.message);
    if (schema === undefined) {
      waiting.set(line.message, (waiting.get(line.message) ?? 0) + 1);
      continue;
    }
    try {
      checkLine(schema, line);
    } catch (error) {
      throw new Error(`${line.message} v${line.version}`, { cause: error });
    }
    checked++;
  }
  const waitingLines = [...waiting.values()].reduce((sum, count) => sum + count, 0);
  t.diagnostic(
    `${checked} lines checked; ${waitingLines} of ${waiting.size} messages without a schema wait`,
  );
  assert(checked > 1700, 'the golden lines of what is served were found');
});

test('each golden message decodes the same from pieces as from one chunk', () => {
  for (const line of readGolden()) {
    const schema = schemas.get(line.message);
    if (schema === undefined) continue;
    const bytes = Uint8Array.from(Buffer.from(line.hex, 'hex'));
    const whole = decodeExactly(schema, line.version, new ByteReader([bytes]));
    for (const size of [1, 3, 7]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      const value = decodeExactly(schema, line.version, new ByteReader(pieces));
      assert.deepEqual(joined(value), joined(whole), `${line.message} v${line.version}`);
    }
  }
});

/** The value with the chunks of its records joined, which differ with the pieces. */
function joined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) {
    const chunks = value.every((element) => element instanceof Uint8Array);
    return chunks && value.length > 0 ? concatenated(value) : value.map(joined);
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, joined(field)]));
}

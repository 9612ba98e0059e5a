import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRecordJson, recordJson } from '../../src/client/record-json.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { propertySeeds } from './property-seeds.ts';

const noDefaults = { topic: undefined, partition: undefined, repartition: false };

function refusal(line: string): RegExp {
  try {
    parseRecordJson(line, noDefaults, 'line 7');
  } catch (error) {
    strictEqual(hasCode(error, 'INVALID_ARGUMENT'), true);
    return new RegExp(String((error as Error).message).replaceAll(/[^\w ]/g, '.'));
  }
  throw new Error(`${line} was taken`);
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
);
const maybeBytes = fc.option(bytes);

test('whatever a record holds, its JSON line is taken back exactly', () => {
  const headers = fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: maybeBytes }), {
    maxLength: 3,
  });
  const record = fc.record({
    topic: fc.stringMatching(/^[a-z._-]{1,20}$/),
    partition: fc.nat(10_000),
    offset: fc.nat(),
    timestampMs: fc.integer({ min: -1 }),
    timestampType: fc.constant('CreateTime' as const),
    key: maybeBytes,
    value: maybeBytes,
    headers,
  });
  const property = fc.property(record, (original) => {
    const line = recordJson(original);
    strictEqual(line.indexOf('\n'), line.length - 1);
    const { topic, partition, key, value, timestampMs } = original;
    const expected = { topic, partition, key, value, headers: original.headers, timestampMs };
    const parsed = parseRecordJson(line, noDefaults, 'line 1');
    deepStrictEqual(plain(parsed), plain(expected));
  });
  for (const seed of propertySeeds()) fc.assert(property, { seed, numRuns: 200 });
});

/** Buffers and plain arrays hold the same bytes under different prototypes. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      inner instanceof Uint8Array ? [...inner] : inner,
    ).replaceAll(/\{"type":"Buffer","data":(\[[^\]]*\])\}/g, '$1'),
  ) as unknown;
}

test('a byte order mark at the start of a value is kept', () => {
  const value = Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]);
  const line = recordJson({
    topic: 't',
    partition: 0,
    offset: 0,
    timestampMs: 1,
    timestampType: 'CreateTime',
    key: null,
    value,
    headers: [],
  });
  deepStrictEqual([...(parseRecordJson(line, noDefaults, '').value ?? [])], [...value]);
});

test('the command line wins over the topic and the partition in a line', () => {
  const line = '{"topic":"a","partition":3,"value":"x"}';
  const defaults = { topic: 'b', partition: 1, repartition: false };
  const record = parseRecordJson(line, defaults, 'line 1');
  deepStrictEqual([record.topic, record.partition], ['b', 1]);
});

test('with repartition the partition in a line is forgotten', () => {
  const line = '{"topic":"a","partition":3,"value":"x"}';
  const record = parseRecordJson(line, { ...noDefaults, repartition: true }, 'line 1');
  strictEqual(record.partition, undefined);
});

test('a null value is a tombstone, a missing one an error', () => {
  strictEqual(parseRecordJson('{"topic":"a","value":null}', noDefaults, '').value, null);
  throws(
    () => parseRecordJson('{"topic":"a","key":"k"}', noDefaults, 'line 7'),
    /line 7: no value/,
  );
});

test('headers may be a plain object', () => {
  const { headers } = parseRecordJson(
    '{"topic":"a","value":"x","headers":{"h":"1","n":null}}',
    noDefaults,
    '',
  );
  deepStrictEqual(plain(headers), [
    { key: 'h', value: [0x31] },
    { key: 'n', value: null },
  ]);
});

test('an ISO time is taken as a timestamp', () => {
  const line = '{"topic":"a","value":"x","timestamp":"2026-01-31T12:00:00.5Z"}';
  strictEqual(
    parseRecordJson(line, noDefaults, '').timestampMs,
    Date.UTC(2026, 0, 31, 12, 0, 0, 500),
  );
});

const badLines: readonly (readonly [string, RegExp])[] = [
  ['nonsense', /line 7. not JSON/],
  ['[1]', /not an object/],
  ['{"value":"x"}', /no topic/],
  ['{"topic":"a","value":{"a":1}}', /value is no text.+JSON goes into a string/],
  ['{"topic":"a","value":5}', /value is no text/],
  ['{"topic":"a","value":"\\ud800"}', /value is no text/],
  ['{"topic":"a","value":"x","valueBase64":"eA.."}', /both value and valueBase64/],
  ['{"topic":"a","valueBase64":"e A="}', /valueBase64 is not base64/],
  ['{"topic":"a","value":"x","partition":-1}', /partition is no partition/],
  ['{"topic":"a","value":"x","timestamp":"soon"}', /timestamp is no time/],
  ['{"topic":"a","value":"x","valeu":"y"}', /unknown field valeu/],
  ['{"topic":"a","value":"x","headers":[{"value":"y"}]}', /a header without a key/],
];

for (const [line, expected] of badLines) {
  test(`the line ${line} is refused with its place and the reason`, () => {
    throws(() => parseRecordJson(line, noDefaults, 'line 7'), expected);
    refusal(line);
  });
}

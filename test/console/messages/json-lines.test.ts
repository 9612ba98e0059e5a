import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isBase64,
  previewJsonLines,
  recordBodyOf,
  recordJsonLine,
} from '../../../console/src/messages/json-lines.ts';
import { parseRecordJson } from '../../../src/client/record-json.ts';

const defaults = { topic: 'orders', partition: undefined, repartition: false };

test('a preview counts records, tombstones and partitions', () => {
  const preview = previewJsonLines(
    '\ufeff{"value":"a","partition":3}\n\n{"key":"k","value":null}\r\n{"valueBase64":"/w=="}',
  );
  assert.equal(preview.records, 3);
  assert.equal(preview.tombstones, 1);
  assert.equal(preview.withPartition, 1);
  assert.equal(preview.partitionMax, 3);
  assert.deepEqual(preview.first, [
    { partition: 3, value: 'a' },
    { key: 'k', value: null },
    { valueBase64: '/w==' },
  ]);
  assert.equal(preview.problemCount, 0);
});

test('the preview refuses what the import refuses, and takes what it takes', () => {
  const lines = [
    '{"value":"a"}',
    '{"value":null,"key":null,"headers":null,"partition":null,"timestamp":null}',
    '{"value":"a","headers":{"h":"x"},"timestamp":"2026-01-31T12:00Z","offset":7}',
    '{"value":"a","headers":[{"key":"h"},{"key":"h","valueBase64":"AA=="}]}',
    '{"valueBase64":""}',
    '',
    '{',
    '[]',
    '"a"',
    '{}',
    '{"value":{"a":1}}',
    '{"value":"a","colour":1}',
    '{"value":"a","valueBase64":"AA=="}',
    '{"valueBase64":"AA"}',
    '{"valueBase64":"A A="}',
    '{"value":"a","partition":-1}',
    '{"value":"a","partition":1.5}',
    '{"value":"a","timestamp":true}',
    '{"value":"a","headers":[{"value":"x"}]}',
    '{"value":"a","headers":7}',
    '{"value":"a","key":1}',
  ];
  for (const line of lines.filter((text) => text !== '')) {
    const refused = previewJsonLines(line).problemCount > 0;
    const parse = () => parseRecordJson(line, defaults, 'line 1');
    if (refused) assert.throws(parse, /expected/, line);
    else assert.doesNotThrow(parse, line);
  }
});

test('problems say in which line they are, and are counted beyond those that are shown', () => {
  const preview = previewJsonLines(`{"value":"a"}\n${'nonsense\n'.repeat(30)}`);
  assert.equal(preview.problems.length, 20);
  assert.equal(preview.problems[0]?.line, 2);
  assert.equal(preview.problemCount, 30);
});

test('a record that is shown becomes a line that is taken back exactly', () => {
  const record = {
    topic: 'orders',
    partition: 1,
    offset: 9_007_199_254_740_991,
    timestamp: 1_700_000_000_000,
    key: { text: 'k', sizeBytes: 1 },
    value: { base64: '/w==', sizeBytes: 1 },
    headers: [
      { key: 'h', value: null },
      { key: 'h', value: { text: '', sizeBytes: 0 } },
    ],
  };
  assert.deepEqual(parseRecordJson(recordJsonLine(record), defaults, 'line 1'), {
    topic: 'orders',
    partition: 1,
    key: new TextEncoder().encode('k'),
    value: Buffer.of(0xff),
    headers: [
      { key: 'h', value: null },
      { key: 'h', value: new Uint8Array() },
    ],
    timestampMs: 1_700_000_000_000,
  });
  assert.deepEqual(recordBodyOf(record), {
    key: 'k',
    valueBase64: '/w==',
    headers: [
      { key: 'h', value: null },
      { key: 'h', value: '' },
    ],
  });
});

test('base64 is taken only as it is written', () => {
  for (const text of ['', 'AA==', 'AAA=', 'AAAA', 'a+/=']) assert.ok(isBase64(text), text);
  for (const text of ['A', 'AA', 'AAA', 'AA=', '====', 'AA==AA==', 'a-_=']) {
    assert.ok(!isBase64(text), text);
  }
});

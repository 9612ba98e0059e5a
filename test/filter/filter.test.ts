import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../src/filter/filter.ts';
import { recordOf } from './records.ts';
import type { RecordInText } from './records.ts';

const advert = JSON.stringify({
  player: 'ViratKohli',
  runs: 101,
  average: 52.5,
  tags: ['ipl', 'cricket'],
  club: { name: 'RCB', colours: { shirt: null } },
}).replace('}', ',"id":9007199254740993}');

function matches(source: string, record: RecordInText): boolean | 'failed' | 'overBudget' {
  const filter = compileFilter(source);
  const isMatch = filter.matches(recordOf(record));
  const { failed, overBudget } = filter.counters;
  if (failed > 0) return 'failed';
  return overBudget > 0 ? 'overBudget' : isMatch;
}

test('a filter asks for fields of JSON, however deep', () => {
  for (const [source, expected] of [
    ['value.player == "ViratKohli"', true],
    ['value.player == "RohitSharma"', false],
    ['value.player != "RohitSharma"', true],
    ['value["player"] == "ViratKohli"', true],
    ['"ViratKohli" == value.player', true],
    ['value.runs > 100 && value.average > 52', true],
    ['value.runs == 101.0', true],
    ['value.club.name in ["MI", "RCB"]', true],
    ['has(value.club.colours.shirt) && value.club.colours.shirt == null', true],
    ['has(value.club.colours.hat)', false],
    ['value.club.colours.id == 9007199254740993', true],
    ['value.club.colours.id == 9007199254740992', false],
    ['value.tags.exists(tag, tag == "ipl")', true],
    ['value.tags[1].startsWith("cri")', true],
    ['size(value.tags) == 2', true],
    ['value.player.matches("^V.*i$")', true],
    ['type(value) == map', true],
  ] as const) {
    assert.equal(matches(source, { value: advert }), expected, source);
  }
});

test('a value is JSON where it parses, else text, else bytes, and null is null', () => {
  assert.equal(matches('value == 12', { value: ' 12 ' }), true);
  assert.equal(matches('value == "twelve"', { value: '"twelve"' }), true);
  assert.equal(matches('value == "twelve"', { value: 'twelve' }), true);
  assert.equal(matches('value == "{\\"a\\":1"', { value: '{"a":1' }), true);
  assert.equal(matches('value == b"\\xff\\x00"', { value: Uint8Array.of(0xff, 0) }), true);
  assert.equal(matches('value == null && bytes == null', { value: null }), true);
  assert.equal(matches('size(bytes) == 7', { value: '{"a":1}' }), true);
});

test('a key is text where it is UTF-8, else bytes, and null is null', () => {
  assert.equal(matches('key == "ann"', { key: 'ann' }), true);
  assert.equal(matches('key == "ann"', { key: null }), false);
  assert.equal(matches('key == null', { key: null }), true);
  assert.equal(matches('type(key) == string', { key: '' }), true);
  assert.equal(matches('key == b"\\xff"', { key: Uint8Array.of(0xff) }), true);
});

test('of headers of one name the last counts', () => {
  const headers = [
    ['kind', 'first'],
    ['kind', 'last'],
    ['empty', null],
    ['raw', Uint8Array.of(0xff)],
  ] as const;
  assert.equal(matches('headers.kind == "last"', { headers }), true);
  assert.equal(matches('headers["kind"].startsWith("la")', { headers }), true);
  assert.equal(matches('"kind" in headers && !("other" in headers)', { headers }), true);
  assert.equal(matches('has(headers.empty) && headers.empty == null', { headers }), true);
  assert.equal(matches('headers.raw == b"\\xff"', { headers }), true);
  assert.equal(
    matches('headers.exists(name, name == "raw") && size(headers) == 3', { headers }),
    true,
  );
  assert.equal(matches('headers.other == "x"', { headers }), 'failed');
});

test('a filter asks for topic, partition, offset and time', () => {
  for (const source of [
    'topic == "adverts" && partition == 3 && offset >= 41',
    'timestamp > timestamp("2026-11-26T12:30:15Z")',
    'timestamp < timestamp("2026-11-26T12:30:15.251Z")',
    'timestamp - duration("1h") < timestamp("2026-11-26T12:00:00Z")',
    'timestamp.getHours("Europe/Paris") == 13 && timestamp.getMilliseconds() == 250',
  ]) {
    assert.equal(matches(source, {}), true, source);
  }
});

test('a record on which a filter fails does not match and is counted, unless the rest decides', () => {
  const filter = compileFilter('value.runs > 100 || key == "ann"');
  assert.equal(filter.matches(recordOf({ value: '{"runs":101}' })), true);
  assert.equal(filter.matches(recordOf({ value: '{}', key: 'ann' })), true);
  assert.equal(filter.matches(recordOf({ value: '{}' })), false);
  assert.equal(filter.matches(recordOf({ value: '{"runs":"many"}' })), false);
  assert.equal(filter.matches(recordOf({ value: '{"runs":7}' })), false);
  assert.equal(filter.matches(recordOf({ value: 'no JSON', key: 'ann' })), true);
  filter.countUnreadable(5);
  assert.deepEqual(filter.counters, {
    evaluated: 6,
    matched: 3,
    failed: 2,
    overBudget: 0,
    unreadable: 5,
  });
});

test('a record that costs more than the limits allow does not match and is counted', () => {
  const nested = 'value.exists(a, value.exists(b, value.exists(c, a == b && b == c && c == -1)))';
  const value = JSON.stringify(Array.from({ length: 100 }, (_, i) => i));
  assert.equal(matches(nested, { value }), 'overBudget');
  assert.equal(matches(`!(${nested})`, { value }), 'overBudget');
  assert.equal(matches(`${nested} || true`, { value }), 'overBudget');
  assert.equal(matches('value == ""', { value: '['.repeat(200) }), 'overBudget');
});

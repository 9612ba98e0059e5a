import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compactJson, jsonSummary, prettyJson } from '../../../console/src/messages/json-print.ts';
import { jsonDepthMax, readJson } from '../../../console/src/messages/json-tree.ts';

function pretty(text: string): string | null {
  const node = readJson(text);
  return node === null ? null : prettyJson(node);
}

test('numbers keep every digit and their form', () => {
  const numbers = [
    '9007199254740993',
    '-0',
    '1E+400',
    '0.1000000000000000055511151231257827',
    '123456789012345678901234567890',
    '1.0',
  ];
  for (const number of numbers) assert.equal(pretty(` ${number}\n`), number);
  assert.equal(pretty(`[${numbers.join(',')}]`), `[\n  ${numbers.join(',\n  ')}\n]`);
});

test('members keep their order, their like names and their escapes', () => {
  const text = String.raw`{"b":1,"2":2,"1":3,"b":"\u00e9\/","__proto__":{}}`;
  assert.equal(
    pretty(text),
    [
      '{',
      '  "b": 1,',
      '  "2": 2,',
      '  "1": 3,',
      String.raw`  "b": "\u00e9\/",`,
      '  "__proto__": {}',
      '}',
    ].join('\n'),
  );
  const node = readJson(text);
  assert.ok(node !== null);
  assert.equal(compactJson(node), text);
});

test('empty branches stay on their line', () => {
  assert.equal(pretty('[ [ ] , { } , [[]] ]'), '[\n  [],\n  {},\n  [\n    []\n  ]\n]');
});

test('what JSON.parse refuses is no JSON', () => {
  const texts = [
    '',
    ' ',
    '01',
    '+1',
    '.5',
    '1.',
    '1e',
    'nul',
    'True',
    'NaN',
    "'a'",
    '"a',
    '"\t"',
    String.raw`"\x41"`,
    String.raw`"\u12"`,
    '[1,]',
    '[,1]',
    '{"a":1,}',
    '{"a"}',
    '{a:1}',
    '[1}',
    '{"a":1]',
    '1 2',
    '[1] x',
    '\ufeff1',
    '\u00a01',
    '{"a":}',
    ']',
    '}',
    ',',
  ];
  for (const text of texts) {
    assert.throws(() => JSON.parse(text), text);
    assert.equal(readJson(text), null, text);
  }
});

test('it says the same as JSON.parse of any JSON, and of JSON with a character changed', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom(...Array.from('{}[],:"\\0e-. \n')),
      (json, at, character) => {
        const node = readJson(json);
        assert.ok(node !== null);
        assert.deepEqual(JSON.parse(prettyJson(node)), JSON.parse(json));
        assert.equal(compactJson(node), json);
        const place = at % (json.length + 1);
        const changed = json.slice(0, place) + character + json.slice(place + 1);
        assert.equal(readJson(changed) !== null, parses(changed), changed);
      },
    ),
    { seed: 20261126 },
  );
});

test('depth is bounded and costs no stack', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.ok(readJson(nested(jsonDepthMax)) !== null);
  assert.equal(readJson(nested(jsonDepthMax + 2)), null);
  assert.equal(readJson(nested(1_000_000)), null);
  assert.equal(readJson('[{"a":'.repeat(500_000)), null);
});

test('a string of many megabytes is read, and so are a hundred thousand escapes', () => {
  for (const inside of ['x'.repeat(20_000_000), String.raw`\n`.repeat(100_000)]) {
    const node = readJson(`{"a":"${inside}"}`);
    assert.equal(node?.kind === 'object' && node.members[0]?.node.kind, 'string');
  }
});

test('a summary is cut at its length and says that it was', () => {
  const node = readJson('{"player":"ViratKohli","runs":9007199254740993,"out":false}');
  assert.ok(node !== null);
  const summary = (length: number) =>
    jsonSummary(node, length)
      .map(({ text }) => text)
      .join('');
  assert.equal(summary(100), '{"player": "ViratKohli", "runs": 9007199254740993, "out": false}');
  assert.equal(summary(16), '{"player": "Vira…');
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

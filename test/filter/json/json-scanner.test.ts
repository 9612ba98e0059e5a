import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget } from '../../../src/filter/cel/budget.ts';
import { CelDouble, CelMap, CelUint, isList } from '../../../src/filter/cel/values.ts';
import type { CelValue } from '../../../src/filter/cel/values.ts';
import { filterLimits } from '../../../src/filter/filter-limits.ts';
import { WantedField, fieldState } from '../../../src/filter/json/field-tree.ts';
import { JsonScanner } from '../../../src/filter/json/json-scanner.ts';
import { readJsonValue } from '../../../src/filter/json/json-values.ts';
import { holds } from '../../config/property.ts';

const utf8 = new TextEncoder();
const paths = [['a'], ['b'], ['a', 'b'], ['a', 'b', 'c'], ['é"'], ['a', 'b', 'c', 'd']];

/** What the scanner finds in `text`, which stands within other bytes. */
function scanned(text: string | Uint8Array, depthMax = 128) {
  const bytes = typeof text === 'string' ? utf8.encode(text) : text;
  const within = Buffer.concat([Buffer.from('"{['), bytes, Buffer.from('5]}"')]);
  const root = new WantedField('');
  const fields = paths.map((path) => root.descendant(path));
  const kind = new JsonScanner(depthMax).scan(within, 3, 3 + bytes.length, root);
  const budget = new Budget(filterLimits);
  const read = (field: WantedField) => readJsonValue(within, field.startAt, field.endAt, budget);
  return {
    kind,
    whole: () => plainOf(read(root)),
    found: () =>
      fields.map(({ state }, i) => {
        const field = fields[i] as WantedField;
        return state === fieldState.present ? { value: plainOf(read(field)) } : state;
      }),
  };
}

/** A value as `JSON.parse` has it. */
function plainOf(value: CelValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof CelDouble) return value.value;
  if (value instanceof CelUint) return Number(value.value);
  if (isList(value)) return value.map(plainOf);
  if (!(value instanceof CelMap)) return value;
  const entries = [...value.entries].map(([key, one]) => [String(key), plainOf(one)] as const);
  return { __proto__: null, ...Object.fromEntries(entries) };
}

/** The same as `found` by what `JSON.parse` made. */
function lookedUp(document: unknown) {
  return paths.map((path) => {
    let value = document;
    for (const [i, name] of path.entries()) {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (!isObject) return fieldState.nowhere;
      if (!Object.hasOwn(value as object, name)) {
        return i === path.length - 1 ? fieldState.missing : fieldState.nowhere;
      }
      value = (value as Record<string, unknown>)[name];
    }
    return { value };
  });
}

function wellFormed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'string' ? one.toWellFormed() : one,
  );
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function same(text: string): void {
  const [found, expected] = [scanned(text), parsed(text)];
  assert.equal(found.kind, expected === undefined ? 'other' : 'json', text);
  if (expected === undefined) return;
  assert.deepEqual(wellFormed(found.whole()), wellFormed(expected.value), text);
  assert.deepEqual(
    found.found().map((one) => wellFormed(one)),
    lookedUp(expected.value).map((one) => wellFormed(one)),
    text,
  );
}

const someName = fc.constantFrom('a', 'b', 'c', 'd', 'é"', 'other', '__proto__', 'aa');
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null)), // prettier-ignore
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(someName, tie('tree')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)), // prettier-ignore
  ),
}));

test('whatever JSON.parse reads is JSON, and its fields are where they should be', () => {
  const spaces = fc.constantFrom(undefined, 1, '\t');
  holds(
    fc.property(tree, spaces, (value, space) => same(JSON.stringify(value, null, space))),
    500,
  );
});

test('what is changed at any place is JSON where JSON.parse says so', () => {
  const change = fc.record({
    at: fc.nat(200),
    removed: fc.nat(2),
    added: fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '0', '-', '.', 'e', '+', ' ', 'u00e9', '\\u00e', '\n', '\x01', 'nul', 'true', '"a":', 'é'), // prettier-ignore
  });
  holds(
    fc.property(tree, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
      let text = JSON.stringify(value);
      for (const { at, removed, added } of changes) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + added + text.slice(place + removed);
      }
      same(text);
    }),
    1500,
  );
});

test('odd texts are JSON where JSON.parse says so', () => {
  for (const text of [
    '',
    ' ',
    'null',
    ' true ',
    'nul',
    'truee',
    '-',
    '-0',
    '01',
    '-01',
    '1.',
    '.5',
    '1e',
    '1e+',
    '1E-7',
    '1e400',
    '"',
    '"\\',
    '"\\u12',
    '"\\u12G4"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"a\nb"',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a" : 1 , "b":2}',
    '1 2',
    '[]]',
    '{}}',
    '[}',
    '{]',
    '{"a":{"b":1},"a":2}',
    '{"a":2,"a":{"b":{"c":3}}}',
    '{"\\u0061":1}',
    '{"\\u00e9\\"":1}',
    '\ufeff{}',
    '{}\u00a0',
    '\v1',
    '/**/1',
    '{"__proto__":{"a":1}}',
    '{"a":{"__proto__":1}}',
    '1'.repeat(400),
  ]) {
    // prettier-ignore
    same(text);
  }
});

test('bytes that are not UTF-8 are not JSON', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    // prettier-ignore
    assert.equal(scanned(Uint8Array.from(bytes)).kind, 'other');
  }
  assert.equal(scanned(Uint8Array.of(0x22, 0xc3, 0xa9, 0x22)).kind, 'json');
});

test('what nests deeper than it may says so, and what does not may be as long as it likes', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  assert.equal(scanned(nested(8), 8).kind, 'json');
  assert.equal(scanned(nested(9), 8).kind, 'tooDeep');
  assert.equal(scanned('{"a":'.repeat(9) + '1' + '}'.repeat(9), 8).kind, 'tooDeep');
  assert.equal(scanned('{"x":'.repeat(9) + '1' + '}'.repeat(9), 8).kind, 'tooDeep');
  assert.equal(scanned(`[${`${nested(7)},`.repeat(1000)}1]`, 8).kind, 'json');
  assert.equal(scanned('['.repeat(1_000_000)).kind, 'tooDeep');
});

test('numbers of JSON are ints, uints beyond them, and doubles', () => {
  const read = (text: string) => {
    const bytes = Buffer.from(text);
    return readJsonValue(bytes, 0, bytes.length, new Budget(filterLimits));
  };
  for (const [text, expected] of [
    ['0', 0],
    ['-0', 0],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9223372036854775808', new CelUint(2n ** 63n)],
    ['18446744073709551615', new CelUint(2n ** 64n - 1n)],
    ['18446744073709551616', new CelDouble(2 ** 64)],
    ['-9223372036854775809', new CelDouble(-(2 ** 63))],
    ['1.0', new CelDouble(1)],
    ['1e2', new CelDouble(100)],
    ['-0.0', new CelDouble(-0)],
    ['1e999', new CelDouble(Infinity)],
    ['9'.repeat(5000), new CelDouble(Infinity)],
  ] as const) {
    assert.deepEqual(read(text), expected, text);
  }
});

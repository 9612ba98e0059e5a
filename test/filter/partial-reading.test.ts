/**
 * Goal: what is asked of parts of a record, without the rest being made, has the answer that the whole would give.
 * Method: the same condition with `dyn(…)` around each variable, which hides that it is one, so that all is made.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileFilter } from '../../src/filter/filter.ts';
import type { FilteredRecord } from '../../src/filter/record-values.ts';
import { holds } from '../config/property.ts';
import { recordOf } from './records.ts';

const name = fc.constantFrom('a', 'b', 'é', 'size', '__proto__', 'x"y');
const text = fc.oneof(
  fc.constantFrom('', 'a', 'é🙂', 'x"y', '\\', '12', '\ufffd', '\ud800'),
  fc.string(),
);
const scalar = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)); // prettier-ignore
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)), // prettier-ignore
  ),
}));

/** JSON as others write it: names twice, everything escaped, and broken. */
const jsonText = fc
  .tuple(json, fc.constantFrom('plain', 'spaced', 'escaped', 'twice', 'cut'))
  .map(([value, how]) => {
    const plain = JSON.stringify(value);
    if (how === 'spaced') return JSON.stringify(value, null, '\t');
    if (how === 'escaped') {
      return plain.replaceAll(/[^\0-\x7f]|[a-z](?=[^"]*":)/g, (one) => {
        return one.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''); // prettier-ignore
      });
    }
    if (how === 'twice') return `{"a":{"b":1,"a":[]},"b":"a","a":${plain},"b":${plain}}`;
    return how === 'cut' ? plain.slice(0, -1) : plain;
  });

const bytesOrText = fc.oneof(text, fc.uint8Array({ maxLength: 5 }), fc.constant(null));
const record: fc.Arbitrary<FilteredRecord> = fc
  .record({
    value: fc.oneof(jsonText, bytesOrText),
    key: bytesOrText,
    headers: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'é'), bytesOrText), { maxLength: 3 }),
  })
  .map((fields) => recordOf(fields));

const step = fc.oneof(
  name.map((field) => `[${literal(field)}]`),
  fc.constantFrom('.a', '.b', '.size', '[0]', '.`x y`'),
);
const path = fc
  .tuple(
    fc.constantFrom('value', 'value', 'value', 'headers.a', 'headers["é"]', 'key'),
    fc.array(step, { maxLength: 3 }),
  )
  .map(([variable, steps]) => variable + steps.join(''));

/** A literal of CEL that is this text. Half a surrogate pair is none. */
function literal(value: string): string {
  return JSON.stringify(value.toWellFormed());
}

const condition = fc
  .tuple(path, path, text, fc.integer(), fc.nat(13))
  .map(([one, other, wanted, number, form]) => {
    const quoted = literal(wanted);
    const forms = [
      `${one} == ${quoted}`,
      `${quoted} == ${one}`,
      `${one} != ${quoted}`,
      `${one} == ${number}`,
      `${one} < ${number}`,
      `has(${one}.a)`,
      `!has(${one}.b) || ${one}.b == ${quoted}`,
      `${one} in [${quoted}, ${number}, 1.5, null]`,
      `${one} == ${other}`,
      `type(${one}) == string`,
      `${one}.startsWith(${quoted})`,
      `${one}.exists(x, x == ${quoted} || x == ${number})`,
      `size(${one}) == 1 && ${other} == ${quoted}`,
      `${one} == null ? ${other} == ${quoted} : ${other} != ${quoted}`,
    ];
    return forms[form] ?? 'true';
  });

function verdict(source: string, of: FilteredRecord): string {
  const filter = compileFilter(source);
  const isMatch = filter.matches(of);
  return filter.counters.failed > 0 ? 'failed' : String(isMatch);
}

test('parts of a record give the answers that the whole gives', () => {
  const verdicts = new Map<string, number>();
  holds(
    fc.property(condition, fc.array(record, { minLength: 1, maxLength: 4 }), (source, records) => {
      const whole = source.replaceAll(/(?<![\w"`])(?:value|headers|key)(?=[.[ )]|$)/g, 'dyn($&)');
      assert.notEqual(whole, source);
      const [filter, other] = [compileFilter(source), compileFilter(whole)];
      for (const one of records) {
        assert.equal(filter.matches(one), other.matches(one), `${source} is not ${whole}`);
        const found = verdict(source, one);
        assert.equal(found, verdict(whole, one), `${source} is not ${whole}`);
        verdicts.set(found, (verdicts.get(found) ?? 0) + 1);
      }
      assert.deepEqual(filter.counters, other.counters);
    }),
    3000,
  );
  for (const found of ['true', 'false', 'failed']) {
    assert.ok((verdicts.get(found) ?? 0) > 300, `${found}: ${verdicts.get(found)}`);
  }
});

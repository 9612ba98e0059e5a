/**
 * Goal: whatever a filter or a record is, a record costs no more than it may, and nothing throws.
 * Method: steps and bytes are counted, no time is measured.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget, OverBudget } from '../../src/filter/cel/budget.ts';
import { compileCondition } from '../../src/filter/cel/program.ts';
import { filterLimits } from '../../src/filter/filter-limits.ts';
import { compileFilter } from '../../src/filter/filter.ts';
import { RecordVariables } from '../../src/filter/record-variables.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { holds } from '../config/property.ts';
import { recordOf } from './records.ts';
import type { RecordInText } from './records.ts';

/** What the filter takes for the record, and whether that was too much. */
function costOf(source: string, record: RecordInText) {
  const budget = new Budget(filterLimits);
  const variables = new RecordVariables(budget, filterLimits.jsonDepthMax);
  const evaluate = compileCondition(source, variables, filterLimits, budget);
  budget.restart();
  variables.record.load(recordOf(record));
  variables.reset();
  let isOver = false;
  try {
    evaluate();
  } catch (error) {
    assert.equal(error, OverBudget.thrown);
    isOver = true;
  }
  return { steps: budget.steps, bytes: budget.bytes, isOver };
}

function refusal(source: string): string {
  try {
    compileFilter(source);
  } catch (error) {
    assert.ok(hasCode(error, 'INVALID_FILTER'), String(error));
    assert.ok(error.message.length < 800, 'the message is short, however long the filter');
    return error.details.reason;
  }
  throw new Error(`${source.slice(0, 50)} was taken`);
}

test('what nests too deep is refused, in every kind of bracket and row of operators', () => {
  for (const deep of [
    `${'('.repeat(5000)}true${')'.repeat(5000)}`,
    `${'['.repeat(5000)}${']'.repeat(5000)} == []`,
    `${'{1:'.repeat(4000)}1${'}'.repeat(4000)} == {}`,
    `${'value['.repeat(2000)}0${']'.repeat(2000)} == 0`,
    `${'int('.repeat(3000)}1${')'.repeat(3000)} == 1`,
    `value${'.a'.repeat(5000)} == 1`,
    `value${'[0]'.repeat(5000)} == 1`,
    `value${'.size()'.repeat(2000)} == 1`,
    `offset${' + 1'.repeat(4000)} == 1`,
    `offset${' * 1'.repeat(4000)} == 1`,
    `${'true ? true : '.repeat(1000)}true`,
    `${'value.all(x, '.repeat(1000)}true${')'.repeat(1000)}`,
    `key == ${'('.repeat(16_000)}`,
  ]) {
    assert.match(refusal(deep), /nests deeper than 100 levels/, deep.slice(0, 40));
  }
  assert.equal(compileFilter(`${'!'.repeat(16_000)}true`).matches(recordOf()), true);
  assert.equal(compileFilter(`offset == ${'-'.repeat(16_000)}41`).matches(recordOf()), true);
});

test('what is too long or has too many parts is refused', () => {
  assert.match(refusal(`key == "${'a'.repeat(20_000)}"`), /longer than 16384 characters/);
  assert.match(refusal(`key in [${'1,'.repeat(3000)}1]`), /more than 2000 values, names/);
  assert.match(refusal(`offset == 1${'0'.repeat(15_000)}`), /beyond what an int holds/);
  assert.match(refusal(`offset == 0x${'f'.repeat(15_000)}`), /beyond what an int holds/);
  assert.match(refusal('`'.repeat(5000)), /has no meaning here/);
  assert.match(refusal('"\\'.repeat(5000)), /./);
});

test('the least that the language asks of everyone is taken', () => {
  const row = (count: number, joint: string) =>
    Array.from({ length: count }, () => 'true').join(joint);
  for (const source of [
    row(32, ' || '),
    row(32, ' && '),
    row(1500, '||'),
    `${'true ? true : '.repeat(24)}true`,
    `offset${' + 1'.repeat(24)} > 0`,
    `value${'.a'.repeat(12)} == 1`,
    `[${row(32, ',')}].all(x, x)`,
    `${'['.repeat(12)}${']'.repeat(12)} != []`,
    `${'['.repeat(50)}${']'.repeat(50)} != []`,
  ]) {
    compileFilter(source);
  }
});

test('a regular expression that would compile to too much is refused', () => {
  for (const regex of [
    '(a{1000}){1000}',
    '(((a{100}){100}){100}){100}',
    '.{2000}',
    '(x+x+){500}y',
  ]) {
    assert.match(refusal(`key.matches("${regex}")`), /regular expression/, regex);
  }
  assert.match(
    refusal(String.raw`key.matches(r"(?i)[${String.raw`B-\x{1E942}`.repeat(300)}]")`),
    /classes/,
  );
});

test('many regular expressions have no more together than one may have', () => {
  const many = (count: number, regex: string) =>
    Array.from({ length: count }, () => `key.matches(r"${regex}")`).join(' || ');
  assert.match(refusal(many(3, 'a{900}')), /instructions/);
  assert.match(refusal(many(5, String.raw`(?i)[\x{100}-\x{1E942}]`)), /classes/);
  compileFilter(many(50, '^(Virat|Rohit)'));
});

test('a regular expression that backtracks elsewhere costs a step a character and instruction here', () => {
  for (const regex of ['(a+)+$', '(a|a)*b', '(a*)*c', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
    const text = 'a'.repeat(1000);
    const { steps, isOver } = costOf(`value.matches("${regex}")`, { value: text });
    assert.ok(!isOver && steps < 1001 * 60 + 200, `${regex}: ${steps}`);
    const large = costOf(`value.matches("${regex}")`, { value: 'a'.repeat(100_000) });
    assert.ok(large.isOver, regex);
  }
});

const numbers = JSON.stringify(Array.from({ length: 1000 }, (_, i) => i));

test('macros within macros end when the record has cost what it may', () => {
  for (const source of [
    'value.exists(a, value.exists(b, value.exists(c, a + b + c < 0)))',
    'value.all(a, value.all(b, value.all(c, value.all(d, a + b + c + d >= 0))))',
    'value.map(a, value.map(b, value.map(c, a))) == []',
    'value.filter(a, value.exists_one(b, value.exists(c, c == -1))) != []',
    'value.exists(a, value.map(b, b)[a] == -1)',
    'value.all(a, a in value && -1 - a in value || true)',
  ]) {
    const { steps, bytes, isOver } = costOf(source, { value: numbers });
    assert.ok(isOver, source);
    assert.ok(steps <= filterLimits.stepsMax + 20_000, `${source}: ${steps} steps`);
    assert.ok(bytes <= filterLimits.bytesMax + 200_000, `${source}: ${bytes} bytes`);
  }
});

test('no expression makes more than a record may have made', () => {
  const doubling = (times: number, start: string, twice: string) =>
    `[${start}]${`.map(x, ${twice})`.repeat(times)}`;
  for (const source of [
    `${doubling(30, '"aaaaaaaa"', 'x + x')}[0] == "b"`,
    `${doubling(30, 'b"aaaaaaaa"', 'x + x')}[0] == b"b"`,
    `${doubling(30, '[1]', 'x + x')}[0] == [2]`,
    `${doubling(30, 'value', 'string(x) + string(x)')}[0] == "b"`,
    `size(value.map(a, value.map(b, value))) == 1`,
  ]) {
    const { bytes, isOver } = costOf(source, { value: numbers.replaceAll(/[[\]]/g, ' ') });
    assert.ok(isOver || bytes <= filterLimits.bytesMax, source);
    assert.ok(bytes <= filterLimits.bytesMax * 3, `${source}: ${bytes}`);
  }
});

test('lists that share their elements are compared element by element, and that counts', () => {
  const shared = `[value]${'.map(x, [x, x])'.repeat(40)}`;
  const { steps, isOver } = costOf(`${shared} == ${shared}`, { value: '1' });
  assert.ok(isOver && steps <= filterLimits.stepsMax + 1, `${steps}`);
});

test('searching and converting long texts in a loop counts by their length', () => {
  const value = JSON.stringify({
    list: Array.from({ length: 200 }, () => 1),
    text: '1'.repeat(50_000),
  });
  for (const condition of [
    'value.text.contains("2")',
    'size(value.text) == 1',
    'int(value.text) == 1',
    'double(value.text) == 1.0',
    'bool(value.text)',
    'timestamp(value.text) == timestamp(0)',
    'duration(value.text) == duration("0")',
    'value.text == value.text + ""',
    'value.text < value.text + ""',
    'bytes(value.text) == b""',
    'value.text.matches("2")',
  ]) {
    const source = `value.list.all(x, ${condition} || true)`;
    const { isOver, steps, bytes } = costOf(source, { value });
    assert.ok(isOver, `${condition}: ${steps}, ${bytes}`);
  }
});

test('a part that is longer than the tables of a search costs the product of both', () => {
  const part = `b${'a'.repeat(5000)}`;
  const { steps } = costOf('value.contains(key)', { value: 'a'.repeat(500), key: part });
  assert.ok(steps > (500 * 5000) / 8, `${steps}`);
});

test('time zones of records cost as much as making them does', () => {
  const zones = ['Europe/Paris', 'Asia/Kolkata', 'America/New_York', 'No/Where', 'a'.repeat(1000)];
  const value = JSON.stringify(Array.from({ length: 2000 }, (_, i) => zones[i % zones.length]));
  const { isOver } = costOf('value.all(zone, timestamp.getHours(zone) > -1 || true)', { value });
  assert.ok(isOver);
});

test('what is constant is worked out within what one record has', () => {
  const source = `[${Array.from({ length: 60 }, (_, i) => `"${'a'.repeat(200)}${i}".matches("(a+)+${i}b")`).join(',')}].exists(x, x)`;
  const filter = compileFilter(source);
  filter.matches(recordOf());
  assert.equal(filter.counters.matched, 0);
});

test('what fails for every record is refused', () => {
  assert.match(refusal('timestamp > timestamp("tomorrow")'), /fails whatever the record is/);
  assert.match(refusal('offset / 1 > 1 / 0'), /fails whatever the record is/);
  assert.match(refusal('value.a == [1, 2][2]'), /fails whatever the record is/);
  assert.match(refusal('value.a == int("1.5")'), /fails whatever the record is/);
});

test('hostile JSON matches or not, within bounds', () => {
  const filter = compileFilter(
    'value.a == 1 || value.__proto__ == "x" || has(value.constructor) || value.exists(k, k == "toString")',
  );
  const values = [
    '{"__proto__": "x"}',
    '{"__proto__": {"a": 1}}',
    '{"constructor": 1}',
    '{"toString": 1}',
    '{"a": 2, "a": 1}',
    '{"a": 1, "a": 2}',
    `{"a": ${'1'.repeat(100_000)}}`,
    `{"a": 1e${'9'.repeat(1000)}}`,
    `{"a": ${'['.repeat(100)}${']'.repeat(100)}}`,
    `{"a": ${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`,
    `[${'[],'.repeat(100_000)}[]]`,
    `{"b": "${'\\ud800'.repeat(10_000)}", "a": 1}`,
    `{"${'k'.repeat(100_000)}": 1, "a": 1}`,
    '{"a": 1}garbage',
    '{"a": 1',
    '['.repeat(300_000),
    '{"a":'.repeat(100_000),
  ];
  const outcomes = values.map((value) => filter.matches(recordOf({ value })));
  assert.deepEqual(outcomes.slice(0, 6), [true, false, true, true, true, false]);
  assert.equal(filter.counters.evaluated, values.length);
  assert.deepEqual(
    outcomes.slice(11, 15),
    [true, true, false, false],
    'a large record is no less a record',
  );
  // The two that nest too deep, and 100,000 elements that the macro goes over.
  assert.equal(filter.counters.overBudget, 3);
  assert.equal(Object.hasOwn(Object.prototype, 'a'), false);
});

test('a filter of any tokens is taken or refused, and answers for any record', () => {
  const token = fc.constantFrom(
    'value', 'key', 'headers', 'bytes', 'timestamp', 'offset', 'x', '.a', '.size()', '.exists(x,', '.map(x,', '.matches("a+")',
    '["a"]', '[0]', '(', ')', '[', ']', '{', '}', ',', ':', '?', '==', '!=', '<', '>=', '+', '-', '*', '/', '%', '&&', '||', '!', ' in ',
    '1', '2u', '1.5', '"a"', "b'a'", 'true', 'null', 'has(', 'size(', 'int(', 'string(', 'type(', 'dyn(', 'timestamp(', 'duration("1h")',
    'getHours("UTC")', '//\n', '9223372036854775807', '`', '\\',
  ); // prettier-ignore
  const records = ['{"a":[1,"a",{"a":null}]}', '[1,2.5,"a"]', 'text', '"a"', '12'].map((value) =>
    recordOf({ value }),
  );
  holds(
    fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
      let filter;
      try {
        filter = compileFilter(tokens.join(''));
      } catch (error) {
        assert.ok(hasCode(error, 'INVALID_FILTER'), `${tokens.join('')}: ${String(error)}`);
        return;
      }
      for (const record of records) filter.matches(record);
    }),
    3000,
  );
});

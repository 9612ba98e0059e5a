import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../src/filter/filter.ts';
import { hasCode } from '../../src/util/odradek-error.ts';

function refusal(source: string) {
  try {
    compileFilter(source);
  } catch (error) {
    assert.ok(hasCode(error, 'INVALID_FILTER'), String(error));
    return { message: error.message, ...error.details };
  }
  throw new Error(`${source} was taken`);
}

test('a filter that cannot be is refused with the place of the mistake', () => {
  for (const [source, column, reason] of [
    ['', 1, /there is no expression/],
    ['key ==', 7, /the end stands where a value is expected/],
    ['key = "a"', 5, /two are compared by ==/],
    ['(key == "a"', 12, /the end stands where \) is expected/],
    ['key == "a" b', 12, /b stands where the end is expected/],
    ['key == "a', 8, /a string that does not end/],
    ['key == "\\q"', 9, /\\q is no escape sequence/],
    ['offset == 9223372036854775808', 11, /beyond what an int holds/],
    ['vlue.x == 1', 1, /no variable vlue; did you mean value\?/],
    ['offset == "a"', 8, /there is no == for int and string/],
    ['key == "a" && offset', 15, /an operand of && is int, not bool/],
    ['topic.startWith("a")', 7, /no method startWith; did you mean startsWith\?/],
    ['topic.startsWith(5)', 7, /string has no startsWith\(int\)/],
    ['size(1) == 1', 1, /size does not take \(int\)/],
    ['topic.x == 1', 7, /string has no fields/],
    ['offset', 1, /it is int, and should say true or false/],
    ['topic.exists(x, true)', 1, /exists goes over a list or a map, not string/],
    ['value.exists(x.y, true)', 16, /the first argument of exists names a variable/],
    ['has(value)', 5, /has takes a field/],
    ['key.matches("(")', 13, /of this regular expression, missing closing \)/],
    ['key.matches(topic)', 13, /is not a constant text/],
    ['value.a == Foo{x: 1}', 15, /no messages to build/],
    ['key in while', 8, /while is a reserved word/],
    ['[1, 2][0.5] == 1', 7, /there is no \[\] for list\(int\) and double/],
    ['offset > 1 ? true : 1', 12, /\? has bool for true and int for false/],
  ] as const) {
    const found = refusal(source);
    assert.equal(found.line, 1, source);
    assert.equal(found.column, column, `${source}: ${found.message}`);
    assert.match(found.reason, reason, source);
  }
});

test('the message shows the line of the mistake with a caret below it', () => {
  const found = refusal('key == "é🙂" &&\n  vlue.x == 1 // why?');
  assert.deepEqual([found.line, found.column], [2, 3]);
  assert.ok(found.message.endsWith('\n    vlue.x == 1 // why?\n    ^'), found.message);
  assert.match(found.message, /^the filter is not valid at line 2, column 3: there is no variable/);
});

test('of a long line only what is around the mistake is shown, and nothing that moves a cursor', () => {
  const found = refusal(`key == "${'a'.repeat(200)}\u001b[2J" && nothing == "${'b'.repeat(200)}"`);
  const [, shown = '', caret = ''] = found.message.split('\n');
  assert.ok(shown.length < 100 && shown.startsWith('  …') && shown.endsWith('…'), shown);
  assert.equal(shown.slice(caret.length - 1).slice(0, 7), 'nothing');
  assert.ok(!found.message.includes('\u001b'));
});

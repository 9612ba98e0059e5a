import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterMistake } from '../../../console/src/messages/filter-mistake.ts';

test('a mark stands under the mistake', () => {
  const { text, mark } = filterMistake('value.a ==\n  value.', { line: 2, column: 9 });
  assert.equal(text, '  value.');
  assert.equal(mark, '        ^');
});

test('of a long line the part with the mistake is shown', () => {
  const filter = `${'a'.repeat(300)}?${'b'.repeat(300)}`;
  const { text, mark } = filterMistake(filter, { line: 1, column: 301 });
  assert.ok(text.length < 80);
  assert.equal(text[mark.length - 1], '?');
  assert.ok(text.startsWith('…') && text.endsWith('…'));
});

test('a place that is not there is shown at the end', () => {
  assert.equal(filterMistake('a', { line: 1, column: 9 }).mark, '        ^');
  assert.equal(filterMistake('a', { line: 7, column: 1 }).text, '');
});

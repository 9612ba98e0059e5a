import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowOf, runExample } from './run-example.ts';

const visit = [
  ['login', 'security', 'welcome, ann'],
  ['list', 'books', 'Moby-Dick, Middlemarch, The Trial, Don Quixote'],
  ['details', 'books', 'The Trial, 9.90 €'],
  ['buy', 'orders', 'The Trial is yours: order-1'],
  ['status', 'orders', 'The Trial is on its way'],
  ['return', 'orders', 'The Trial is returned'],
  ['status', 'orders', 'The Trial is returned'],
  ['logout', 'security', 'good-bye, ann'],
  ['buy', 'orders', 'please log in first'],
];

test('bookstore answers all that a customer can want, and says what each routing costs', async () => {
  const printed = await runExample('bookstore/main.ts');
  const answers = [...printed.matchAll(/ann: (\w+) +──▶ (\w+) +──▶ (.*)/g)];
  assert.deepEqual(
    answers.map(([, ...words]) => words),
    visit,
  );
  assert.deepEqual(rowOf(printed, 'the back ends received'), [300, 900, 300]);
  assert.deepEqual(rowOf(printed, 'of that thrown away, not theirs'), [0, 600, 0]);
  const [byTopic = 0, bySifting = 0, byContent = 0] = rowOf(printed, 'bytes, for each request');
  assert.ok(byTopic > 0 && bySifting > 2 * byTopic, printed);
  assert.ok(byContent < bySifting, printed);
  assert.deepEqual(rowOf(printed, 'it received'), [220, 300, 170]);
  assert.match(printed, /it received.*\n +of that thrown away +50 +130 +0\n/);
});

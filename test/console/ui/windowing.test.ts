import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowWindow } from '../../../console/src/ui/windowing.ts';

test('the rows in view are drawn, and the others take the room that they would', () => {
  for (const scrolled of [-500, 0, 17, 3500, 349_000, 350_000, 900_000]) {
    const { first, last, spaceBefore, spaceAfter } = rowWindow(10_000, 35, scrolled, 900);
    assert.equal(spaceBefore + (last - first) * 35 + spaceAfter, 350_000);
    assert.ok(last - first <= 900 / 35 + 27, `${last - first} rows at ${scrolled}`);
    const seenFirst = Math.max(0, Math.floor(scrolled / 35));
    const seenLast = Math.min(10_000, Math.ceil((scrolled + 900) / 35));
    if (seenLast > seenFirst) assert.ok(first <= seenFirst && last >= seenLast);
  }
});

test('a list of nothing draws nothing', () => {
  assert.deepEqual(rowWindow(0, 35, 0, 900), { first: 0, last: 0, spaceBefore: 0, spaceAfter: 0 });
});

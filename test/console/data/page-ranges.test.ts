import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pagesAround } from '../../../console/src/data/page-ranges.ts';

test('the pages that hold what is seen are asked for, and no others', () => {
  assert.deepEqual(pagesAround({ first: 0, last: 1 }, 100), [0]);
  assert.deepEqual(pagesAround({ first: 0, last: 0 }, 100), [0]);
  assert.deepEqual(pagesAround({ first: 99, last: 100 }, 100), [0]);
  assert.deepEqual(pagesAround({ first: 99, last: 101 }, 100), [0, 100]);
  assert.deepEqual(pagesAround({ first: 9_950, last: 10_000 }, 100), [9900]);
});

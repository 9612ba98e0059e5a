import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearestWord } from '../../src/util/nearest.ts';

test('the distance of two words is how many letters have to change', () => {
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(editDistance('abc', 'abc'), 0);
  assert.equal(editDistance('kitten', 'sitting'), 3);
});

test('the nearest word is at most a third of the letters away, whatever its case', () => {
  const words = ['num.partitions', 'num.io.threads', 'log.dirs'];
  assert.equal(nearestWord('num.partition', words), 'num.partitions');
  assert.equal(nearestWord('LOG.DIR', words), 'log.dirs');
  assert.equal(nearestWord('something.else', words), undefined);
});

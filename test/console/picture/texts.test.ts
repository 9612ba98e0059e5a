import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownedText, rangesText } from '../../../console/src/picture/texts.ts';

test('partitions are told as ranges', () => {
  assert.equal(rangesText([]), '');
  assert.equal(rangesText([2, 0, 1]), '0–2');
  assert.equal(rangesText([0, 1, 5]), '0, 1, 5');
  assert.equal(rangesText([7, 3, 4, 5, 9]), '3–5, 7, 9');
  assert.equal(ownedText([]), 'no partitions');
  const owned = [
    { topic: 'orders', partition: 0 },
    { topic: 'payments', partition: 1 },
    { topic: 'orders', partition: 1 },
    { topic: 'orders', partition: 2 },
  ];
  assert.equal(ownedText(owned), 'orders 0–2, payments 1');
});

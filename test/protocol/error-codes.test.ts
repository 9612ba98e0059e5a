import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  errorCodes,
  errorMeaning,
  errorName,
  errorTable,
  isRetriable,
} from '../../src/protocol/error-codes.ts';

test('the codes run from -1 to 133 without a gap, each with its own name and sentence', () => {
  assert.deepEqual(
    errorTable.map(({ code }) => code),
    Array.from({ length: 135 }, (_, i) => i - 1),
  );
  assert.equal(new Set(errorTable.map(({ name }) => name)).size, errorTable.length);
  for (const { meaning, name } of errorTable) assert.match(meaning, /^[A-Z].*\.$/, name);
});

test('codes and names lead to each other', () => {
  const offsetOutOfRange: 1 = errorCodes.OFFSET_OUT_OF_RANGE;
  assert.equal(errorName(offsetOutOfRange), 'OFFSET_OUT_OF_RANGE');
  assert.equal(errorCodes.UNKNOWN_SERVER_ERROR, -1);
  assert.equal(errorName(9999), undefined);
  assert.equal(errorMeaning(9999), undefined);
  assert.equal(errorMeaning(0), 'All went well.');
});

test('only retriable errors make a client ask for new metadata', () => {
  assert(isRetriable(errorCodes.NOT_LEADER_OR_FOLLOWER));
  assert(!isRetriable(errorCodes.INVALID_REQUEST));
  assert(!isRetriable(9999));
  for (const { retriable, invalidatesMetadata } of errorTable)
    assert(retriable || !invalidatesMetadata);
});

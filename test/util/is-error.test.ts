import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { errorText, isError } from '../../src/util/is-error.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';

test('errors of this realm, of another and of our own class are errors', () => {
  const foreign: unknown = runInNewContext("new TypeError('from afar')");
  assert.equal(foreign instanceof Error, false);
  assert.equal(isError(foreign), true);
  assert.equal(errorText(foreign), 'from afar');
  assert.equal(isError(new OdradekError('stopped', { code: 'BROKER_STOPPED' })), true);
});

test('what only looks like an error is none', () => {
  assert.equal(isError({ message: 'text' }), false);
  for (const value of [undefined, null, 'text', 7]) {
    assert.equal(isError(value), false);
    assert.equal(errorText(value), String(value));
  }
});

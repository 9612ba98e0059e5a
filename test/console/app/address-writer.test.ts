import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressWriter } from '../../../console/src/app/address-writer.ts';

function harness() {
  const written: string[] = [];
  const timers: (() => void)[] = [];
  const writer = createAddressWriter({
    write: (href) => written.push(href),
    later: (act) => timers.push(act),
  });
  return { written, writer, pass: () => timers.shift()?.() };
}

test('the first address is written at once, and of those that follow the latest after a pause', () => {
  const { written, writer, pass } = harness();
  for (const href of ['#/a', '#/b', '#/c']) writer.replace(href);
  assert.deepEqual(written, ['#/a']);
  assert.equal(writer.pending, '#/c');
  pass();
  assert.deepEqual(written, ['#/a', '#/c']);
  pass();
  writer.replace('#/d');
  assert.deepEqual(written, ['#/a', '#/c', '#/d']);
});

test('what is pending when the page goes elsewhere is not written over it', () => {
  const { written, writer, pass } = harness();
  writer.replace('#/a');
  writer.replace('#/b');
  writer.forget();
  pass();
  assert.deepEqual(written, ['#/a']);
  assert.equal(writer.pending, undefined);
});

test('what is pending is written before an address comes behind it', () => {
  const { written, writer, pass } = harness();
  writer.replace('#/a');
  writer.replace('#/b');
  writer.settle();
  assert.deepEqual(written, ['#/a', '#/b']);
  pass();
  assert.deepEqual(written, ['#/a', '#/b']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { OpenFiles } from '../../src/storage/open-files.ts';

/** A cache over files of a process that may have `descriptors` open at a time. */
function scarce(descriptors: number): OpenFiles {
  const files = createMemoryFiles({
    budgetBytes: 1024 * 1024,
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    openFilesMax: descriptors,
  });
  return new OpenFiles({ openFilesMax: 1000 }, { files });
}

test('with no descriptor left, files that nobody needs are closed and the bound is lowered; nothing fails', () => {
  const cache = scarce(40);
  const all = Array.from({ length: 200 }, (_, i) => cache.file(`/tmp/${i}`));
  for (let round = 0; round < 2; round++) {
    for (const file of all) file.handle(true).writev([new Uint8Array([1])], 0);
  }
  assert.ok(cache.openCount <= 30, `${cache.openCount} are open`);
});

test('when all that is open is in use, the failure is told', () => {
  const cache = scarce(20);
  for (let i = 0; i < 20; i++) cache.file(`/tmp/${i}`).pin(true);
  assert.throws(() => cache.file('/tmp/another').handle(true), {
    code: 'TOO_MANY_OPEN_FILES',
  });
});

test('with few descriptors left, one that is not in use is given to another file', () => {
  const cache = scarce(4);
  for (let i = 0; i < 3; i++) cache.file(`/tmp/${i}`).pin(true);
  for (let i = 3; i < 10; i++) cache.file(`/tmp/${i}`).handle(true);
  assert.equal(cache.openCount, 4);
});

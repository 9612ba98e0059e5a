import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import type { Files } from '../../src/runtime/runtime.ts';
import { OpenFiles } from '../../src/storage/open-files.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';

/** Files of a process that may have `descriptors` open at a time. */
function scarceFiles(descriptors: number): { files: Files; open: () => number } {
  const files = createMemoryFiles({
    budgetBytes: 1024 * 1024,
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
  });
  let open = 0;
  return {
    open: () => open,
    files: {
      ...files,
      open: (path, mode) => {
        if (open === descriptors) {
          const cause = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
          const details = { code: 'IO_ERROR', path, operation: 'open' } as const;
          throw new OdradekError('no descriptor is left', details, { cause });
        }
        const handle = files.open(path, mode);
        open++;
        const close = handle.close.bind(handle);
        handle.close = () => {
          open--;
          close();
        };
        return handle;
      },
    },
  };
}

test('with no descriptor left, files that nobody needs are closed and the bound is lowered; nothing fails', () => {
  const { files, open } = scarceFiles(40);
  const cache = new OpenFiles({ openFilesMax: 1000 }, { files });
  const all = Array.from({ length: 200 }, (_, i) => cache.file(`/tmp/${i}`));
  for (let round = 0; round < 2; round++) {
    for (const file of all) file.handle(true).writev([new Uint8Array([1])], 0);
  }
  assert.ok(open() <= 40);
  assert.ok(cache.openCount <= 30, `${cache.openCount} are open`);
});

test('when all that is open is in use, the failure is told', () => {
  const { files } = scarceFiles(20);
  const cache = new OpenFiles({ openFilesMax: 1000 }, { files });
  for (let i = 0; i < 20; i++) cache.file(`/tmp/${i}`).pin(true);
  assert.throws(() => cache.file('/tmp/another').handle(true), { code: 'IO_ERROR' });
});

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { nodeFiles } from '../../../src/runtime/node/node-files.ts';
import {
  makeTemporaryDirectory,
  removeAbandonedDirectories,
} from '../../../src/runtime/node/temporary-directory.ts';
import type { Files } from '../../../src/runtime/runtime.ts';

test('a sweep lets go of the lock of a folder that another sweep removes meanwhile', async () => {
  const abandoned = makeTemporaryDirectory();
  const before = await nodeFiles.lock(abandoned);
  assert.ok('release' in before);
  await before.release();
  let locked = 0;
  let released = 0;
  const files: Files = {
    ...nodeFiles,
    list(path) {
      // Its own folder alone: the others are none of this test's.
      if (path !== abandoned)
        return nodeFiles.list(path).filter((name) => abandoned.endsWith(name));
      // The other sweep has let go of the lock already, and removes the folder.
      rmSync(abandoned, { recursive: true });
      return nodeFiles.list(path);
    },
    async lock(path) {
      const lock = await nodeFiles.lock(path);
      if ('heldBy' in lock) return lock;
      locked++;
      return {
        async release() {
          await lock.release();
          released++;
        },
      };
    },
  };
  await removeAbandonedDirectories(files, '');
  assert.deepEqual([locked, released], [1, 1]);
});

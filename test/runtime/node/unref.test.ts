import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('with unref, a process that closes nothing ends on its own', async () => {
  const module = fileURLToPath(new URL('unref-process.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [module], { timeout: 20_000 });
  assert.equal(stdout.trim(), '55');
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { nodeFiles } from '../../../src/runtime/node/node-files.ts';

const holderModule = fileURLToPath(new URL('lock-holder.ts', import.meta.url));

async function inTemporaryDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'odradek-lock-'));
  try {
    await body(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('the lock of another process is seen, and SIGKILL leaves none behind, not even with its children', async () => {
  await inTemporaryDirectory(async (directory) => {
    const holder = spawn(process.execPath, [holderModule, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(holder.stdout), 'line')) as [string];
    const { childPid } = JSON.parse(line) as { childPid: number };
    try {
      const answer = await nodeFiles.lock(directory);
      assert.ok('heldBy' in answer);
      if (process.platform !== 'win32') assert.match(answer.heldBy ?? '', /^process \d+ on /);

      holder.kill('SIGKILL');
      await once(holder, 'exit');
      process.kill(childPid, 0);
      const lock = await nodeFiles.lock(directory);
      assert.ok('release' in lock, 'the lock went with the process');
      await lock.release();
    } finally {
      holder.kill('SIGKILL');
      process.kill(childPid, 'SIGKILL');
    }
  });
});

test('another path to the same directory, and .lock removed or old, change nothing', async () => {
  await inTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, '.lock'), 'process 1 on a machine of long ago');
    const lock = await nodeFiles.lock(directory);
    assert.ok('release' in lock);
    if (process.platform === 'linux') {
      rmSync(join(directory, '.lock'));
      const alias = `${directory}-alias`;
      symlinkSync(directory, alias);
      assert.ok('heldBy' in (await nodeFiles.lock(alias)));
      rmSync(alias);
    }
    await lock.release();
    assert.ok(existsSync(directory));
  });
});

test(
  'a directory that gets the inode of one that is being removed is locked once that lock is given back',
  { skip: process.platform !== 'linux' && 'only on Linux the lock is named after the inode' },
  async () => {
    await inTemporaryDirectory(async (directory) => {
      const sweeper = await nodeFiles.lock(directory);
      assert.ok('release' in sweeper);
      // What the new directory has of the old one: its inode, and no `.lock`.
      rmSync(join(directory, '.lock'));
      const locking = nodeFiles.lock(directory);
      await sweeper.release();
      const lock = await locking;
      assert.ok('release' in lock, 'the new directory is nobody else’s');
      await lock.release();
    });
  },
);

test('worker threads of one process exclude each other', async () => {
  await inTemporaryDirectory(async (directory) => {
    const lock = await nodeFiles.lock(directory);
    const module = new URL('../../../src/runtime/node/node-files.ts', import.meta.url).href;
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { nodeFiles } = await import(${JSON.stringify(module)});
      parentPort.postMessage('heldBy' in (await nodeFiles.lock(workerData)));
    `;
    const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    const worker = new Worker(url, { workerData: directory });
    const [held] = (await once(worker, 'message')) as [boolean];
    assert.equal(held, true);
    await worker.terminate();
    assert.ok('release' in lock);
    await lock.release();
  });
});

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import type { LogManager } from '../../src/storage/log-manager.ts';
import { must } from '../../src/util/assert.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { append, startManager, testConfig, topicId, valuesOf } from './managed-logs.ts';

const runtime = createNodeRuntime({ unref: true });

let root: string;
const managers: LogManager[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'odradek-log-manager-'));
});
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.abandon();
  rmSync(root, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startManager>[1] = {}): Promise<LogManager> {
  const manager = await startManager(runtime, { directories: [root], ...options });
  managers.push(manager);
  return manager;
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe('LogManager on real files', () => {
  it('2,000 partitions are written, closed and opened within 64 open files, and those that are busy', async () => {
    const limits = { openFilesMax: 64 };
    const before = process.platform === 'linux' ? openDescriptors() : 0;
    const manager = await start({ limits, temporary: true });
    for (let partition = 0; partition < 2000; partition += 1) {
      const log = manager.create('orders', partition, topicId, testConfig);
      if (partition % 4 === 0) append(log, `value of ${partition}`);
      if (partition % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
    if (process.platform === 'linux') assert.ok(openDescriptors() - before < 300);
    await manager.stop();
    if (process.platform === 'linux') assert.ok(openDescriptors() - before < 8);

    const again = await start({ limits, temporary: true });
    assert.equal(again.foundTopics[0]?.partitions.length, 2000);
    if (process.platform === 'linux') assert.ok(openDescriptors() - before < 300);
    for (const partition of [0, 1000, 1996]) {
      assert.deepEqual(await valuesOf(must(again.get('orders', partition))), [
        `value of ${partition}`,
      ]);
    }
    assert.equal(again.get('orders', 1999)?.logEndOffset, 0);
    await again.stop();
  });

  it('SIGKILL while it writes: every record that was reported written is there, and nothing torn', async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'append-until-killed.ts'), root],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const written = await killAfter(child, 3000);
    const again = await start();
    let records = 0;
    for (const [partition, endOffset] of written) {
      const log = must(again.get('orders', partition));
      assert.ok(log.logEndOffset >= endOffset, `${log.logEndOffset} >= ${endOffset}`);
      const values = await valuesOf(log);
      assert.equal(values.length, log.logEndOffset);
      values.forEach((value, offset) => assert.ok(value.startsWith(`${partition}/${offset} `)));
      records += endOffset;
    }
    assert.ok(records >= 3000);
    await again.stop();
  });

  it('a directory in use by another process is refused; SIGKILL gives it back', async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'append-until-killed.ts'), root],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const firstLine = once(must(child.stdout), 'data');
    await firstLine;
    await assert.rejects(start(), (error) => {
      assert.ok(hasCode(error, 'DATA_DIR_LOCKED'));
      return error.details.path === root && error.message.includes(String(child.pid));
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await start()).stop();
  });
});

/** Kills the child when it has told of so many records; answers the written end of each partition. */
async function killAfter(child: ChildProcess, records: number): Promise<Map<number, number>> {
  const written = new Map<number, number>();
  let total = 0;
  for await (const line of createInterface({ input: must(child.stdout) })) {
    const [partition, endOffset] = line.split(' ').map(Number) as [number, number];
    total += endOffset - (written.get(partition) ?? 0);
    written.set(partition, endOffset);
    if (total >= records) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  return written;
}

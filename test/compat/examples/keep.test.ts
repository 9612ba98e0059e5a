import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const pipelines = ['adverts', 'bookstore', 'cluster', 'fire-sensors', 'from-point-to-point'];

describe('each pipeline with --keep', { concurrency: 2 }, () => {
  for (const name of pipelines) {
    test(`${name} goes on beside its console until Ctrl-C`, async () => {
      const path = fileURLToPath(new URL(`../../../examples/${name}/main.ts`, import.meta.url));
      const child = spawn(process.execPath, [path, '--keep'], {
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 200_000,
      });
      const exited = once(child, 'exit');
      try {
        const url = await consoleUrlOf(createInterface({ input: child.stdout }));
        const { status } = await fetch(new URL('/health', url));
        assert.equal(status, 200);
        child.kill('SIGINT');
        assert.deepEqual(await exited, [0, null]);
      } finally {
        child.kill('SIGKILL');
      }
    });
  }
});

/** The first console that it names when it goes on. */
async function consoleUrlOf(lines: AsyncIterable<string>): Promise<string> {
  const printed = [];
  for await (const line of lines) {
    printed.push(line);
    const url = /^Going on until Ctrl-C.* (http:\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`it did not go on:\n${printed.join('\n')}`);
}

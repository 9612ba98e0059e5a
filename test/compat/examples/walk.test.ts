/**
 * Goal: whoever walks along examples/README.md sees what stands there. Method: bash runs each of its blocks in a row
 * against one broker; what is printed is what stands in the block behind it.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createBroker } from '../../../src/index.ts';
import { commandFolder } from '../../cli/odradek-command.ts';

const page = readFileSync(new URL('../../../examples/README.md', import.meta.url), 'utf8');
const stop = /```sh\n(?<commands>[^`]*)```\n+```text\n(?<printed>[^`]*)```/g;
const hasBash = spawnSync('bash', ['-c', 'true']).error === undefined;

describe('the walk through routing', { skip: !hasBash && 'bash is not installed' }, () => {
  test('each of its commands prints what the page says', async (context) => {
    const folder = commandFolder();
    context.after(() => folder.remove());
    await using broker = await createBroker({ storage: 'memory' });
    const options = { cwd: folder.path, env: folder.environment(broker.bootstrapServers) };
    const bash = (commands: string) =>
      new Promise<string>((resolve) => {
        // What fails on purpose is among it: nothing but what is printed counts.
        execFile('bash', ['-c', `exec 2>&1\n${commands}`], options, (_, stdout) => resolve(stdout));
      });
    const stops = [...page.matchAll(stop)].map(({ groups }) => groups ?? {});
    assert.equal(stops.length, 6);
    for (const { commands = '', printed } of stops) assert.equal(await bash(commands), printed);
  });
});

/**
 * Goal: whoever walks along examples/README.md sees what stands there. Method: bash runs each of its blocks in a row
 * against one broker; what is printed is what stands in the block behind it, but for times.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createBroker } from '../../../src/index.ts';
import { commandFolder } from '../../cli/odradek-command.ts';

const page = readFileSync(new URL('../../../examples/README.md', import.meta.url), 'utf8');
const stop = /```sh\n(?<commands>[^`]*)```\n+```text\n(?<printed>[^`]*)```/g;
const missing = ['bash', 'curl'].filter(
  (name) => spawnSync(name, ['--version']).error !== undefined,
);

describe(
  'the walk through routing',
  { skip: missing.length > 0 && `without ${missing.join(' and ')}` },
  () => {
    test('each of its commands prints what the page says', async (context) => {
      const folder = commandFolder();
      context.after(() => folder.remove());
      await using broker = await createBroker({ storage: 'memory', console: { port: 0 } });
      const options = { cwd: folder.path, env: folder.environment(broker.bootstrapServers) };
      const bash = (commands: string) =>
        new Promise<string>((resolve) => {
          // What fails on purpose is among it: nothing but what is printed counts.
          execFile('bash', ['-c', `exec 2>&1\n${commands}`], options, (_, stdout) =>
            resolve(stdout),
          );
        });
      const stops = [...page.matchAll(stop)].map(({ groups }) => groups ?? {});
      assert.equal(stops.length, 7);
      for (const { commands = '', printed = '' } of stops) {
        const here = commands.replaceAll('http://127.0.0.1:8080', broker.consoleUrl ?? '');
        assert.equal(withoutTimes(await bash(here)), withoutTimes(printed));
      }
    });
  },
);

function withoutTimes(printed: string): string {
  return printed.replaceAll(/"timestamp":\d+/g, '"timestamp":…');
}

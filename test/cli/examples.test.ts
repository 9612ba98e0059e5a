/**
 * Goal: whoever copies an example from the help or from docs/CLI.md sees it work.
 * Method: bash runs each as it stands, those of a command in a row, against a broker of their own which has the
 * topics that they name. What would go on until Ctrl-C is told to end after a record.
 */
import { strictEqual } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { createClient } from '../../src/client/client.ts';
import { createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { type CommandFolder, commandFolder } from './odradek-command.ts';

/**
 * `odradek start` is tried by tests of its own; the scripts of `odradek completion`, each in its shell; what takes
 * several brokers, in cluster-commands.test.ts.
 */
const triedElsewhere: ReadonlySet<string> = new Set([
  'start',
  'completion',
  'topic reassign',
  'broker drain',
  'broker unregister',
]);

/** Each command by all of its words. */
const loaders: readonly (readonly [name: string, load: () => Promise<Command>])[] = commands
  .flatMap((found) =>
    'load' in found
      ? [[found.name, found.load] as const]
      : found.commands.map(({ name, load }) => [`${found.name} ${name}`, load] as const),
  )
  .filter(([name]) => !triedElsewhere.has(name));

const topics = { orders: 3, prices: 1, 'ipl-a': 1, 'ipl-b': 2, 'test-1': 1 };
const hasBash = spawnSync('bash', ['-c', 'true']).error === undefined;

describe('examples', { skip: !hasBash && 'bash is not installed' }, () => {
  let folder: CommandFolder;
  before(() => {
    folder = commandFolder();
  });
  after(() => folder.remove());

  /** Runs a line in bash, where any part of a pipe may fail it; answers its exit code and what it said. */
  async function bash(line: string, bootstrapServers: string): Promise<readonly [unknown, string]> {
    const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
      cwd: folder.path,
      env: folder.environment(bootstrapServers),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const [exitCode] = (await once(child, 'close')) as unknown[];
    return [exitCode, said];
  }

  /** Records to be read, and groups that have read some. */
  async function prepare(bootstrapServers: string): Promise<void> {
    for (const topic of ['orders', 'ipl-a']) {
      await bash(`echo a:1 | odradek produce ${topic} -K :`, bootstrapServers);
    }
    const client = createClient({ bootstrapServers }, createNodeRuntime());
    for (const group of ['billing', 'audit']) {
      await client.admin.alterGroupOffsets(group, [{ topic: 'orders', partition: 0, offset: 0 }]);
    }
    client.close();
  }

  for (const [name, load] of loaders) {
    test(`of odradek ${name}`, async () => {
      const isCreating = name === 'topic create';
      await using broker = await createBroker({
        storage: 'memory',
        // What examples read or filter is there; what they create is not.
        topics: isCreating ? { adverts: 1 } : topics,
      });
      if (!isCreating) await prepare(broker.bootstrapServers);
      const { examples } = await load();
      for (const { command: line } of examples) {
        const ending = line.replace(/(--from end )?--follow/, '--follow --max 1');
        const [exitCode, said] = await bash(ending, broker.bootstrapServers);
        strictEqual(exitCode, 0, `${line}: ${said}`);
      }
    });
  }
});

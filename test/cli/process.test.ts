/**
 * Goal: the binary behaves as a good citizen among processes: signals, pipes, exit codes.
 * Method: `src/cli/main.ts` in processes of their own, against a broker in memory in this one.
 */
import { match, strictEqual } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Broker, createBroker } from '../../src/index.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let broker: Broker;

before(async () => {
  broker = await createBroker({ storage: 'memory' });
});

after(() => broker.stop());

interface Child {
  readonly process: ChildProcess;
  out: string;
  err: string;
  readonly ended: Promise<number | null>;
}

function start(...words: string[]): Child {
  const process_ = spawn(process.execPath, [main, ...words], {
    env: { ...process.env, ODRADEK_BOOTSTRAP: broker.bootstrapServers },
  });
  const ended = once(process_, 'close').then(([code]) => code as number | null);
  const child: Child = { process: process_, out: '', err: '', ended };
  process_.stdout.on('data', (chunk) => (child.out += String(chunk)));
  process_.stderr.on('data', (chunk) => (child.err += String(chunk)));
  return child;
}

async function until(condition: () => boolean, child: Child): Promise<void> {
  let isOver = false;
  void child.ended.then(() => {
    isOver = true;
  });
  while (!condition() && !isOver) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('SIGTERM stops a broker in order, with exit code 0', async () => {
  const child = start('start', '--port', '0', '--memory');
  await until(() => child.out.includes('is ready'), child);
  child.process.kill('SIGTERM');
  strictEqual(await child.ended, 0, child.err);
  match(child.err, /broker stopped\n$/);
});

test('the lines that start prints do what they say', async () => {
  const child = start('start', '--port', '0', '--memory');
  await until(() => child.out.includes('consume greetings'), child);
  const address = /listens on +(\S+)/.exec(child.out)?.[1] ?? '';
  const producing = start('produce', 'greetings', '-b', address);
  producing.process.stdin?.end('hello\n');
  strictEqual(await producing.ended, 0, producing.err);
  const consuming = start('consume', 'greetings', '-b', address);
  strictEqual(await consuming.ended, 0, consuming.err);
  strictEqual(consuming.out, 'hello\n');
  child.process.kill('SIGINT');
  strictEqual(await child.ended, 0);
});

test('a reader that goes away ends the command without an error', async () => {
  const producing = start('produce', 'pipe');
  producing.process.stdin?.end(`${'x'.repeat(100)}\n`.repeat(50_000));
  strictEqual(await producing.ended, 0, producing.err);
  const consuming = start('consume', 'pipe');
  await until(() => consuming.out.length > 0, consuming);
  consuming.process.stdout?.destroy();
  strictEqual(await consuming.ended, 0);
  strictEqual(consuming.err, '');
});

test('a long output is written whole, with nothing on standard error', async () => {
  const producing = start('produce', 'long');
  producing.process.stdin?.end(`${'x'.repeat(100)}\n`.repeat(50_000));
  strictEqual(await producing.ended, 0, producing.err);
  const consuming = start('consume', 'long');
  strictEqual(await consuming.ended, 0);
  strictEqual(consuming.out.length, 50_000 * 101);
  strictEqual(consuming.err, '');
});

test(
  'an output that cannot be written is a failure',
  { skip: !existsSync('/dev/full') },
  async () => {
    const full = openSync('/dev/full', 'w');
    const failing = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let err = '';
    failing.stderr?.on('data', (chunk) => (err += String(chunk)));
    const [code] = (await once(failing, 'close')) as [number];
    strictEqual(code, 1);
    match(err, /^odradek: could not write to standard output: ENOSPC/);
  },
);

test('produce --file: a file that is not there, or is none, is no defect', async () => {
  const absent = start('produce', 'from-file', '--file', 'no-such-file');
  strictEqual(await absent.ended, 2);
  match(absent.err, /^odradek: --file no-such-file: there is no such file\.\n/);
  const folder = start('produce', 'from-file', '--file', '.');
  strictEqual(await folder.ended, 1);
  match(folder.err, /^odradek: could not read \.: EISDIR/);
});

test('Ctrl-C while lines are typed writes what was typed', async () => {
  const producing = start('produce', 'typed');
  producing.process.stdin?.write('first\n');
  const reading = async (): Promise<string[]> =>
    (await broker.records('typed').catch(() => [])).map(({ value }) => String(value));
  while ((await reading()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  producing.process.kill('SIGINT');
  strictEqual(await producing.ended, 130);
  match(producing.err, /1 record written to typed/);
});

test('the binary prints its help', async () => {
  const child = start('--help');
  strictEqual(await child.ended, 0);
  match(child.out, /Usage: odradek <command>/);
});

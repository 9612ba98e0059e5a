import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { type FakeContext, fakeContext, run } from './fake-context.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'odradek-start-test-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function context(environment: Record<string, string> = {}): FakeContext {
  return fakeContext({
    environment,
    workingDirectory: directory,
    runtime: () => Promise.resolve(createNodeRuntime()),
  });
}

/** Starts a broker, does `work` once it is ready, and interrupts it. */
async function whileStarted(
  words: readonly string[],
  started: FakeContext,
  work: (address: string) => Promise<void> = async () => {},
): Promise<{ exitCode: number; out: string; err: string }> {
  // Only where nothing else is said of where it is.
  const console = words.some((word) => word.startsWith('odradek.admin.listener'))
    ? []
    : ['--console-port', '0'];
  const running = run(['start', '--port', '0', ...console, ...words], started);
  let isOver = false;
  void running.then(() => {
    isOver = true;
  });
  const isReady = (): boolean => /is ready/.test(started.out.text() + started.err.text());
  while (!isReady() && !isOver) await new Promise(setImmediate);
  const address = /127\.0\.0\.1:\d+/.exec(started.out.text() + started.err.text())?.[0] ?? '';
  await work(address);
  started.interrupt();
  return running;
}

async function brokerConfig(address: string, key: string): Promise<string> {
  const { out } = await run(
    ['config', 'get', 'broker', '1', key, '--value', '-b', address],
    context(),
  );
  return out.trim();
}

test('start says where it listens, where the data is, and two lines that write and read', async () => {
  const started = context();
  const { exitCode, out, err } = await whileStarted([], started, async (address) => {
    const text = started.out.text();
    match(text, new RegExp(`listens on +${address}\n`));
    strictEqual(text.includes(`data in     ${join(directory, 'data')}\n`), true);
    match(text, /console     http:\/\/127\.0\.0\.1:\d+\n/);
    match(text, new RegExp(`echo hello \\| odradek produce greetings -b ${address}\n`));
    match(text, new RegExp(`odradek consume greetings -b ${address}\n`));
  });
  strictEqual(exitCode, 0, err);
  strictEqual(out.split('\n').length, 8);
});

test('the console can be turned off, made read-only and put elsewhere', async () => {
  const off = await whileStarted(['--console', 'off'], context());
  strictEqual(/console/.test(off.out), false);
  const ask = async (text: string, method: string): Promise<number> => {
    const url = /console {5}(http:\S+)/.exec(text)?.[1] ?? '';
    const headers = { 'odradek-console': '1', 'content-type': 'application/json' };
    const body = method === 'POST' ? { body: '{"name":"orders"}' } : {};
    return (await fetch(`${url}/api/topics`, { method, headers, ...body })).status;
  };
  const readOnly = context();
  await whileStarted(['--console', 'read-only'], readOnly, async () => {
    const text = readOnly.out.text();
    deepStrictEqual([await ask(text, 'GET'), await ask(text, 'POST')], [200, 403]);
  });
  const elsewhere = context();
  const set = [
    '--set',
    'odradek.admin.listener=http://localhost:0',
    '--set',
    'odradek.console=full',
  ];
  await whileStarted(set, elsewhere, async () => {
    strictEqual(await ask(elsewhere.out.text(), 'POST'), 201);
  });
  const { exitCode, err } = await run(
    ['start', '--port', '0', '--set', 'odradek.admin.listener=http://0.0.0.0:0'],
    context(),
  );
  strictEqual(exitCode, 1);
  match(err, /odradek\.admin\.listener=http:\/\/0\.0\.0\.0:0: .*odradek\.admin\.password/);
});

test('start --brokers runs a cluster, says who listens where, and stops all of it', async () => {
  const started = context();
  const words = ['--brokers', '3'];
  const { exitCode, err } = await whileStarted(words, started, async (address) => {
    const text = started.out.text();
    match(text, /is ready: a cluster of 3\.\n/);
    for (const nodeId of [1, 2, 3]) {
      const data = join(directory, 'data', `broker-${nodeId}`);
      match(
        text,
        new RegExp(`Broker ${nodeId}\n  listens on  127\\.0\\.0\\.1:\\d+\n  data in     ${data}\n`),
      );
    }
    const created = await run(['topic', 'create', 'orders', '-b', address], context());
    strictEqual(created.exitCode, 0, created.err);
    const { out } = await run(['topic', 'describe', 'orders', '--json', '-b', address], context());
    match(out, /"replicas": \[\s+\d,\s+\d,\s+\d\s+\]/);
  });
  strictEqual(exitCode, 0, err);
  match(err, /cluster stopped\n$/);
});

test('start --brokers refuses what several brokers cannot share', async () => {
  for (const words of [
    ['--brokers', '0'],
    ['--brokers', '2', '--metadata', 'etcd://127.0.0.1:2379'],
    ['--brokers', '2', '--set', 'listeners=PLAINTEXT://127.0.0.1:0'],
  ]) {
    const { exitCode } = await run(['start', '--port', '0', ...words], context());
    strictEqual(exitCode, 2, words.join(' '));
  }
});

test('events are logged one a line on standard error, as text or as JSON', async () => {
  const text = await whileStarted([], context());
  for (const line of text.err.trim().split('\n')) {
    match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z (DEBUG|INFO|WARN|ERROR) /);
  }
  match(text.err, /broker stopped\n$/);
  const json = await whileStarted(['--log-format', 'json'], context());
  const events = json.err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ready = events.find(({ event }) => event === 'broker is ready');
  match(String(ready?.['bootstrapServers']), /^127\.0\.0\.1:\d+$/);
  strictEqual(json.out, '', 'standard output stays empty for machines');
});

test('what was written is there after a stop and a start', async () => {
  await whileStarted([], context(), async (address) => {
    strictEqual((await run(['topic', 'create', 'kept', '-b', address], context())).exitCode, 0);
  });
  await whileStarted([], context(), async (address) => {
    const { out } = await run(['topic', 'list', '--names', '-b', address], context());
    strictEqual(out, 'kept\n');
  });
});

test('a start that fails is an event where events are JSON', async () => {
  await whileStarted([], context(), async () => {
    const { exitCode, out, err } = await run(['start', '--log-format', 'json'], context());
    deepStrictEqual([exitCode, out], [1, '']);
    const events = err.trim().split('\n');
    const last = JSON.parse(events.at(-1) ?? '') as Record<string, unknown>;
    deepStrictEqual([last['event'], last['code']], ['broker failed', 'DATA_DIR_LOCKED']);
  });
});

test('--memory and --data-dir contradict each other', async () => {
  const { exitCode, err } = await run(['start', '--memory', '--data-dir', 'here'], context());
  strictEqual(exitCode, 2);
  match(err, /--memory and --data-dir: expected one of them/);
});

test('with --memory nothing is on the disk', async () => {
  const { out, err } = await whileStarted(['--memory'], context());
  match(out, /data in +memory/);
  match(err, /logs are open/);
  strictEqual(/director/.test(err), false, err);
});

test('the file gives way to the environment, the environment to --set', async () => {
  const file = join(directory, 'server.properties');
  writeFileSync(
    file,
    'num.partitions=2\nlog.retention.hours=5\n# a comment\nmessage.max.bytes = 1234\n',
  );
  const environment = { KAFKA_NUM_PARTITIONS: '3', KAFKA_MESSAGE_MAX_BYTES: '2345', HOME: '/' };
  const words = ['--config', 'server.properties', '--set', 'num.partitions=4'];
  await whileStarted(words, context(environment), async (address) => {
    deepStrictEqual(
      [
        await brokerConfig(address, 'num.partitions'),
        await brokerConfig(address, 'message.max.bytes'),
        await brokerConfig(address, 'log.retention.hours'),
      ],
      ['4', '2345', '5'],
    );
  });
});

test('an unknown key is a warning in file and environment, an error in a flag', async () => {
  const file = join(directory, 'server.properties');
  writeFileSync(file, 'num.partition=2\n');
  const { err, exitCode } = await whileStarted(
    ['--config', file],
    context({ KAFKA_NO_SUCH_KEY: 'x' }),
  );
  strictEqual(exitCode, 0);
  match(err, /WARN .*num\.partition in .* did you mean num\.partitions\?/);
  match(err, /WARN .*no\.such\.key in the environment/);
  const flag = await run(['start', '--port', '0', '--set', 'num.partition=2'], context());
  strictEqual(flag.exitCode, 1);
  match(flag.err, /num\.partition in --set .*did you mean num\.partitions\?/);
});

test('a bad value names the key, the value and what was expected', async () => {
  const { err, exitCode } = await run(['start', '--set', 'num.partitions=many'], context());
  strictEqual(exitCode, 1);
  match(err, /num\.partitions=many: expected a whole number/);
});

test('a configuration file that is not there is told by its name', async () => {
  const { err, exitCode } = await run(['start', '--config', 'none.properties'], context());
  strictEqual(exitCode, 2);
  match(err, /--config none\.properties: there is no such file/);
});

test('a port in use says what can be done', async () => {
  await whileStarted([], context(), async (address) => {
    const port = address.split(':')[1] ?? '';
    const second = await run(['start', '--memory', '--port', port], context());
    strictEqual(second.exitCode, 1);
    match(second.err, new RegExp(`${address}`));
    match(second.err, /Another broker may be running there/);
    match(second.err, /--port 0 any free one/);
  });
});

test('a folder that another broker uses says so', async () => {
  await whileStarted([], context(), async () => {
    const second = await run(['start', '--port', '0'], context());
    strictEqual(second.exitCode, 1);
    match(second.err, /--data-dir names another one/);
  });
});

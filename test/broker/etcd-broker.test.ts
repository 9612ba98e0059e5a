/**
 * Goal: a broker runs whole on etcd: what clients made is there after it was killed, and etcd with it.
 * Method: brokers in this process and in processes of their own, over a real etcd on loopback.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../src/client/client.ts';
import { createBroker, type Broker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { EtcdProcess, etcdMissing } from '../metadata/etcd/etcd-process.ts';
import { until } from '../metadata/etcd/etcd-world.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const skip = etcdMissing;
let etcd: EtcdProcess;
let folder: string;

before(async () => {
  if (skip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'odradek-on-etcd-'));
  etcd = await EtcdProcess.start();
});
after(async () => {
  if (skip !== false) return;
  await etcd.remove();
  rmSync(folder, { recursive: true });
});

/** A broker of the cluster `cluster`, its data in the folder `name`. */
function start(cluster: string, name: string, config = {}): Promise<Broker> {
  const store = `etcd://${etcd.endpoint}/${cluster}`;
  return createBroker({
    dataDir: join(folder, name),
    config: { 'odradek.metadata.store': store, ...config },
  });
}

class BrokerProcess {
  readonly process: ChildProcess;
  out = '';
  err = '';

  constructor(words: readonly string[]) {
    const environment = { ...process.env, ODRADEK_BOOTSTRAP: '' };
    this.process = spawn(process.execPath, [main, ...words], { env: environment });
    this.process.stdout?.on('data', (chunk) => (this.out += String(chunk)));
    this.process.stderr?.on('data', (chunk) => (this.err += String(chunk)));
  }

  /** Where it listens, once it does. */
  async address(): Promise<string> {
    for (;;) {
      const found = /listens on +(\S+)[\s\S]*consume/.exec(this.out)?.[1];
      if (found !== undefined) return found;
      assert.equal(this.process.exitCode, null, this.err);
      await Promise.race([once(this.process.stdout ?? this.process, 'data'), this.ended()]);
    }
  }

  async ended(): Promise<number | null> {
    const { exitCode, signalCode } = this.process;
    if (exitCode === null && signalCode === null) await once(this.process, 'close');
    return this.process.exitCode;
  }
}

async function odradek(words: readonly string[], input = ''): Promise<string> {
  const command = new BrokerProcess(words);
  command.process.stdin?.end(input);
  assert.equal(await command.ended(), 0, command.err);
  return command.out;
}

test('what was made and written is there after broker and etcd were killed', { skip }, async () => {
  const words = ['start', '--port', '0', '--data-dir', join(folder, 'killed')];
  words.push('--metadata', `etcd://${etcd.endpoint}/killed`);
  const first = new BrokerProcess(words);
  const address = await first.address();
  await odradek(['topic', 'create', 'orders', '-p', '3', '-c', 'retention.ms=123', '-b', address]);
  await odradek(['produce', 'orders', '-b', address], 'tea\ncoffee\n');
  first.process.kill('SIGKILL');
  await first.ended();
  await etcd.kill();
  await etcd.run();
  const second = new BrokerProcess(words);
  const again = await second.address();
  const read = await odradek(['consume', 'orders', '-b', again]);
  assert.deepEqual(read.trim().split('\n').toSorted(), ['coffee', 'tea']);
  const described = await odradek(['topic', 'describe', 'orders', '-b', again, '--json']);
  assert.match(described, /"retention\.ms"[^}]*123/);
  second.process.kill('SIGTERM');
  assert.equal(await second.ended(), 0, second.err);
});

test('topics go on being made after etcd was killed under a running broker', { skip }, async () => {
  await using broker = await start('survived', 'survived');
  await broker.createTopic('before');
  await etcd.kill();
  const while_ = broker.createTopic('meanwhile');
  await etcd.run();
  await while_;
  await broker.createTopic('behind');
  assert.deepEqual(await broker.records('meanwhile'), []);
});

test('while etcd is gone a topic is refused, and the broker lives', { skip }, async () => {
  await using broker = await start('gone', 'gone', { 'odradek.metadata.timeout.ms': 500 });
  await broker.createTopic('before');
  await etcd.kill();
  try {
    await assert.rejects(broker.createTopic('meanwhile'), {
      code: 'BROKER_REFUSED',
      message: /REQUEST_TIMED_OUT: etcd at 127\.0\.0\.1:\d+ did not answer within 500 ms/,
    });
    assert.deepEqual(await broker.records('before'), []);
  } finally {
    await etcd.run();
  }
  await broker.createTopic('behind');
});

test('a data directory of another cluster is refused', { skip }, async () => {
  await (await start('one', 'of-one')).stop();
  await (await start('two', 'of-two')).stop();
  await assert.rejects(start('two', 'of-one'), (error: Error) => {
    assert.match(error.message, /belongs to cluster \S+, but the metadata to cluster/);
    return true;
  });
  await (await start('one', 'of-one')).stop();
});

test(
  'an etcd that has lost its data is not begun anew by whoever comes first',
  { skip },
  async () => {
    const own = await EtcdProcess.start();
    const config = { 'odradek.metadata.store': `etcd://${own.endpoint}` };
    const dataDir = join(folder, 'of-lost');
    await (await createBroker({ dataDir, config, topics: { kept: 1 } })).stop();
    await own.kill();
    own.loseData();
    await own.run();
    const marker = join(dataDir, 'odradek-metadata.etcd');
    await assert.rejects(createBroker({ dataDir, config }), (error: Error) => {
      assert.match(error.message, /no cluster in it.*bring its data back.*remove that file/);
      assert.ok(error.message.includes(marker));
      return true;
    });
    rmSync(marker);
    await using broker = await createBroker({ dataDir, config });
    assert.deepEqual(await broker.records('kept'), []);
  },
);

test(
  'a broker leads no more on an etcd that was put back to an earlier state',
  { skip },
  async () => {
    const own = await EtcdProcess.start();
    const said: string[] = [];
    await using broker = await createBroker({
      dataDir: join(folder, 'of-restored'),
      config: {
        'odradek.metadata.store': `etcd://${own.endpoint}`,
        'broker.session.timeout.ms': 2000,
      },
      topics: { kept: 1 },
      logger: { ...silentLogger, error: (message) => said.push(message) },
    });
    await own.kill();
    const putBack = own.backUp();
    await own.run();
    for (const topic of ['a', 'b', 'c', 'd']) await broker.createTopic(topic);
    await own.kill();
    putBack();
    await own.run();
    await until(() => said.some((message) => /lost data.*started again/.test(message)));
    await assert.rejects(broker.createTopic('e'), /lost data/);
    const { bootstrapServers } = broker;
    const client = createClient({ bootstrapServers, operationTimeoutMs: 200 }, createNodeRuntime());
    const earliest = [{ topic: 'kept', partition: 0, timestampMs: -2 }];
    await until(() =>
      client.admin.listOffsets(earliest).then(
        () => false,
        () => true,
      ),
    );
    client.close();
  },
);

test('a directory with a metadata journal is not used with etcd', { skip }, async () => {
  const dataDir = join(folder, 'journal');
  await (await createBroker({ dataDir, topics: { kept: 1 } })).stop();
  await assert.rejects(start('journal', 'journal'), {
    code: 'INVALID_CONFIG',
    message: /metadata of this broker is in a journal/,
  });
  await using broker = await createBroker({ dataDir });
  assert.deepEqual(await broker.records('kept'), []);
});

test('a directory whose metadata is in etcd is not used without it', { skip }, async () => {
  await (await start('marked', 'marked')).stop();
  const dataDir = join(folder, 'marked');
  await assert.rejects(createBroker({ dataDir }), {
    code: 'INVALID_CONFIG',
    message: /etcd:\/\/127\.0\.0\.1:\d+\/marked, where the metadata of this broker is/,
  });
  await (await start('marked', 'marked')).stop();
});

test('brokers that begin a cluster at the same moment are of one cluster', { skip }, async () => {
  const started = await Promise.all(
    [1, 2, 3].map((id) => start('together', `together-${id}`, { 'node.id': id })),
  );
  assert.equal(new Set(started.map(({ clusterId }) => clusterId)).size, 1);
  for (const broker of started) await broker.stop();
  const again = await start('together', 'together-2', { 'node.id': 2 });
  await again.stop();
});

test('without an etcd the start fails, and says what to look at', async () => {
  const config = {
    'odradek.metadata.store': 'etcd://127.0.0.1:1',
    'odradek.metadata.timeout.ms': 300,
  };
  await assert.rejects(createBroker({ config }), {
    code: 'TIMED_OUT',
    message: /etcd at 127\.0\.0\.1:1 did not answer.*ECONNREFUSED.*is it running/,
  });
});

test('an address with a password in it is refused without being repeated', async () => {
  const config = { 'odradek.metadata.store': 'etcd://ann:s3cret@127.0.0.1:1' };
  await assert.rejects(createBroker({ config }), (error: Error) => {
    assert.match(error.message, /odradek\.metadata\.password/);
    assert.doesNotMatch(JSON.stringify(error) + error.message + String(error.stack), /s3cret/);
    return true;
  });
});

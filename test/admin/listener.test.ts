import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict';
import { createServer } from 'node:http';
import { test, type TestContext } from 'node:test';
import { createBroker, createCluster, type Broker, type BrokerOptions } from '../../src/index.ts';
import { adminBroker } from './admin-broker.ts';
import { call } from './http-client.ts';

async function broker(context: TestContext, options?: BrokerOptions): Promise<Broker> {
  return (await adminBroker(context, options)).broker;
}

/** The address of its console. */
async function consoleOf(context: TestContext, options?: BrokerOptions): Promise<string> {
  return (await broker(context, options)).consoleUrl ?? '';
}

test('an embedded broker serves nothing over HTTP unless it is asked to', async (context) => {
  strictEqual((await broker(context, { console: false })).consoleUrl, undefined);
  const silent = await createBroker({ storage: 'memory' });
  context.after(() => silent.stop());
  strictEqual(silent.consoleUrl, undefined);
});

test('health, readiness and session are answered without signing in', async (context) => {
  const started = await broker(context, { console: { port: 0, password: 'secret' } });
  const url = started.consoleUrl ?? '';
  match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  strictEqual((await call(url, '/health')).status, 200);
  const ready = await call(url, '/ready');
  deepStrictEqual([ready.status, ready.text], [200, '{"ready":true,"reasons":[]}']);
  const session = JSON.parse((await call(url, '/api/session')).text) as Record<string, unknown>;
  strictEqual(session['needsSignIn'], true);
  strictEqual(session['bootstrapServers'], started.bootstrapServers);
  strictEqual(session['nodeId'], started.nodeId);
});

test('a broker with a filtered topic, which has no partitions of its own to lead, is ready', async (context) => {
  const started = await broker(context);
  await started.createTopic('adverts', { partitions: 2 });
  await started.createTopic('kohli', {
    config: { 'odradek.source.topic': 'adverts', 'odradek.filter': 'value == "kohli"' },
  });
  const ready = await call(started.consoleUrl ?? '', '/ready');
  strictEqual(ready.text, '{"ready":true,"reasons":[]}');
});

test('where the port is taken the next one that is free is used', async (context) => {
  const first = await consoleOf(context);
  const taken = Number(new URL(first).port);
  const second = await consoleOf(context, { console: { port: taken } });
  ok(Number(new URL(second).port) > taken, second);
});

test('a broker starts though its console cannot, and says so', async (context) => {
  const taken = createServer();
  await new Promise<void>((resolve) => {
    taken.listen(0, '127.0.0.1', resolve);
  });
  context.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const warnings: string[] = [];
  const silent = (): void => {};
  const started = await broker(context, {
    console: { port },
    config: { 'odradek.admin.port.tries': 0 },
    logger: {
      debug: silent,
      info: silent,
      error: silent,
      warn: (event) => warnings.push(event),
    },
  });
  strictEqual(started.consoleUrl, undefined);
  deepStrictEqual(warnings, ['the console and all else over HTTP is not served']);
});

test('each broker of a cluster has a console, which ends with it and comes back where it was', async (context) => {
  const cluster = await createCluster({ brokers: 2, storage: 'memory', console: { port: 0 } });
  context.after(() => cluster.stop());
  const urls = cluster.brokers.map(({ consoleUrl }) => consoleUrl ?? '');
  for (const url of urls) strictEqual((await call(url, '/health')).status, 200);
  await cluster.kill(1);
  await rejects(call(urls[0] ?? '', '/health'));
  strictEqual((await call(urls[1] ?? '', '/health')).status, 200);
  await cluster.restart(1);
  strictEqual(cluster.brokers[0]?.consoleUrl, urls[0]);
  strictEqual((await call(urls[0] ?? '', '/ready')).status, 200);
});

test('the console of a broker that is paused stands still, and answers when it goes on', async (context) => {
  const cluster = await createCluster({ brokers: 1, storage: 'memory', console: { port: 0 } });
  context.after(() => cluster.stop());
  const url = cluster.brokers[0]?.consoleUrl ?? '';
  await cluster.pause(1);
  let isAnswered = false;
  const asked = call(url, '/health').then((answer) => {
    isAnswered = true;
    return answer;
  });
  // A server that answers would have, several times over.
  const other = await consoleOf(context);
  for (let round = 0; round < 5; round++) await call(other, '/health');
  strictEqual(isAnswered, false);
  await cluster.resume(1);
  strictEqual((await asked).status, 200);
});

test('brokers in threads have consoles too', async (context) => {
  const cluster = await createCluster({
    brokers: 2,
    storage: 'memory',
    threads: true,
    console: { port: 0 },
  });
  context.after(() => cluster.stop());
  for (const { consoleUrl = '' } of cluster.brokers) {
    strictEqual((await call(consoleUrl, '/health')).status, 200);
  }
});

test('listening beyond loopback without a secret is refused by the key', async () => {
  await rejects(createBroker({ storage: 'memory', console: { port: 0, host: '0.0.0.0' } }), {
    code: 'INVALID_CONFIG',
    message: /odradek\.admin\.listener=http:\/\/0\.0\.0\.0:0: .*odradek\.admin\.password/,
  });
  await rejects(createBroker({ console: { prot: 1 } as object }), { code: 'INVALID_ARGUMENT' });
});

test('a stop does not wait for connections on which nothing goes on', async () => {
  const started = await createBroker({ storage: 'memory', console: { port: 0 } });
  const url = started.consoleUrl ?? '';
  await fetch(`${url}/health`);
  await started.stop();
  await rejects(call(url, '/health'));
});

import { deepStrictEqual, match, rejects, strictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { parseAddresses } from '../../src/client/client-options.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { FakeBroker } from './fake-broker.ts';
import { simulatedClient } from './simulated-client.ts';

test('addresses are host:port, several by commas, IPv6 in brackets', () => {
  deepStrictEqual(parseAddresses('a:1, b.example:65535,[::1]:9092'), [
    { host: 'a', port: 1 },
    { host: 'b.example', port: 65_535 },
    { host: '::1', port: 9092 },
  ]);
});

for (const text of [
  '',
  'a',
  'a:',
  'a:0',
  'a:65536',
  'a:b',
  ':1',
  '::1:9092',
  'http://a:1',
  'a:1 b:2',
]) {
  test(`'${text}' is no address`, () => {
    throws(
      () => parseAddresses(text),
      (error) => hasCode(error, 'INVALID_ARGUMENT'),
    );
  });
}

test('metadata is asked for once and kept while it is fresh', async () => {
  const { simulation, broker, client, complete } = await simulatedClient(
    { t: 2 },
    { metadataMaxAgeMs: 60_000 },
  );
  await complete(client.cluster.topic('t'));
  await complete(client.cluster.leaderOf('t', 1));
  strictEqual(broker.requestsOf('Metadata').length, 1);
  await simulation.runFor(61_000);
  await complete(client.cluster.topic('t'));
  strictEqual(broker.requestsOf('Metadata').length, 2);
});

test('a forgotten topic is asked for again', async () => {
  const { broker, client, complete } = await simulatedClient();
  await complete(client.cluster.topic('t'));
  client.cluster.forget('t');
  strictEqual(client.cluster.knownTopic('t')?.partitions.length, 1);
  await complete(client.cluster.topic('t'));
  strictEqual(broker.requestsOf('Metadata').length, 2);
});

test('the second bootstrap server is tried when the first does not answer', async () => {
  const simulation = createSimulation({ seed: 1 });
  simulation.runtime('dead');
  const broker = new FakeBroker(simulation.runtime('broker'), { host: 'broker', port: 9092 });
  await simulation.complete(broker.listen());
  const client = createClient(
    { bootstrapServers: ['dead:9092', 'broker:9092'] },
    simulation.runtime('client'),
  );
  const { clusterId } = await simulation.complete(client.cluster.metadata([]));
  strictEqual(clusterId, 'fake');
});

/** Two brokers that each know of themselves alone, and a client that has asked the first. */
async function twoBrokers() {
  const simulation = createSimulation({ seed: 1 });
  const brokers = ['one', 'two'].map((host) => {
    const broker = new FakeBroker(simulation.runtime(host), { host, port: 9092 });
    broker.topics.set('t', 1);
    return broker;
  });
  for (const broker of brokers) await simulation.complete(broker.listen());
  const client = createClient(
    { bootstrapServers: ['one:9092', 'two:9092'], requestTimeoutMs: 1000 },
    simulation.runtime('client'),
  );
  await simulation.complete(client.cluster.topic('t'));
  const asked = (): number[] => brokers.map((broker) => broker.requestsOf('Metadata').length);
  return { simulation, brokers, client, asked };
}

test('a broker whose word on the leaders has proved wrong is not the one that is asked again', async () => {
  const { simulation, client, asked } = await twoBrokers();
  deepStrictEqual(asked(), [1, 0]);
  client.cluster.forget('t');
  await simulation.complete(client.cluster.topic('t'));
  deepStrictEqual(asked(), [1, 1]);
  await simulation.complete(client.cluster.metadata([]));
  deepStrictEqual(asked(), [1, 2]);
  client.cluster.forget('t');
  await simulation.complete(client.cluster.topic('t'));
  deepStrictEqual(asked(), [2, 2]);
});

test('a broker that does not answer is not asked again while there is another', async () => {
  const { simulation, brokers, client, asked } = await twoBrokers();
  brokers[0]?.scripts.push(() => 'silence');
  const startMs = simulation.elapsedMs;
  await simulation.complete(client.cluster.metadata([]));
  deepStrictEqual(asked(), [2, 1]);
  strictEqual(simulation.elapsedMs - startMs < 2000, true);
});

test('with unreachableTimeoutMs 0 a wrong address fails at once', async () => {
  const simulation = createSimulation({ seed: 1 });
  simulation.runtime('dead');
  const client = createClient(
    { bootstrapServers: 'dead:9092', unreachableTimeoutMs: 0 },
    simulation.runtime('client'),
  );
  await rejects(simulation.complete(client.cluster.metadata([])), (error) =>
    hasCode(error, 'CONNECTION_FAILED'),
  );
  strictEqual(simulation.elapsedMs < 100, true);
});

test('a broker that comes up later is waited for', async () => {
  const simulation = createSimulation({ seed: 1 });
  const broker = new FakeBroker(simulation.runtime('broker'), { host: 'broker', port: 9092 });
  const client = createClient({ bootstrapServers: 'broker:9092' }, simulation.runtime('client'));
  simulation.after(5000, () => void broker.listen());
  const { clusterId } = await simulation.complete(client.cluster.metadata([]));
  strictEqual(clusterId, 'fake');
});

test('retriable refusals are tried again with growing pauses, up to the timeout', async () => {
  const { simulation, broker, client, complete } = await simulatedClient(
    {},
    { operationTimeoutMs: 10_000 },
  );
  broker.scripts.push(({ api }) =>
    api === 'CreateTopics'
      ? { topics: [{ name: 't', errorCode: 41, errorMessage: 'not me' }] }
      : undefined,
  );
  const startMs = simulation.elapsedMs;
  const [outcome] = await complete(client.admin.createTopics([{ name: 't' }]));
  const tookMs = simulation.elapsedMs - startMs;
  match(String(outcome !== undefined && 'error' in outcome && outcome.error), /NOT_CONTROLLER/);
  strictEqual(tookMs > 8000 && tookMs < 10_500, true, `took ${tookMs} ms`);
  const tries = broker.requestsOf('CreateTopics').length;
  strictEqual(tries > 8 && tries < 20, true, `${tries} tries`);
});

test('of several topics only those whose refusal may pass are asked for again', async () => {
  const { broker, client, complete } = await simulatedClient({});
  let round = 0;
  broker.scripts.push(({ api, body }) => {
    if (api !== 'CreateTopics') return undefined;
    round++;
    const asked = (body['topics'] as { name: string }[]).map(({ name }) => name);
    deepStrictEqual(asked, round === 1 ? ['a', 'b', 'c'] : ['b']);
    const codes: Record<string, number> = { a: 0, b: round === 1 ? 7 : 0, c: 36 };
    return {
      topics: asked.map((name) => ({ name, errorCode: codes[name] ?? 0, errorMessage: null })),
    };
  });
  const outcomes = await complete(
    client.admin.createTopics([{ name: 'a' }, { name: 'b' }, { name: 'c' }]),
  );
  deepStrictEqual(
    outcomes.map((outcome) => ('error' in outcome ? outcome.error.details : outcome.value.name)),
    [
      'a',
      'b',
      {
        code: 'BROKER_REFUSED',
        operation: 'create topic c',
        errorCode: 36,
        errorName: 'TOPIC_ALREADY_EXISTS',
      },
    ],
  );
});

test('a closed client fails what waits and what comes', async () => {
  const { broker, client, complete } = await simulatedClient();
  await complete(client.cluster.metadata([]));
  broker.scripts.push(() => 'silence');
  const waiting = complete(client.cluster.metadata([]));
  client.close();
  await rejects(waiting, (error) => hasCode(error, 'CONNECTION_CLOSED'));
  await rejects(complete(client.cluster.metadata([])), (error) =>
    hasCode(error, 'CONNECTION_CLOSED'),
  );
});

import { deepStrictEqual, match, rejects, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { apis } from '../../src/client/apis.ts';
import { BrokerConnection } from '../../src/client/connection.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { FakeBroker } from './fake-broker.ts';

const options = {
  host: 'broker',
  port: 9092,
  clientId: 'test',
  connectTimeoutMs: 1000,
  requestTimeoutMs: 2000,
  responseBytesMax: 1_000_000,
};

async function connected(): Promise<{
  simulation: Simulation;
  broker: FakeBroker;
  connection: BrokerConnection;
}> {
  const simulation = createSimulation({ seed: 1 });
  const broker = new FakeBroker(simulation.runtime('broker'), { host: 'broker', port: 9092 });
  await simulation.complete(broker.listen());
  const opening = BrokerConnection.open(options, simulation.runtime('client'));
  return { simulation, broker, connection: await simulation.complete(opening) };
}

const anyTopics = { topics: null };

test('a broker that refuses our version of ApiVersions is asked again in one that it speaks', async () => {
  const { broker, connection } = await connected();
  deepStrictEqual(
    broker.requestsOf('ApiVersions').map(({ version }) => version),
    [4, 3],
  );
  strictEqual(connection.isOpen, true);
});

test('the highest version that both sides speak is spoken', async () => {
  const { simulation, broker, connection } = await connected();
  await simulation.complete(connection.request(apis.metadata, anyTopics));
  strictEqual(broker.requestsOf('Metadata')[0]?.version, 12);
  strictEqual(connection.versionOf(apis.metadata), 12);
});

test('an API that the broker does not serve is refused without a request', async () => {
  const { simulation, broker, connection } = await connected();
  const asking = connection.request(apis.describeCluster, {
    includeClusterAuthorizedOperations: false,
  });
  await rejects(simulation.complete(asking), (error) => {
    match(String(error), /DescribeCluster: UNSUPPORTED_VERSION/);
    return hasCode(error, 'BROKER_REFUSED');
  });
  strictEqual(broker.requestsOf('DescribeCluster').length, 0);
});

test('requests are pipelined, and each gets its own response', async () => {
  const { simulation, broker, connection } = await connected();
  let count = 0;
  broker.scripts.push(({ api }) =>
    api === 'Metadata' ? { brokers: [], topics: [], clusterId: `answer ${count++}` } : undefined,
  );
  const answers = Array.from({ length: 20 }, () => connection.request(apis.metadata, anyTopics));
  strictEqual(connection.inFlight, 20);
  const clusterIds = (await simulation.complete(Promise.all(answers))).map(
    ({ clusterId }) => clusterId,
  );
  deepStrictEqual(
    clusterIds,
    Array.from({ length: 20 }, (_, index) => `answer ${index}`),
  );
});

test('a request that times out closes the connection and fails all behind it', async () => {
  const { simulation, broker, connection } = await connected();
  broker.scripts.push(({ api }) => (api === 'Metadata' ? 'silence' : undefined));
  const first = connection.request(apis.metadata, anyTopics, { timeoutMs: 500 });
  const second = connection.request(apis.metadata, anyTopics);
  const startMs = simulation.elapsedMs;
  const outcomes = await simulation.complete(Promise.allSettled([first, second]));
  const errors = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? outcome.reason : undefined,
  );
  strictEqual(hasCode(errors[0], 'TIMED_OUT'), true);
  strictEqual(hasCode(errors[1], 'CONNECTION_CLOSED'), true);
  strictEqual(connection.isOpen, false);
  strictEqual(Math.round(simulation.elapsedMs - startMs), 500);
});

test('the earliest deadline counts, whatever was sent before it', async () => {
  const { simulation, broker, connection } = await connected();
  broker.scripts.push(({ api }) => (api === 'Metadata' ? 'silence' : undefined));
  const startMs = simulation.elapsedMs;
  const patient = connection.request(apis.metadata, anyTopics, { timeoutMs: 10_000 });
  const hasty = connection.request(apis.metadata, anyTopics, { timeoutMs: 100 });
  const outcomes = await simulation.complete(Promise.allSettled([patient, hasty]));
  const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
  deepStrictEqual(codes, ['CONNECTION_CLOSED', 'TIMED_OUT']);
  strictEqual(Math.round(simulation.elapsedMs - startMs), 100);
});

test('when the broker closes the connection, what waits fails and later requests do too', async () => {
  const { simulation, broker, connection } = await connected();
  broker.scripts.push(({ api }) => (api === 'Metadata' ? 'close' : undefined));
  const waiting = connection.request(apis.metadata, anyTopics);
  await rejects(simulation.complete(waiting), (error) => hasCode(error, 'CONNECTION_CLOSED'));
  await rejects(connection.request(apis.metadata, anyTopics), (error) =>
    hasCode(error, 'CONNECTION_CLOSED'),
  );
});

test('nobody listening is CONNECTION_FAILED', async () => {
  const simulation = createSimulation({ seed: 1 });
  simulation.runtime('broker');
  const opening = BrokerConnection.open(options, simulation.runtime('client'));
  await rejects(simulation.complete(opening), (error) => hasCode(error, 'CONNECTION_FAILED'));
});

test('a broker that never answers the first request is TIMED_OUT', async () => {
  const simulation = createSimulation({ seed: 1 });
  const broker = new FakeBroker(simulation.runtime('broker'), { host: 'broker', port: 9092 });
  broker.scripts.push(() => 'silence');
  await simulation.complete(broker.listen());
  const opening = BrokerConnection.open(options, simulation.runtime('client'));
  await rejects(simulation.complete(opening), (error) => hasCode(error, 'TIMED_OUT'));
});

test('a response that is larger than allowed closes the connection', async () => {
  const { simulation, broker, connection } = await connected();
  broker.scripts.push(({ api }) =>
    api === 'Metadata' ? { brokers: [], topics: [], clusterId: 'x'.repeat(30_000) } : undefined,
  );
  const small = { ...options, responseBytesMax: 10_000 };
  const opening = BrokerConnection.open(small, simulation.runtime('client'));
  const narrow = await simulation.complete(opening);
  await rejects(simulation.complete(narrow.request(apis.metadata, anyTopics)), (error) =>
    hasCode(error, 'PROTOCOL_ERROR'),
  );
  strictEqual(narrow.isOpen, false);
  await simulation.complete(connection.request(apis.metadata, anyTopics));
});

/**
 * Goal: a broker tells what goes on in it, and to nobody but the brokers of its cluster. Method: brokers of a
 * simulation that clients write to and read from.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOfSecret } from '../../../src/broker/figures/secret.ts';
import {
  apiVersionsRequest,
  apiVersionsResponse,
} from '../../../src/protocol/messages/api-versions.ts';
import {
  brokerFiguresRequest,
  brokerFiguresResponse,
  type BrokerFiguresResponse,
} from '../../../src/protocol/messages/broker-figures.ts';
import { describeWhysRequest } from '../../../src/protocol/messages/describe-whys.ts';
import { must } from '../../../src/util/assert.ts';
import { framed, requestFrame } from '../raw-connection.ts';
import { SimulatedBroker } from '../simulated-broker.ts';

const everything = {
  topics: [],
  topicsMax: 10,
  groups: [],
  groupsMax: 10,
  producersMax: 10,
  positions: [],
} as const;

/** Asks over the wire, as other brokers do. */
async function figuresOf(
  broker: SimulatedBroker,
  asked: object = {},
): Promise<BrokerFiguresResponse> {
  const peer = await broker.connect('other');
  const secret = bytesOfSecret(must(broker.running.metadata.image.brokers.get(1)).figuresSecret);
  const answer = await peer.call(brokerFiguresRequest, brokerFiguresResponse, 0, {
    ...everything,
    ...asked,
    secret,
  });
  peer.close();
  return answer;
}

test('rates, producers, offsets and readers of a broker that is written to and read from', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic('orders', { partitions: 2 });
  await broker.createTopic('quiet');
  await figuresOf(broker);
  const client = broker.client();
  const producer = client.producer();
  const value = new Uint8Array(100);
  const consumer = await broker.complete(
    client.consumer({
      ranges: [{ topic: 'orders', partition: 1, from: { at: 'beginning' }, until: undefined }],
      isOpenEnded: true,
    }),
  );
  const records = consumer.records();
  for (let second = 0; second < 4; second++) {
    const sent = Array.from({ length: 10 }, () =>
      producer.send({ topic: 'orders', partition: 1, value }),
    );
    await broker.complete(Promise.all(sent));
    await broker.complete(records.next());
    await broker.simulation.runFor(1000);
  }
  const figures = await figuresOf(broker);
  ok(figures.windowMs >= 3000 && figures.windowMs <= 6000, `${figures.windowMs} ms`);
  strictEqual(figures.messagesIn, 40);
  ok(figures.bytesIn >= 4000 && figures.bytesIn < 8000, `${figures.bytesIn} bytes`);
  ok(figures.bytesOut >= 4000, `${figures.bytesOut} bytes out`);
  ok(figures.requests >= 8, `${figures.requests} requests`);
  deepStrictEqual(
    figures.latencies.map(({ api }) => api),
    ['Produce', 'Fetch'],
  );
  const orders = must(figures.topics[0]);
  strictEqual(orders.topic, 'orders');
  const [idle, busy] = orders.partitions;
  strictEqual(idle?.messagesIn, 0);
  strictEqual(busy?.messagesIn, 40);
  strictEqual(busy?.highWatermark, 40);
  deepStrictEqual(
    busy?.readers.map(({ clientId }) => clientId),
    ['test'],
  );
  const [writer] = figures.producers;
  strictEqual(writer?.clientId, 'test');
  deepStrictEqual(
    writer?.topics.map(({ topic, partitions }) => ({ topic, partitions })),
    [{ topic: 'orders', partitions: [1] }],
  );
  strictEqual(figures.topicsActive, 1);
  await broker.simulation.runFor(12_000);
  const later = await figuresOf(broker);
  strictEqual(later.messagesIn, 0);
  deepStrictEqual(later.producers, []);
  client.close();
});

test('what a fetch waits for records is not part of its time', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic('orders');
  await figuresOf(broker);
  const client = broker.client();
  const consumer = await broker.complete(
    client.consumer({
      ranges: [{ topic: 'orders', partition: 0, from: { at: 'beginning' }, until: undefined }],
      isOpenEnded: true,
      maxWaitMs: 500,
    }),
  );
  void consumer.records().next();
  await broker.simulation.runFor(8000);
  const { latencies } = await figuresOf(broker);
  const fetch = must(latencies.find(({ api }) => api === 'Fetch'));
  ok(fetch.count >= 10, `${fetch.count} fetches`);
  ok(fetch.p99Micros < 50_000, `${fetch.p99Micros} µs`);
  client.close();
});

test('a group is told of with its members, what they own, their heartbeats and its offsets', async () => {
  const broker = await SimulatedBroker.start({
    config: { 'group.initial.rebalance.delay.ms': 0 },
  });
  await broker.createTopic('orders', { partitions: 2 });
  const client = broker.client();
  const producer = client.producer();
  await broker.complete(
    Promise.all(
      [0, 1].map((partition) =>
        producer.send({ topic: 'orders', partition, value: new Uint8Array(1) }),
      ),
    ),
  );
  for (const protocol of ['classic', 'consumer'] as const) {
    const consumer = client.groupConsumer({
      groupId: `of-${protocol}`,
      topics: ['orders'],
      protocol,
      autoCommitIntervalMs: 0,
    });
    const records = consumer.records();
    const first = await broker.complete(records.next());
    consumer.processed(must(first.value as never));
    await broker.complete(consumer.commit());
  }
  await broker.simulation.runFor(5000);
  const { groups, groupsMore } = await figuresOf(broker, { groups: ['of-consumer'] });
  strictEqual(groupsMore, 0);
  deepStrictEqual(
    groups.map(({ groupId, groupType, state }) => [groupId, groupType, state]),
    [
      ['of-consumer', 'consumer', 'Stable'],
      ['of-classic', 'classic', 'Stable'],
    ],
  );
  for (const { members, offsets, groupId } of groups) {
    const [member] = members;
    deepStrictEqual(member?.topics, [{ topic: 'orders', partitions: [0, 1] }], groupId);
    deepStrictEqual(member?.subscribed, ['orders'], groupId);
    const ago = member?.lastHeartbeatAgoMs ?? -1;
    ok(ago >= 0 && ago <= 5000, `${groupId}: a heartbeat ${ago} ms ago`);
    const committed = offsets.flatMap(({ partitions }) => partitions);
    ok(
      committed.some(({ committedOffset }) => committedOffset === 1),
      JSON.stringify(offsets),
    );
  }
  client.close();
});

test('it is told when the record at an offset was written, and what is not there is left out', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic('orders');
  const client = broker.client();
  const producer = client.producer();
  for (const timestampMs of [1000, 2000]) {
    await broker.complete(
      producer.send({ topic: 'orders', value: new Uint8Array(1), timestampMs }),
    );
  }
  const partitions = [0, 1, 2].map((offset) => ({ partition: 0, offset }));
  const { positions } = await figuresOf(broker, {
    positions: [
      { topic: 'orders', partitions },
      { topic: 'nowhere', partitions },
    ],
  });
  deepStrictEqual(positions, [
    {
      topic: 'orders',
      partitions: [
        { partition: 0, offset: 0, timestampMs: 1000 },
        { partition: 0, offset: 1, timestampMs: 2000 },
      ],
    },
  ]);
  client.close();
});

test('topics and groups are told of up to a number, those that are asked for before all others', async () => {
  const broker = await SimulatedBroker.start();
  for (const name of ['a', 'b', 'c', 'd']) await broker.createTopic(name);
  const { topics } = await figuresOf(broker, { topics: ['d'], topicsMax: 2 });
  deepStrictEqual(
    topics.map(({ topic }) => topic),
    ['d', 'a'],
  );
});

test('who does not know the secret finds an API that does not exist, byte for byte', async () => {
  const broker = await SimulatedBroker.start();
  const own = bytesOfSecret(broker.running.figures.secret);
  const almost = own.slice();
  almost[almost.length - 1] = (almost.at(-1) ?? 0) ^ 1;
  const frameOf = (secret: Uint8Array): Buffer =>
    requestFrame(brokerFiguresRequest, 0, 7, { ...everything, secret });
  const nobody = frameOf(own);
  nobody.writeInt16BE(31_999, 4);
  const otherVersion = frameOf(own);
  otherVersion.writeInt16BE(1, 6);
  const malformed = framed(Buffer.from('7d0000000000000700ffff', 'hex'));
  const strangers = [almost, own.slice(1), new Uint8Array(0)].map(frameOf);
  const seen: unknown[] = [];
  for (const frame of [nobody, ...strangers, otherVersion, malformed]) {
    const peer = await broker.connect();
    // An answer before it is still sent.
    const software = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
    peer.write(requestFrame(apiVersionsRequest, 3, 7, software), frame);
    await peer.closed();
    seen.push(peer.frames.map((received) => received.frame.toString('hex')));
  }
  for (const one of seen.slice(1)) deepStrictEqual(one, seen[0]);
  const reasons = broker.closedReasons;
  deepStrictEqual(reasons.slice(0, 5), [
    'no API has the key 31999',
    ...Array.from({ length: 4 }, () => 'no API has the key 32000'),
  ]);
  strictEqual(reasons.length, 6);
  const answer = await figuresOf(broker);
  strictEqual(answer.connections, 1);
});

test('a broker that does not watch its cluster has no API that says why something stands still', async () => {
  const broker = await SimulatedBroker.start();
  const peer = await broker.connect();
  peer.write(requestFrame(describeWhysRequest, 0, 7, { isGroup: true, name: 'billing' }));
  await peer.closed();
  deepStrictEqual(broker.closedReasons, ['no API has the key 32001']);
});

test('nobody is told of it by ApiVersions', async () => {
  const broker = await SimulatedBroker.start();
  const peer = await broker.connect();
  const software = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
  const { apiKeys } = await peer.call(apiVersionsRequest, apiVersionsResponse, 4, software);
  ok(apiKeys.every(({ apiKey }) => apiKey < 100));
});

test('each start has a secret of its own', async () => {
  const broker = await SimulatedBroker.start();
  const before = broker.running.figures.secret;
  strictEqual(before.length, 64);
  await broker.restart();
  ok(broker.running.figures.secret !== before);
  strictEqual(
    broker.running.metadata.image.brokers.get(1)?.figuresSecret,
    broker.running.figures.secret,
  );
});

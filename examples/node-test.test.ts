// A test with a broker of its own. Run it with: node --test examples/node-test.test.ts
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import kafkajs, { type Producer } from 'kafkajs';
import { createBroker, type Broker } from '../src/index.ts'; // in your project: from 'odradek'
import { placeOrder } from './order-service.ts';

let broker: Broker;
let producer: Producer;

before(async () => {
  broker = await createBroker({ topics: { orders: 1 } });
  const kafka = new kafkajs.Kafka({ brokers: [broker.bootstrapServers] });
  producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
});

after(async () => {
  await producer.disconnect();
  await broker.stop();
});

test('an order is announced under the name of its customer', async () => {
  await placeOrder(producer, 'ann', 'tea');
  const [record] = await broker.records('orders');
  assert.equal(String(record?.key), 'ann');
  assert.deepEqual(JSON.parse(String(record?.value)), { item: 'tea' });
});

test('an order for nothing is not announced', async () => {
  const before = (await broker.records('orders')).length;
  await assert.rejects(placeOrder(producer, 'bob', ''), /an order is for something/);
  assert.equal((await broker.records('orders')).length, before);
});

/**
 * Goal: every client reads a filtered topic as any other: what matches and nothing else, past stretches of which nothing
 * does, up to the end, and then what comes.
 * Method: each client reads with its own code, alone or in a group, where one record in many matches.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Admin, Consumer, type GenericError, Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';

import { createClient, type Client } from '../../src/client/client.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { must } from '../../src/util/assert.ts';
import { clientOptions, readTopic } from './client-records.ts';
import { until } from './members/member.ts';
import { isInstalled, runClient } from './run-client.ts';
import { startTarget, type Target } from './target.ts';

const isOurs = process.env['ODRADEK_TEST_BOOTSTRAP'] === undefined;
const crab = await import('kafka-crab-js').catch(() => undefined);
const configs = { 'odradek.filter': 'value.player == "kohli"' };

describe('a filtered topic', { skip: !isOurs }, () => {
  let target: Target;
  let admin: Admin;
  let producer: Producer;
  let client: Client;
  let source: string;
  let filtered: string;
  /** Offsets of what matches. */
  const matching: number[] = [];
  let endOffset = 0;

  before(async () => {
    target = await startTarget();
    admin = new Admin(clientOptions(target));
    producer = new Producer(clientOptions(target));
    const { bootstrapServers } = target;
    client = createClient({ bootstrapServers, clientId: 'compat' }, createNodeRuntime());
    source = target.topicName('adverts');
    filtered = target.topicName('kohli');
    await admin.createTopics({ topics: [source], partitions: 1, replicas: 1 });
    await admin.createTopics({
      topics: [filtered],
      partitions: -1,
      replicas: -1,
      configs: Object.entries({ ...configs, 'odradek.source.topic': source }).map(
        ([name, value]) => ({ name, value }),
      ),
    });
    for (const matches of [3, 30, 31, 90]) await writeUpTo(matches);
    await write('dhoni', 40);
  });
  after(async () => {
    client.close();
    await Promise.all([admin.close(), producer.close()]);
    await target.stop();
  });

  /** What a group has committed in the filtered topic. */
  async function committed(groupId: string): Promise<number | undefined> {
    const found = await client.admin.listGroupOffsets(groupId);
    return found.find(({ topic }) => topic === filtered)?.offset;
  }

  /** One batch for each record, so that a stretch is one of batches. */
  async function write(player: string, count = 1): Promise<void> {
    for (let i = 0; i < count; i++, endOffset++) {
      const value = Buffer.from(JSON.stringify({ player, n: endOffset }));
      await producer.send({ messages: [{ topic: source, partition: 0, value }] });
    }
  }

  async function writeUpTo(offset: number): Promise<void> {
    await write('dhoni', offset - endOffset);
    matching.push(endOffset);
    await write('kohli');
  }

  test('@platformatic/kafka fetches what matches, and broker.records has the same', async () => {
    const records = await readTopic(target, filtered);
    assert.deepEqual(
      records.map(({ offset }) => offset),
      matching,
    );
  });

  test('a write to it is refused with words that name the source', async () => {
    const messages = [{ topic: filtered, partition: 0, value: Buffer.from('{}') }];
    await assert.rejects(producer.send({ messages }), (error: GenericError) => {
      assert.ok(error.findBy('apiId', 'POLICY_VIOLATION'), error.toString());
      return true;
    });
  });

  test('@platformatic/kafka streams it in a group, with offsets of the group’s own', async () => {
    const groupId = target.topicName('group');
    const consumer = new Consumer({ ...clientOptions(target), groupId });
    const stream = await consumer.consume({
      topics: [filtered],
      mode: 'earliest',
      maxWaitTime: 50,
      autocommit: 20,
    });
    const read: number[] = [];
    stream.on('data', ({ offset }) => read.push(Number(offset)));
    await until(() => read.length === matching.length);
    await writeUpTo(endOffset + 20);
    await until(() => read.length === matching.length);
    assert.deepEqual(read, matching);
    await write('dhoni', 10);
    await until(async () => (await committed(groupId)) === endOffset);
    await stream.close();
    await consumer.close();
  });

  test('kafkajs reads it in a group, and its lag comes to nothing over what does not match', async () => {
    const kafka = new kafkajs.Kafka({
      brokers: [target.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const groupId = target.topicName('group');
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic: filtered, fromBeginning: true });
    const read: number[] = [];
    await consumer.run({
      autoCommitInterval: 20,
      eachMessage: async ({ message }) => {
        read.push(Number(message.offset));
      },
    });
    await until(() => read.length === matching.length);
    await write('dhoni', 30);
    await writeUpTo(endOffset + 5);
    await until(() => read.length === matching.length);
    assert.deepEqual(read, matching);
    await until(async () => (await committed(groupId)) === endOffset);
    await write('dhoni', 30);
    await until(async () => (await committed(groupId)) === endOffset);
    await consumer.disconnect();
  });

  test(
    'kafka-crab-js (librdkafka) reads it, and the next match when it comes',
    { skip: crab === undefined },
    async () => {
      const librdkafka = new (must(crab).KafkaClient)({
        brokers: target.bootstrapServers,
        clientId: 'filtered',
        logLevel: 'off',
        brokerAddressFamily: 'v4',
      });
      const configuration = { 'enable.auto.commit': 'false', 'fetch.wait.max.ms': '50' };
      const consumer = librdkafka.createConsumer({ groupId: 'assigned', configuration });
      const offset = { position: 'Beginning' } as const;
      await consumer.subscribe([{ topic: filtered, partitionOffset: [{ partition: 0, offset }] }]);
      const read: number[] = [];
      const readOn = async (): Promise<void> => {
        while (read.length < matching.length) {
          const messages = await consumer.recvBatch(matching.length - read.length, 1000);
          read.push(...messages.map(({ offset }) => offset));
        }
      };
      await readOn();
      await writeUpTo(endOffset + 20);
      await readOn();
      assert.deepEqual(read, matching);
      await consumer.disconnect();
    },
  );

  test('kcat reads it to its end', { skip: !isInstalled('kcat', ['-V']) }, async () => {
    const args = ['-C', '-q', '-e', '-b', target.bootstrapServers, '-t', filtered, '-p', '0'];
    const output = await runClient('kcat', [...args, '-X', 'fetch.wait.max.ms=50', '-f', '%o ']);
    assert.deepEqual(output.split(' ').filter(Boolean).map(Number), matching);
  });

  test('kcat reads it to its end in a group', { skip: !isInstalled('kcat', ['-V']) }, async () => {
    const groupId = target.topicName('group');
    const group = ['-G', groupId, filtered, '-X', 'auto.offset.reset=earliest'];
    const args = ['-q', '-e', '-b', target.bootstrapServers, '-X', 'fetch.wait.max.ms=50'];
    const output = await runClient('kcat', [...args, '-f', '%o ', ...group]);
    assert.deepEqual(output.split(' ').filter(Boolean).map(Number), matching);
    assert.equal(await committed(groupId), endOffset);
  });
});

/**
 * Goal: members of other people's clients and members of our own client share the partitions of a topic.
 * Method: one of each in a group; whoever leads it shares by an assignor that both know.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, MessagesStreamModes } from '@platformatic/kafka';
import { KafkaClient as CrabClient } from 'kafka-crab-js';
import kafkajs from 'kafkajs';
import { type Client, createClient } from '../../src/client/client.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { clientOptions } from './client-records.ts';
import { startTarget, type Target } from './target.ts';

/** A member that notes the values it reads; answers how it is stopped. */
type StartMember = (
  groupId: string,
  topic: string,
  note: (value: string) => void,
) => Promise<() => Promise<unknown>>;

let target: Target;
let client: Client;

before(async () => {
  target = await startTarget({ storage: 'memory' });
  client = createClient({ bootstrapServers: target.bootstrapServers }, createNodeRuntime());
});

after(async () => {
  client.close();
  await target.stop();
});

const startOurs: StartMember = async (groupId, topic, note) => {
  const member = client.groupConsumer({ groupId, topics: [topic], heartbeatIntervalMs: 200 });
  const read = async (): Promise<void> => {
    for await (const batch of member.records()) {
      for (const { value } of batch) note(String(Buffer.from(value ?? [])));
      member.processed(batch);
    }
  };
  const ended = read();
  return () => {
    member.stop();
    return ended;
  };
};

const startKafkajs: StartMember = async (groupId, topic, note) => {
  const kafka = new kafkajs.Kafka({
    brokers: [target.bootstrapServers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 200 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => note(String(message.value)) });
  return () => consumer.disconnect();
};

const startPlatformatic: StartMember = async (groupId, topic, note) => {
  const consumer = new Consumer({
    ...clientOptions(target),
    groupId,
    heartbeatInterval: 200,
    sessionTimeout: 10_000,
  });
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: 'earliest',
    autocommit: true,
  });
  stream.on('data', ({ value }) => note(String(value)));
  return () => consumer.close(true);
};

const startLibrdkafka: StartMember = async (groupId, topic, note) => {
  const crab = new CrabClient({ brokers: target.bootstrapServers, clientId: 'crab' });
  const consumer = crab.createConsumer({
    groupId,
    configuration: { 'auto.offset.reset': 'earliest', 'heartbeat.interval.ms': '200' },
  });
  await consumer.subscribe(topic);
  let isOver = false;
  const read = async (): Promise<void> => {
    while (!isOver) {
      const message = await consumer.recv();
      if (message !== null) note(String(message.payload));
    }
  };
  const ended = read().catch(() => {});
  return async () => {
    isOver = true;
    await consumer.disconnect();
    await ended;
  };
};

const others: Readonly<Record<string, StartMember>> = {
  kafkajs: startKafkajs,
  '@platformatic/kafka': startPlatformatic,
  librdkafka: startLibrdkafka,
};

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}

/** How many partitions each member has, once there are two and they have all. */
async function shares(groupId: string): Promise<number[]> {
  let sizes: number[] = [];
  await until(async () => {
    const [group] = await client.admin.describeGroups([groupId]);
    if (group === undefined || 'error' in group || group.value.state !== 'Stable') return false;
    sizes = group.value.members.map(({ assignment }) => assignment.length);
    return sizes.length === 2 && sizes.reduce((sum, size) => sum + size, 0) === 4;
  });
  return sizes;
}

describe('a group of members of several clients', { timeout: 120_000 }, () => {
  for (const [name, startOther] of Object.entries(others)) {
    for (const order of ['ours first', `${name} first`]) {
      test(`ours and ${name}, ${order}: each has half, and each record is read by one of them`, async () => {
        const topic = target.topicName('shared');
        const groupId = target.topicName('group');
        await client.admin.createTopic({ name: topic, partitions: 4 });
        const values: string[] = [];
        const note = (value: string): number => values.push(value);
        const starts = order === 'ours first' ? [startOurs, startOther] : [startOther, startOurs];
        const stops: (() => Promise<unknown>)[] = [];
        for (const start of starts) stops.push(await start(groupId, topic, note));
        assert.deepEqual(await shares(groupId), [2, 2]);
        const producer = client.producer();
        const expected = Array.from({ length: 40 }, (_, index) => String(index));
        for (const [index, value] of expected.entries()) {
          await producer.send({ topic, partition: index % 4, value: Buffer.from(value) });
        }
        await until(() => values.length >= expected.length);
        await Promise.all(stops.map((stop) => stop()));
        assert.deepEqual(values.toSorted(), expected.toSorted());
      });
    }
  }
});

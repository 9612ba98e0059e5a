/**
 * Goal: librdkafka reads by group, by the classic protocol and by the next generation's (KIP-848). Method: two
 * members share a topic; one leaves, and the other reads on alone from what was committed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Admin } from '@platformatic/kafka';
import type { KafkaClient, KafkaConsumer } from 'kafka-crab-js';
import { must } from '../../src/util/assert.ts';
import { clientOptions } from './client-records.ts';
import { startTarget, type Target } from './target.ts';

// npm leaves the binding out where npm itself does not run on the version of Node that it names.
const crab = await import('kafka-crab-js').catch(() => undefined);
const skip =
  crab === undefined && "kafka-crab-js has no native binding here: npx -c 'npm install' brings it";

const partitionCount = 4;

/** A consumer that reads as long as it is there. */
class Member {
  readonly consumer: KafkaConsumer;
  readonly values: string[] = [];
  #reading: Promise<void> = Promise.resolve();
  #isLeaving = false;

  constructor(client: KafkaClient, groupId: string, protocol: string) {
    const classic = { 'session.timeout.ms': '10000', 'heartbeat.interval.ms': '100' };
    this.consumer = client.createConsumer({
      groupId,
      configuration: {
        'auto.offset.reset': 'earliest',
        'enable.auto.commit': 'true',
        'auto.commit.interval.ms': '50',
        'fetch.wait.max.ms': '50',
        'group.protocol': protocol,
        ...(protocol === 'classic' ? classic : {}),
      },
    });
  }

  async start(topic: string): Promise<this> {
    await this.consumer.subscribe(topic);
    this.#reading = this.#read();
    return this;
  }

  async #read(): Promise<void> {
    while (!this.#isLeaving) {
      for (const { payload } of await this.consumer.recvBatch(100, 50)) {
        this.values.push(payload.toString());
      }
    }
  }

  get partitions(): number {
    return this.consumer
      .assignment()
      .reduce((count, { partitionOffset }) => count + partitionOffset.length, 0);
  }

  async leave(): Promise<void> {
    if (this.#isLeaving) return;
    // `disconnect` alone says nothing to the group, whose coordinator would wait for the session timeout.
    this.consumer.unsubscribe();
    await until(() => this.partitions === 0);
    this.#isLeaving = true;
    await this.#reading;
    await this.consumer.disconnect();
  }
}

/** Waits until `condition` holds; the runner's own timeout ends a wait that is in vain. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('kafka-crab-js (librdkafka) reads by group', { skip }, () => {
  let target: Target;
  let admin: Admin;
  let client: KafkaClient;

  before(async () => {
    target = await startTarget();
    admin = new Admin(clientOptions(target));
    client = new (must(crab).KafkaClient)({
      brokers: target.bootstrapServers,
      clientId: 'crab',
      logLevel: 'off',
      brokerAddressFamily: 'v4',
    });
  });
  after(async () => {
    await admin.close();
    // Producers have no close, and complain until they are collected that the broker has stopped.
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    await target.stop();
  });

  async function write(topic: string, word: string): Promise<string[]> {
    const values = Array.from({ length: 40 }, (_, i) => `${word} ${i}`);
    const producer = client.createProducer({ configuration: { 'linger.ms': '0' } });
    const messages = values.map((value, i) => ({
      key: Buffer.from(`key ${i}`),
      payload: Buffer.from(value),
    }));
    const sent = await producer.send({ topic, messages });
    assert.ok(sent.every(({ error }) => (error ?? null) === null));
    return values;
  }

  for (const protocol of ['classic', 'consumer']) {
    test(`${protocol} protocol: two members share a topic, and the one that stays has all of it`, async () => {
      const topic = target.topicName('orders');
      const groupId = target.topicName('readers');
      await admin.createTopics({ topics: [topic], partitions: partitionCount, replicas: 1 });
      const first = await write(topic, 'first');
      const one = await new Member(client, groupId, protocol).start(topic);
      const two = await new Member(client, groupId, protocol).start(topic);
      const read = (): string[] => [...one.values, ...two.values];
      try {
        await until(() => one.partitions === 2 && two.partitions === 2);
        await until(() => new Set(read()).size === first.length);
        await two.leave();
        await until(() => one.partitions === partitionCount);
        const second = await write(topic, 'second');
        await until(() => new Set(read()).size === first.length + second.length);
        assert.deepEqual(new Set(read()), new Set([...first, ...second]));
        assert.equal(one.values.filter((value) => value.startsWith('second')).length, 40);
      } finally {
        await Promise.all([one.leave(), two.leave()]);
      }
    });
  }
});

/**
 * Goal: kafkajs reads by group as it does from Apache Kafka. Method: the classic picture, a topic that two
 * groups share, with members that come, idle and go.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Admin, type Consumer, type Kafka, type Producer } from 'kafkajs';
import { must } from '../../src/util/assert.ts';
import { startTarget, type Target } from './target.ts';

const partitionCount = 4;

/** A member of a group, and what it has been given. */
class Member {
  readonly consumer: Consumer;
  /** Of the last generation that it has joined. */
  partitions: readonly number[] = [];
  readonly values: string[] = [];

  constructor(kafka: Kafka, groupId: string) {
    this.consumer = kafka.consumer({
      groupId,
      sessionTimeout: 10_000,
      heartbeatInterval: 50,
      maxWaitTimeInMs: 50,
    });
  }

  async start(topic: string): Promise<this> {
    this.consumer.on(this.consumer.events.GROUP_JOIN, ({ payload }) => {
      this.partitions = payload.memberAssignment[topic] ?? [];
    });
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [topic], fromBeginning: true });
    await this.consumer.run({
      partitionsConsumedConcurrently: partitionCount,
      eachMessage: ({ message }) => {
        this.values.push(String(message.value));
        return Promise.resolve();
      },
    });
    return this;
  }
}

/** Waits until `condition` holds; the runner's own timeout ends a wait that is in vain. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const isShared = (members: readonly Member[], counts: readonly number[]): boolean => {
  const given = members.map(({ partitions }) => partitions.length).toSorted((a, b) => b - a);
  const all = new Set(members.flatMap(({ partitions }) => partitions));
  return JSON.stringify(given) === JSON.stringify(counts) && all.size === partitionCount;
};

describe('kafkajs reads by group', () => {
  let target: Target;
  let kafka: Kafka;
  let admin: Admin;
  let producer: Producer;
  const running = new Set<Member>();

  before(async () => {
    target = await startTarget();
    kafka = new kafkajs.Kafka({
      brokers: [target.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { initialRetryTime: 20, retries: 5 },
    });
    admin = kafka.admin();
    producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
  });
  after(async () => {
    await Promise.all([...running].map(({ consumer }) => consumer.disconnect()));
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await target.stop();
  });

  async function members(groupId: string, topic: string, count: number): Promise<Member[]> {
    const started = Array.from({ length: count }, () => new Member(kafka, groupId));
    for (const member of started) running.add(member);
    return Promise.all(started.map((member) => member.start(topic)));
  }

  async function leave(member: Member): Promise<void> {
    running.delete(member);
    await member.consumer.disconnect();
  }

  async function write(topic: string, word: string): Promise<string[]> {
    const values = Array.from({ length: 40 }, (_, i) => `${word} ${i}`);
    const messages = values.map((value, i) => ({ value, partition: i % partitionCount }));
    await producer.send({ topic, messages });
    return values.toSorted();
  }

  const read = (group: readonly Member[]): string[] =>
    group.flatMap(({ values }) => values).toSorted();

  test('two groups share a topic, each record once in each; members idle, leave and come', async () => {
    const topic = target.topicName('orders');
    await admin.createTopics({ topics: [{ topic, numPartitions: partitionCount }] });
    const first = await write(topic, 'first');
    const a = await members(target.topicName('A'), topic, 2);
    const groupB = target.topicName('B');
    const b = await members(groupB, topic, 4);
    await until(() => isShared(a, [2, 2]) && isShared(b, [1, 1, 1, 1]));
    await until(() => read(a).length === 40 && read(b).length === 40);
    assert.deepEqual([read(a), read(b)], [first, first]);

    const five = [...b, ...(await members(groupB, topic, 1))];
    await until(() => isShared(five, [1, 1, 1, 1, 0]));
    const gone = must(five.find(({ partitions }) => partitions.length === 1));
    await leave(gone);
    const rest = five.filter((member) => member !== gone);
    await until(() => isShared(rest, [1, 1, 1, 1]));
    const second = await write(topic, 'second');
    await until(() => read(a).length === 80 && read(five).length === 80);
    assert.deepEqual(read(a), [...first, ...second].toSorted());
    assert.deepEqual(read(five), read(a));
  });

  test('a group goes on from what it has committed, and is described, listed and deleted', async () => {
    const topic = target.topicName('orders');
    const groupId = target.topicName('readers');
    await admin.createTopics({ topics: [{ topic, numPartitions: partitionCount }] });
    await write(topic, 'first');
    const [before] = await members(groupId, topic, 1);
    await until(() => before?.values.length === 40);
    const { groups } = await admin.describeGroups([groupId]);
    assert.deepEqual(
      groups.map(({ state, members, protocol }) => [state, members.length, protocol]),
      [['Stable', 1, 'RoundRobinAssigner']],
    );
    await leave(must(before));
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    assert.deepEqual(
      offsets?.partitions.map(({ offset }) => offset),
      ['10', '10', '10', '10'],
    );
    const second = await write(topic, 'second');
    const [again] = await members(groupId, topic, 1);
    await until(() => again?.values.length === 40);
    assert.deepEqual(again?.values.toSorted(), second);
    await assert.rejects(admin.deleteGroups([groupId]), /Error in DeleteGroups/);
    await leave(must(again));
    const listed = await admin.listGroups();
    assert.ok(listed.groups.some((group) => group.groupId === groupId));
    await admin.deleteGroups([groupId]);
    const left = await admin.listGroups();
    assert.ok(!left.groups.some((group) => group.groupId === groupId));
  });
});

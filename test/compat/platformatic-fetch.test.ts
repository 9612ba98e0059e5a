import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Admin, type Consumer, type GenericError, Producer } from '@platformatic/kafka';
import { must } from '../../src/util/assert.ts';
import { clientOptions, fetchFrom, openConsumer } from './client-records.ts';
import { startTarget, type Target } from './target.ts';

describe('@platformatic/kafka without a group', () => {
  let target: Target;
  let admin: Admin;
  let producer: Producer;
  let consumer: Consumer;

  before(async () => {
    target = await startTarget();
    admin = new Admin(clientOptions(target));
    producer = new Producer(clientOptions(target));
    consumer = openConsumer(target);
  });
  after(async () => {
    await Promise.all([admin.close(), producer.close(), consumer.close()]);
    await target.stop();
  });

  async function newTopic(word: string, partitions = 1): Promise<string> {
    const topic = target.topicName(word);
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    return topic;
  }

  async function topicId(topic: string): Promise<string> {
    const { topics } = await consumer.metadata({ topics: [topic], forceUpdate: true });
    return must(topics.get(topic)).id;
  }

  test('a fetch session over several topics and partitions goes on from fetch to fetch', async () => {
    const left = await newTopic('left', 3);
    const right = await newTopic('right', 2);
    const [leftId, rightId] = [await topicId(left), await topicId(right)];
    const session = openConsumer(target);
    const next = { [leftId]: { 0: 0, 1: 0, 2: 0 }, [rightId]: { 0: 0, 1: 0 } } as Record<
      string,
      Record<number, number>
    >;
    const fetched: string[] = [];
    const fetchOnce = async (maxWaitTime: number) => {
      const topics = Object.entries(next).map(([id, offsets]) => fetchFrom(id, offsets));
      const response = await session.fetch({ node: 1, topics, maxWaitTime });
      for (const topic of response.responses) {
        for (const { partitionIndex, records } of topic.partitions) {
          for (const record of (records ?? []).flatMap((batch) => batch.records)) {
            fetched.push(String(record.value));
            must(next[topic.topicId])[partitionIndex] =
              must(must(next[topic.topicId])[partitionIndex]) + 1;
          }
        }
      }
      return response;
    };
    const first = await fetchOnce(0);
    assert.ok(first.sessionId > 0, 'the broker opened a session');
    for (let round = 0; round < 3; round++) {
      const messages = [
        { topic: left, partition: round, value: Buffer.from(`left ${round}`) },
        { topic: right, partition: 0, value: Buffer.from(`right ${round}`) },
      ];
      await producer.send({ messages });
      while (fetched.length < 2 * (round + 1)) {
        assert.equal((await fetchOnce(5000)).sessionId, first.sessionId);
      }
    }
    await session.close();
    const rounds = [0, 1, 2].flatMap((round) => [`left ${round}`, `right ${round}`]);
    assert.deepEqual(fetched.toSorted(), rounds.toSorted());
  });

  test('a long poll ends when a record comes, and an offset beyond the end is refused', async () => {
    const topic = await newTopic('poll');
    const id = await topicId(topic);
    const polled = consumer.fetch({
      node: 1,
      topics: [fetchFrom(id, { 0: 0 })],
      maxWaitTime: 25_000,
      minBytes: 1,
    });
    await producer.send({ messages: [{ topic, partition: 0, value: Buffer.from('news') }] });
    const { responses } = await polled;
    const values = responses[0]?.partitions[0]?.records?.flatMap(({ records }) =>
      records.map(({ value }) => String(value)),
    );
    assert.deepEqual(values, ['news']);
    const beyond = consumer.fetch({ node: 1, topics: [fetchFrom(id, { 0: 99 })], maxWaitTime: 0 });
    await assert.rejects(beyond, (error: GenericError) =>
      Boolean(error.findBy('apiId', 'OFFSET_OUT_OF_RANGE')),
    );
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Admin, Producer } from '@platformatic/kafka';
import { must } from '../../src/util/assert.ts';
import { clientOptions, readTopic } from './client-records.ts';
import { isInstalled, runClient } from './run-client.ts';
import { startTarget, type Target } from './target.ts';

const skip = !isInstalled('kcat', ['-V']) && 'kcat is not installed (apt-get install kcat)';

describe('kcat', { skip }, () => {
  let target: Target;
  let admin: Admin;
  let producer: Producer;

  before(async () => {
    target = await startTarget();
    admin = new Admin(clientOptions(target));
    producer = new Producer(clientOptions(target));
  });
  after(async () => {
    await Promise.all([admin.close(), producer.close()]);
    await target.stop();
  });

  function kcat(args: string, input = ''): Promise<string> {
    return runClient('kcat', ['-b', target.bootstrapServers, ...args.split(' ')], input);
  }

  /** Reads to the end, where a fetch is to find nothing soon. */
  function consume(args: string): Promise<string> {
    return kcat(`-C -q -e -X fetch.wait.max.ms=50 ${args}`);
  }

  async function newTopic(word: string, partitions = 1): Promise<string> {
    const topic = target.topicName(word);
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    return topic;
  }

  /** Writes a record for each time, in one batch each. */
  async function writeTimes(topic: string, times: readonly number[]): Promise<void> {
    for (const time of times) {
      const value = Buffer.from(`at ${time}`);
      await producer.send({ messages: [{ topic, partition: 0, value, timestamp: BigInt(time) }] });
    }
  }

  test('metadata lists the broker, the topic and its partitions', async () => {
    const topic = await newTopic('listed', 3);
    const metadata = JSON.parse(await kcat(`-L -J -t ${topic}`)) as {
      controllerid: number;
      brokers: { id: number; name: string }[];
      topics: {
        topic: string;
        partitions: { partition: number; leader: number; isrs: { id: number }[] }[];
      }[];
    };
    assert.equal(metadata.controllerid, 1);
    assert.deepEqual(metadata.brokers, [{ id: 1, name: target.bootstrapServers }]);
    assert.equal(metadata.topics[0]?.topic, topic);
    assert.deepEqual(
      metadata.topics[0].partitions.map(({ partition, leader, isrs }) => [partition, leader, isrs]),
      [0, 1, 2].map((partition) => [partition, 1, [{ id: 1 }]]),
    );
    const all = JSON.parse(await kcat('-L -J')) as { topics: { topic: string }[] };
    assert.ok(all.topics.some((one) => one.topic === topic));
  });

  test('records of every codec, with acks 0, 1 and all, are written and read back', async () => {
    const topic = await newTopic('codecs');
    const variants = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap((codec) =>
      ['0', '1', 'all'].map((acks) => ({ codec, acks })),
    );
    await Promise.all(
      variants.map(({ codec, acks }) => {
        const lines = Array.from({ length: 30 }, (_, i) => `${codec} ${acks} ${i}\n`);
        return kcat(
          `-P -t ${topic} -p 0 -X compression.codec=${codec} -X acks=${acks}`,
          lines.join(''),
        );
      }),
    );
    const read = (await consume(`-t ${topic} -p 0 -o beginning`)).trimEnd().split('\n');
    assert.equal(read.length, variants.length * 30);
    for (const { codec, acks } of variants) {
      const mine = read.filter((line) => line.startsWith(`${codec} ${acks} `));
      assert.deepEqual(
        mine,
        Array.from({ length: 30 }, (_, i) => `${codec} ${acks} ${i}`),
      );
    }
    assert.deepEqual(
      (await readTopic(target, topic)).map(({ value }) => value),
      read,
    );
  });

  test('an idempotent producer writes each line once', async () => {
    const topic = await newTopic('idempotent');
    const lines = Array.from({ length: 2000 }, (_, i) => `${i}`);
    await kcat(`-P -t ${topic} -p 0 -X enable.idempotence=true`, lines.join('\n'));
    assert.deepEqual(
      (await readTopic(target, topic)).map(({ value }) => value),
      lines,
    );
  });

  test('keys, headers and tombstones are written and read back', async () => {
    const topic = await newTopic('keyed', 2);
    await kcat(`-P -t ${topic} -p 1 -K : -Z -H trace=abc`, 'cup:full\ncup:\n');
    const records = await readTopic(target, topic);
    assert.deepEqual(
      records.map(({ partition, key, value, headers }) => [partition, key, value, headers]),
      [
        [1, 'cup', 'full', [['trace', 'abc']]],
        [1, 'cup', null, [['trace', 'abc']]],
      ],
    );
    const read = await consume(`-t ${topic} -f %p/%o/%k/%S/%h;`);
    assert.equal(read, '1/0/cup/4/trace=abc;1/1/cup/-1/trace=abc;');
  });

  test('a partition is read from an offset, from the end back, and from a time to a time', async () => {
    const topic = await newTopic('places');
    await writeTimes(topic, [1000, 2000, 3000, 4000, 5000]);
    const expected = {
      '-o 3': '3,4000;4,5000;',
      '-o -2': '3,4000;4,5000;',
      '-o 1 -c 2': '1,2000;2,3000;',
      '-o s@2500': '2,3000;3,4000;4,5000;',
      '-o s@2000 -o e@4000': '1,2000;2,3000;',
      '-o end': '',
    };
    const read = Object.keys(expected).map(async (from) => [
      from,
      await consume(`-t ${topic} -p 0 ${from} -f %o,%T;`),
    ]);
    assert.deepEqual(Object.fromEntries(await Promise.all(read)), expected);
  });

  test('offsets are queried: earliest, latest and by time', async () => {
    const topic = await newTopic('queried');
    await writeTimes(topic, [1000, 2000, 3000]);
    const query = async (time: number) =>
      /offset (-?\d+)/.exec(await kcat(`-Q -t ${topic}:0:${time}`))?.[1];
    assert.deepEqual(await Promise.all([-2, -1, 0, 1001, 3000, 3001].map(query)), [
      '0',
      '3',
      '0',
      '1',
      '2',
      '-1',
    ]);
  });

  test('a reader at the end is handed what comes', async () => {
    const topic = await newTopic('followed');
    const reading = kcat(`-C -q -u -t ${topic} -p 0 -o beginning -c 2`);
    await kcat(`-P -t ${topic} -p 0`, 'one\n');
    await kcat(`-P -t ${topic} -p 0`, 'two\n');
    assert.equal(await reading, 'one\ntwo\n');
  });

  test('a file goes as one large message there and back', async () => {
    const topic = await newTopic('large');
    const value = 'kafka '.repeat(150_000);
    await kcat(`-P -t ${topic} -p 0 -D ~`, value);
    assert.equal(await consume(`-t ${topic} -p 0 -f %s`), value);
  });

  test('a topic that nobody created is made by writing to it', async () => {
    const topic = target.topicName('automatic');
    await kcat(`-P -t ${topic}`, 'first\n');
    assert.deepEqual(
      (await readTopic(target, topic)).map(({ value }) => value),
      ['first'],
    );
  });

  test('an illegal name and an unknown partition are errors', async () => {
    await assert.rejects(kcat('-P -t /shopping-cart-done', 'x\n'), /Invalid topic/i);
    const topic = await newTopic('small');
    await assert.rejects(kcat(`-P -t ${topic} -p 7`, 'x\n'), /Unknown partition/i);
    assert.equal(
      must((await admin.metadata({ topics: [topic] })).topics.get(topic)).partitionsCount,
      1,
    );
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readTopic } from './client-records.ts';
import { isInstalled, runClient } from './run-client.ts';
import { startTarget, type Target } from './target.ts';

const python = process.env['ODRADEK_PYTHON'] ?? 'python3';
const skip =
  !isInstalled(python, ['-c', 'import confluent_kafka']) &&
  `${python} has no confluent-kafka (pip install confluent-kafka; ODRADEK_PYTHON names another python)`;
const script = fileURLToPath(new URL('confluent-kafka-checks.py', import.meta.url));

describe('confluent-kafka (librdkafka)', { skip, concurrency: 2 }, () => {
  let target: Target;

  before(async () => {
    target = await startTarget();
  });
  after(() => target.stop());

  /** Has the script beside this file do a check with a topic, and answers what it saw. */
  async function run(check: string, topic: string): Promise<unknown> {
    return JSON.parse(await runClient(python, [script, target.bootstrapServers, check, topic]));
  }

  test('topics are created, described, altered, grown and deleted', async () => {
    assert.deepEqual(await run('admin', target.topicName('admin')), {
      created: null,
      again: 'TOPIC_ALREADY_EXISTS',
      brokers: [[1, target.bootstrapServers]],
      partitions: [0, 1, 2].map((partition) => [partition, 1, [1], [1]]),
      nodes: [1],
      described: ['60000', 1, false, false],
      'described all': true,
      altered: null,
      'segment.bytes': '2097152',
      'node.id': '1',
      grown: null,
      shrunk: 'INVALID_PARTITIONS',
      deleted: null,
      'deleted again': 'UNKNOWN_TOPIC_OR_PART',
    });
  });

  test('records of every codec, with acks 0, 1 and all, are written and read back', async () => {
    const topic = target.topicName('codecs');
    const { errors, read } = (await run('codecs', topic)) as { errors: string[]; read: unknown[] };
    assert.deepEqual(errors, []);
    const expected = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap((codec) =>
      [0, 1, -1].flatMap((acks) =>
        Array.from({ length: 40 }, (_, i) => ({
          partition: 0,
          timestamp: 1_700_000_000_000 + i,
          key: `key ${i}`,
          value: i % 7 === 3 ? null : `${codec} ${acks} ${'value '.repeat(i)}`,
          headers:
            i % 2 === 1
              ? [
                  ['codec', codec],
                  ['null', null],
                ]
              : [],
        })),
      ),
    );
    assert.deepEqual(
      read,
      expected.map((record, offset) => ({ ...record, offset })),
    );
    assert.deepEqual(await readTopic(target, topic), read);
  });

  test('an idempotent producer writes to four partitions without gaps and without doubles', async () => {
    const topic = target.topicName('idempotent');
    const delivered = (await run('idempotent', topic)) as [partition: number, offset: number][];
    const byPlace = delivered.toSorted(([p, o], [q, r]) => p - q || o - r);
    const places = Array.from({ length: 4000 }, (_, i) => [Math.floor(i / 1000), i % 1000]);
    assert.deepEqual(byPlace, places);
    const values = (await readTopic(target, topic)).map(({ value }) => Number(value));
    assert.deepEqual(
      values,
      places.map(([partition = 0, offset = 0]) => offset * 4 + partition),
    );
  });

  test('a reader is placed by assignment, by seeking, by time and behind deleted records', async () => {
    assert.deepEqual(await run('places', target.topicName('places')), {
      assigned: [
        [0, 7],
        [0, 8],
        [0, 9],
        [1, 0],
      ],
      position: [10],
      sought: [8, 2, 5],
      watermarks: [0, 10],
      times: [0, 0, 3, 9, -1],
      listed: [0, 10, 9, 3],
      'low watermark': 6,
      reset: [6, 7, 8, 9],
    });
  });

  test('messages of 900 kB and 5 MB go through where the topic allows them, larger ones do not', async () => {
    assert.deepEqual(await run('large', target.topicName('large')), {
      delivered: [[0, 0], [0, 1], 'MSG_SIZE_TOO_LARGE'],
      read: [900_000, 5_000_000],
    });
  });

  test('what is refused says why', async () => {
    assert.deepEqual(await run('errors', target.topicName('errors')), {
      'illegal name': 'TOPIC_EXCEPTION',
      'three replicas': 'INVALID_REPLICATION_FACTOR',
      'bad config': 'INVALID_CONFIG',
      'no such topic': 'UNKNOWN_TOPIC_OR_PART',
      'beyond the end': '_AUTO_OFFSET_RESET',
    });
  });
});

// Goal: the position of every client moves on over what compaction has emptied, up to the end. Method: a log
// whose tail has no records at all, as a folder to be taken over; each client reads it with its own code.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Producer } from '@platformatic/kafka';
import { KafkaClient, type Message } from 'kafka-crab-js';
import { encoded, Wire } from '../../benchmarks/lib/wire.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch.ts';
import { buildBatch, buildEmptyBatch } from '../../src/records/batch-builder.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { retainRecords } from '../../src/records/rewrite.ts';
import { must } from '../../src/util/assert.ts';
import { clientOptions, fetchFrom, openConsumer } from './client-records.ts';
import { isInstalled, runClient } from './run-client.ts';
import { startTarget, type Target } from './target.ts';

const topic = 'prices';
const endOffset = 20;
/** Where a reader may stand: at the start, in the emptied part of a batch, and at emptied batches. */
const fetchOffsets = [0, 2, 6, 12, 15, 19];

function full(baseOffset: number, count: number): RecordBatch {
  const records = Array.from({ length: count }, (_, i) => ({
    key: Buffer.from(`k${baseOffset + i}`),
    value: Buffer.from(`v${baseOffset + i}`),
    timestamp: 1_700_000_000_000,
  }));
  return buildBatch(records, { baseOffset, partitionLeaderEpoch: 0, compression: 'gzip' });
}

/** Records at 0, 1 and 5, and nothing from there to the end. */
function compactedLog(): Uint8Array {
  const thinned = retainRecords(full(5, 10), ({ offset }) => offset === 5, { maxBytes: 1e6 });
  const batches = [full(0, 2), buildEmptyBatch(full(2, 3)), must(thinned)];
  batches.push(buildEmptyBatch(full(15, 5)));
  return Buffer.concat(batches.flatMap(({ chunks }) => chunks));
}

const isOurs = process.env['ODRADEK_TEST_BOOTSTRAP'] === undefined;

describe('a compacted tail without records', { skip: !isOurs }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'odradek-compacted-'));
  let target: Target;

  before(async () => {
    const partition = join(dataDir, `${topic}-0`);
    mkdirSync(partition);
    writeFileSync(join(partition, `${'0'.repeat(20)}.log`), compactedLog());
    target = await startTarget({ dataDir });
  });
  after(async () => {
    await target.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('@platformatic/kafka fetches past it', async () => {
    const consumer = openConsumer(target);
    const { topics } = await consumer.metadata({ topics: [topic], forceUpdate: true });
    for (const fetchOffset of fetchOffsets) {
      let position = BigInt(fetchOffset);
      for (let fetches = 0; position < endOffset; fetches++) {
        assert.ok(fetches < 4, `stands at ${position}`);
        const asked = [fetchFrom(must(topics.get(topic)).id, { 0: position })];
        const { responses } = await consumer.fetch({ node: 1, topics: asked, maxWaitTime: 0 });
        const batch = responses[0]?.partitions[0]?.records?.at(-1);
        // As its stream does.
        if (batch !== undefined) position = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      }
    }
    await consumer.close();
  });

  test('kafkajs decodes it and finds where to go on', async () => {
    const require = createRequire(import.meta.url);
    const { decode, parse } = require('kafkajs/src/protocol/requests/fetch/v11/response.js');
    const Batch = require('kafkajs/src/consumer/batch.js');
    const wire = await Wire.connect(target.bootstrapServers);
    for (const fetchOffset of fetchOffsets) {
      let position = fetchOffset;
      for (let fetches = 0; position < endOffset; fetches++) {
        assert.ok(fetches < 4, `stands at ${position}`);
        const frame = encoded(fetchRequest, 11, {
          maxWaitMs: 0,
          minBytes: 1,
          topics: [
            {
              topic,
              partitions: [{ partition: 0, fetchOffset: position, partitionMaxBytes: 1e6 }],
            },
          ],
          forgottenTopicsData: [],
        } as never);
        const answer = await new Promise<Buffer>((resolve) => {
          wire.send(frame, (chunks) => resolve(Buffer.concat(chunks)));
        });
        const decoded = await parse(await decode(answer.subarray(4)));
        const batch = new Batch(topic, String(position), decoded.responses[0].partitions[0]);
        position = Number(batch.lastOffset()) + 1;
      }
    }
    wire.close();
  });

  test('librdkafka reaches the end', { skip: !isInstalled('kcat', ['-V']) }, async () => {
    for (const fetchOffset of fetchOffsets) {
      // -e ends when the position is the high watermark.
      const args = ['-C', '-e', '-q', '-b', target.bootstrapServers, '-t', topic, '-p', '0'];
      const output = await runClient('kcat', [...args, '-o', `${fetchOffset}`, '-f', '%o ']);
      const expected = [0, 1, 5].filter((offset) => offset >= fetchOffset);
      assert.deepEqual(output.split(' ').filter(Boolean).map(Number), expected);
    }
  });

  test('kafka-crab-js reads what is there, and the next record when it comes', async () => {
    const client = new KafkaClient({ brokers: target.bootstrapServers, clientId: 'compacted' });
    const configuration = { 'enable.auto.commit': 'false', 'fetch.wait.max.ms': '100' };
    const consumer = client.createConsumer({ groupId: 'assigned', configuration });
    await consumer.subscribe([
      { topic, partitionOffset: [{ partition: 0, offset: { position: 'Beginning' } }] },
    ]);
    const read: Message[] = [];
    const readTo = async (count: number): Promise<void> => {
      while (read.length < count) read.push(...(await consumer.recvBatch(count, 1000)));
    };
    await readTo(3);
    const producer = new Producer(clientOptions(target));
    const message = { topic, partition: 0, key: Buffer.from('new'), value: Buffer.from('news') };
    await producer.send({ messages: [message] });
    await producer.close();
    await readTo(4);
    assert.deepEqual(
      read.map(({ offset }) => offset),
      [0, 1, 5, endOffset],
    );
    await consumer.disconnect();
  });
});

/**
 * Goal: 10,000 partitions need no more than 20,000 descriptors.
 * Method: a broker on the memory Files port, which counts what is open. Segments are so small that each
 * partition soon has a second, with indexes; all are written, read from their start, and flushed by the stop.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunningBroker } from '../../src/broker/broker.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import type { FileHandle, Files } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { RawConnection } from './raw-connection.ts';
import { brokerValues } from './simulated-broker.ts';

const partitionCount = 10_000;
const descriptorsMax = 20_000;

/** Files like `inner` that know how many handles are open, and how many were at most. */
class CountedFiles {
  openMost = 0;
  #openNow = 0;
  readonly files: Files;

  constructor(inner: Files) {
    this.files = { ...inner, open: (path, mode) => this.#counted(inner.open(path, mode)) };
  }

  #counted(handle: FileHandle): FileHandle {
    this.openMost = Math.max(this.openMost, ++this.#openNow);
    const close = handle.close.bind(handle);
    handle.close = () => {
      this.#openNow--;
      close();
    };
    return handle;
  }
}

test('10,000 partitions of several segments fit in 20,000 descriptors', async () => {
  const runtime = createNodeRuntime();
  const memory = createMemoryFiles({ budgetBytes: 2 ** 30, clock: runtime.clock });
  const counted = new CountedFiles(memory);
  const listeners = 'PLAINTEXT://127.0.0.1:0';
  const broker = await RunningBroker.start(
    {
      values: brokerValues({
        listeners,
        'advertised.listeners': undefined,
        'odradek.fetch.cache.bytes': 0,
      }),
      directories: ['/data'],
      metadataDirectory: '/data',
      temporary: false,
    },
    { runtime: { ...runtime, files: counted.files }, logger: silentLogger },
  );
  const configs = [
    // An index with room for one entry ends a segment with the second batch behind an entry.
    { name: 'segment.index.bytes', value: '12' },
    { name: 'index.interval.bytes', value: '0' },
  ];
  const [created] = await broker.createTopics([
    { name: 't', numPartitions: partitionCount, replicationFactor: -1, assignments: [], configs },
  ]);
  assert.ok(created !== undefined && !('error' in created), JSON.stringify(created));
  const raw = await RawConnection.open({
    host: '127.0.0.1',
    port: must(broker.addresses[0]).port,
  });
  const { chunks } = buildBatch([{ value: Buffer.from('v'), timestamp: Date.now() }]);
  const indexes = Array.from({ length: partitionCount }, (_, index) => index);
  const topicData = [
    { name: 't', partitionData: indexes.map((index) => ({ index, records: chunks })) },
  ];
  for (let round = 0; round < 4; round++) {
    const { responses } = await raw.call(produceRequest, produceResponse, 9, {
      acks: -1,
      timeoutMs: 30_000,
      topicData,
    });
    assert.ok(responses[0]?.partitionResponses.every(({ errorCode }) => errorCode === 0));
  }
  const { responses } = await raw.call(fetchRequest, fetchResponse, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [
      {
        topic: 't',
        partitions: indexes.map((partition) => ({
          partition,
          fetchOffset: 0,
          partitionMaxBytes: 1,
        })),
      },
    ],
    forgottenTopicsData: [],
  });
  assert.ok(responses[0]?.partitions.every(({ errorCode }) => errorCode === 0));
  raw.close();
  await broker.stop();
  const logs = memory.list('/data/t-0').filter((name) => name.endsWith('.log'));
  assert.ok(logs.length >= 2, logs.join(' '));
  assert.ok(counted.openMost >= partitionCount, `${counted.openMost} at most, so few?`);
  assert.ok(counted.openMost <= descriptorsMax, `${counted.openMost} open at a time`);
});

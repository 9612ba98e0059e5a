import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import type { LogManager } from '../../src/storage/log-manager.ts';
import type { Log } from '../../src/storage/log.ts';
import { must } from '../../src/util/assert.ts';
import { MemoryLogger, startManager, valuesOf } from './managed-logs.ts';

// Directories that Apache Kafka 4.3.1 wrote; see the README beside them.
const golden = join(import.meta.dirname, '../golden/apache-data-dir');

let root: string;
const managers: LogManager[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'odradek-adoption-'));
});
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.stop();
  rmSync(root, { recursive: true, force: true });
});

const directories = (): string[] => [join(root, '1'), join(root, '2')];

async function adopt(logger = new MemoryLogger()): Promise<LogManager> {
  const runtime = createNodeRuntime({ unref: true });
  const manager = await startManager(runtime, { directories: directories() }, logger);
  managers.push(manager);
  return manager;
}

function offsetsOf(manager: LogManager): Record<string, number[]> {
  const offsets: Record<string, number[]> = {};
  for (const log of manager.logs()) {
    const { logStartOffset, highWatermark, lastStableOffset, logEndOffset } = log;
    const name = `${log.topic}-${log.partition}`;
    offsets[name] = [logStartOffset, lastStableOffset, highWatermark, logEndOffset];
  }
  return Object.fromEntries(Object.entries(offsets).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const get = (manager: LogManager, topic: string, partition: number): Log =>
  must(manager.get(topic, partition));

describe('a data directory of Apache Kafka', () => {
  for (const stop of ['clean', 'killed'] as const) {
    it(`after a ${stop} stop: every topic is found under its id, with its partitions`, async () => {
      cpSync(join(golden, stop), root, { recursive: true });
      const manager = await adopt();
      const found = manager.foundTopics.map(({ topic, partitions }) => [
        topic,
        partitions.map(({ partition }) => partition).join(),
      ]);
      const deleted = stop === 'clean' ? [['to_be.deleted', '0,1,2']] : [];
      assert.deepEqual(found, [
        ['__consumer_offsets', '0'],
        ['__transaction_state', '0'],
        ['compacted.prices', '0'],
        ['orders', '0,1'],
        ['rolled_by-time', '0'],
        ...deleted,
      ]);
      const idOf = (topic: string) =>
        manager.foundTopics.find((candidate) => candidate.topic === topic)?.topicId;
      assert.equal(idOf('orders'), readTopicId(stop, '1/orders-0'));
      assert.equal(idOf('compacted.prices'), readTopicId(stop, '1/compacted.prices-0'));
      assert.equal(manager.clusterId, 'apache-kafka-cluster-A');
      assert.equal(manager.directories()[0]?.directoryId, 'directory-of-node-1--A');
      await manager.stop();
    });
  }

  it('after a clean stop: offsets, records and aborted transactions are as Apache left them', async () => {
    cpSync(join(golden, 'clean'), root, { recursive: true });
    const logger = new MemoryLogger();
    const manager = await adopt(logger);
    assert.deepEqual(
      logger.lines.filter((line) => /^(warn|error)/.test(line)),
      [],
    );
    assert.deepEqual(offsetsOf(manager), {
      '__consumer_offsets-0': [0, 20, 20, 20],
      '__transaction_state-0': [0, 11, 11, 11],
      'compacted.prices-0': [0, 10, 10, 10],
      'orders-0': [2, 34, 34, 34],
      'orders-1': [0, 63, 63, 63],
      'rolled_by-time-0': [0, 30, 30, 30],
      'to_be.deleted-0': [0, 2, 2, 2],
      'to_be.deleted-1': [0, 5, 5, 5],
      'to_be.deleted-2': [0, 3, 3, 3],
    });
    const values = await valuesOf(get(manager, 'compacted.prices', 0));
    assert.deepEqual(
      values,
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((i) => `value number ${i}`),
    );
    assert.equal((await valuesOf(get(manager, 'rolled_by-time', 0))).length, 30);
    const aborted = get(manager, 'orders', 1).abortedTransactions(0, 63);
    assert.deepEqual(
      aborted.map((transaction) => [transaction.producerId, transaction.firstOffset]),
      [[6, 3]],
    );
    await manager.stop();
  });

  it('after SIGKILL: what was written is there, an open transaction is open, deleted topics are gone', async () => {
    cpSync(join(golden, 'killed'), root, { recursive: true });
    const manager = await adopt();
    assert.deepEqual(offsetsOf(manager), {
      '__consumer_offsets-0': [0, 20, 20, 20],
      '__transaction_state-0': [0, 13, 13, 13],
      'compacted.prices-0': [0, 10, 10, 10],
      'orders-0': [2, 41, 41, 41],
      'orders-1': [0, 66, 118, 118],
      'rolled_by-time-0': [0, 40, 40, 40],
    });
    const open = get(manager, 'orders', 1)
      .activeProducers()
      .filter((producer) => producer.currentTxnStartOffset >= 0);
    assert.deepEqual(
      open.map((producer) => [producer.producerId, producer.currentTxnStartOffset]),
      [[1002, 66]],
    );
    assert.equal((await valuesOf(get(manager, 'rolled_by-time', 0))).length, 40);
    assert.equal(get(manager, 'orders', 0).latestEpoch, 2);
    await manager.stop();
  });

  it('what is Apache’s alone stays as it was, and a second start finds what the first did', async () => {
    cpSync(join(golden, 'killed'), root, { recursive: true });
    const before = foreignFiles();
    const first = await adopt();
    const offsets = offsetsOf(first);
    await first.stop();
    assert.ok(
      directories().every((directory) => existsSync(join(directory, '.kafka_cleanshutdown'))),
    );
    const second = await adopt();
    assert.deepEqual(offsetsOf(second), offsets);
    await second.stop();
    assert.deepEqual(foreignFiles(), before);
    assert.match(
      readFileSync(join(root, '2/recovery-point-offset-checkpoint'), 'utf8'),
      /__share_group_state 0 2\n/,
    );
  });
});

function readTopicId(stop: string, partition: string): string {
  const text = readFileSync(join(golden, stop, partition, 'partition.metadata'), 'utf8');
  return must(/topic_id: (.*)/.exec(text)?.[1]);
}

/** The content of all files that are not Odradek's to touch. */
function foreignFiles(): Record<string, string> {
  const content: Record<string, string> = {};
  for (const directory of ['1/__cluster_metadata-0', '2/__share_group_state-0']) {
    for (const name of readdirSync(join(root, directory))) {
      content[`${directory}/${name}`] = readFileSync(join(root, directory, name), 'latin1');
    }
  }
  return content;
}

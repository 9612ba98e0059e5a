/**
 * Goal: brokers replicate over sockets of the machine, as they do in the simulation.
 * Method: three brokers in this process, each with its files in memory, and one metadata store among them.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RunningBroker } from '../../src/broker/broker.ts';
import { createClient } from '../../src/client/client.ts';
import {
  quickSimulatedStore,
  SimulatedStore,
} from '../../src/metadata/simulated/simulated-store.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { must } from '../../src/util/assert.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { brokerValues } from './simulated-broker.ts';

const runtime = createNodeRuntime();
const store = new SimulatedStore(quickSimulatedStore, runtime);
const brokers: RunningBroker[] = [];

async function start(nodeId: number): Promise<RunningBroker> {
  const own = createNodeRuntime();
  const files = createMemoryFiles({ budgetBytes: 256 * 1024 * 1024, clock: own.clock });
  const values = brokerValues({
    'node.id': nodeId,
    listeners: 'PLAINTEXT://127.0.0.1:0',
    'advertised.listeners': undefined,
  });
  return RunningBroker.start(
    { values, directories: ['/data'], metadataDirectory: '/data', temporary: true },
    { runtime: { ...own, files }, logger: silentLogger, store: store.client(`${nodeId}`) },
  );
}

after(async () => {
  for (const broker of brokers) await broker.stop({ discard: true });
  store.close();
});

test('acks=all is answered when three brokers have it, also for many partitions and large batches', async () => {
  for (const nodeId of [1, 2, 3]) brokers.push(await start(nodeId));
  const address = must(brokers[0]?.addresses[0]);
  const client = createClient({ bootstrapServers: `${address.host}:${address.port}` }, runtime);
  const topic = 'orders';
  const partitions = 12;
  await client.admin.createTopic({ name: topic, partitions, replicationFactor: 3 });
  const producer = client.producer({ acks: 'all' });
  const sends: Promise<{ readonly partition: number; readonly offset: number }>[] = [];
  for (let i = 0; i < 600; i++) {
    const value = new Uint8Array(i % 50 === 0 ? 300_000 : 100).fill(i);
    sends.push(producer.send({ topic, partition: i % partitions, value }));
  }
  const ends = new Map<number, number>();
  for (const { partition, offset } of await Promise.all(sends)) {
    ends.set(partition, Math.max(ends.get(partition) ?? 0, offset + 1));
  }
  for (const broker of brokers) {
    for (const [index, end] of ends) {
      const partition = must(broker.partitions.get(topic, index));
      assert.equal(partition.log.writtenEndOffset, end, `partition ${index}`);
      assert.equal(partition.state.isr.length, 3);
    }
  }
  await producer.close();
  client.close();
});

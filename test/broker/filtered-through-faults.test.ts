/**
 * Goal: a filtered topic is read, without loss or repetition, through crashes of leaders, and each broker shows the same.
 * Method: brokers on simulated hosts; one writes, one reads the source and one the filtered topic, while brokers crash
 * and come back as the seed decides. What was read of the one is then held to what was read of the other.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type Client } from '../../src/client/client.ts';
import { must } from '../../src/util/assert.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

const { ODRADEK_SEED } = process.env;
const seeds = ODRADEK_SEED === undefined ? [1, 2, 3, 4, 5, 6] : [Number(ODRADEK_SEED)];
const nodeIds = [1, 2, 3];
const source = 'adverts';

/** One that never gives up. */
function patientClient(cluster: SimulatedCluster, host: string): Client {
  const options = {
    bootstrapServers: cluster.addresses,
    clientId: host,
    operationTimeoutMs: 3_600_000,
    requestTimeoutMs: 4000,
    connectTimeoutMs: 2000,
  };
  return createClient(options, cluster.simulation.runtime(host));
}

/** Reads a topic on and on. */
class Reader {
  readonly read: string[] = [];
  readonly #close: Promise<() => void>;
  readonly #done: Promise<void>;
  nextOffset: () => number = () => 0;

  constructor(cluster: SimulatedCluster, topic: string) {
    const client = patientClient(cluster, `reader-${topic}`);
    const opening = client.consumer({
      ranges: [{ topic, partition: 0, from: { at: 'beginning' }, until: undefined }],
      giveUpAfterMs: 0,
    });
    this.#done = opening.then(async (consumer) => {
      this.nextOffset = () => consumer.progressOf(topic, 0)?.resumeOffset ?? 0;
      for await (const records of consumer.records()) {
        for (const { offset, value } of records) {
          this.read.push(`${offset} ${Buffer.from(must(value)).toString()}`);
        }
      }
    });
    this.#close = opening.then((consumer) => () => {
      consumer.close();
      client.close();
    });
  }

  async close(): Promise<void> {
    (await this.#close)();
    await this.#done;
  }
}

for (const seed of seeds) {
  test(`a filtered topic is read through crashes of leaders, ODRADEK_SEED=${seed}`, async () => {
    const cluster = await SimulatedCluster.start(3, { seed });
    await cluster.createTopic(source, nodeIds);
    const admin = patientClient(cluster, 'admin');
    const configs = { 'odradek.source.topic': source, 'odradek.filter': 'value.startsWith("k")' };
    await cluster.complete(admin.admin.createTopic({ name: 'kohli', configs }));
    admin.close();
    const readers = [new Reader(cluster, source), new Reader(cluster, 'kohli')] as const;
    const writer = patientClient(cluster, 'writer');
    const producer = writer.producer({ acks: 'all', lingerMs: 5, deliveryTimeoutMs: 3_600_000 });
    const { random } = cluster.simulation;
    const sends: Promise<unknown>[] = [];
    const write = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const value = Buffer.from(random.below(4) === 0 ? `kohli ${i}` : `dhoni ${i}`);
        sends.push(producer.send({ topic: source, partition: 0, value }));
      }
    };
    for (let round = 0; round < 4; round++) {
      write(20);
      await cluster.simulation.runFor(random.below(500));
      const nodeId = 1 + random.below(3);
      if (random.below(2) === 0) cluster.crash(nodeId);
      else cluster.powerLoss(nodeId);
      write(20);
      await cluster.simulation.runFor(random.below(3000));
      await cluster.start(nodeId);
      const isInSync = (id: number): boolean =>
        cluster.broker(id).partitions.get(source, 0)?.state.isr.length === 3;
      await cluster.until(() => nodeIds.every(isInSync));
    }
    await cluster.complete(Promise.all(sends));
    const end = cluster.partition(1, source).log.logEndOffset;
    await cluster.until(() => readers.every((reader) => reader.nextOffset() >= end));
    const [all, shown] = readers;
    assert.equal(all.read.length, 160);
    assert.deepEqual(
      shown.read,
      all.read.filter((line) => line.includes('kohli')),
    );
    for (const reader of readers) await cluster.complete(reader.close());
    await cluster.complete(producer.close());
    writer.close();
  });
}

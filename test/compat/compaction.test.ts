// Goal: compaction runs by itself in a broker as users have it, wherever its data is. Method: a topic whose
// segments end with each message, and a cleaner that hardly waits; what the topic holds in the end is read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type BrokerOptions, createBroker } from '../../src/index.ts';

const places: readonly (readonly [string, BrokerOptions])[] = [
  ['a temporary folder', {}],
  ['memory', { storage: 'memory' }],
];

for (const [place, options] of places) {
  test(`a compacted topic keeps the newest record of each key in ${place}`, async () => {
    await using broker = await createBroker({
      ...options,
      config: { 'log.cleaner.backoff.ms': 20 },
    });
    await broker.createTopic('prices', {
      config: { 'cleanup.policy': 'compact', 'segment.ms': 1, 'min.cleanable.dirty.ratio': 0 },
    });
    const kafka = new Kafka({ brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const firstMs = Date.now() - 100_000;
    for (let i = 0; i < 30; i++) {
      const message = { key: `k${i % 4}`, value: `${i}`, timestamp: String(firstMs + i * 100) };
      await producer.send({ topic: 'prices', messages: [message] });
    }
    await producer.disconnect();
    let found: string[] = [];
    for (let tries = 0; tries < 500 && found.length !== 5; tries++) {
      await sleep(20);
      found = (await broker.records('prices')).map(
        ({ key, value }) => `${String(key)}=${String(value)}`,
      );
    }
    // The last one is in the active segment, and is not known to the cleaner yet.
    assert.deepEqual(found, ['k1=25', 'k2=26', 'k3=27', 'k0=28', 'k1=29']);
  });
}

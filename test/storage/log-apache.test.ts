import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  decodeProducerSnapshot,
  encodeProducerSnapshot,
} from '../../src/storage/producer-snapshot.ts';
import { infinite } from '../../src/config/log-config.ts';
import { allRecords, LogFixture, partitionDirectory } from './log-fixture.ts';

const golden = new URL('../golden/apache-data-dir/', import.meta.url);

/** A fixture whose partition directory is one that Apache Kafka wrote. */
function fixtureOf(path: string): LogFixture {
  const fixture = new LogFixture({
    cacheBytes: 0,
    config: { retentionMs: infinite, producerIdExpirationMs: infinite },
  });
  const directory = new URL(`${path}/`, golden);
  for (const name of readdirSync(directory)) {
    const content = new Uint8Array(readFileSync(new URL(name, directory)));
    fixture.files.replaceFile(`${partitionDirectory}/${name}`, content);
  }
  return fixture;
}

test('a clean partition of Apache Kafka opens with its transactions', async () => {
  const log = await fixtureOf('clean/2/orders-1').open({ clean: true });
  log.setHighWatermark(log.logEndOffset);
  const records = await allRecords(log);
  assert.ok(records.length > 50, `${records.length} records`);
  const aborted = log.abortedTransactions(0, log.logEndOffset);
  assert.deepEqual(
    aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })),
    [{ producerId: 6, firstOffset: 3 }],
  );
  assert.deepEqual(log.abortedTransactions(log.logEndOffset, log.logEndOffset + 1), []);
  assert.equal(log.lastStableOffset, log.logEndOffset, 'no transaction is open');
  assert.equal(log.latestEpoch, 0);
});

test('a partition of Apache Kafka that was killed opens with the transaction that is open', async () => {
  const log = await fixtureOf('killed/2/orders-1').open();
  log.setHighWatermark(log.logEndOffset);
  assert.equal(log.lastStableOffset, 66);
  const open = log.activeProducers().find((producer) => producer.producerId === 1002);
  assert.equal(open?.currentTxnStartOffset, 66);
  assert.deepEqual(
    log.abortedTransactions(0, log.logEndOffset).map(({ producerId }) => producerId),
    [6],
  );
});

for (const state of ['clean', 'killed']) {
  const partitions = [1, 2].flatMap((node) =>
    readdirSync(new URL(`${state}/${node}/`, golden))
      .filter((name) => /-[0-9]+$/.test(name) && !name.startsWith('__cluster_metadata'))
      .map((name) => `${state}/${node}/${name}`),
  );
  for (const path of partitions) {
    test(`indexes of ${path} are made again as Apache Kafka made them`, async () => {
      const original = fixtureOf(path);
      const log = await original.open({ clean: state === 'clean' });
      const fixture = fixtureOf(path);
      for (const name of fixture.names()) {
        if (/\.(index|timeindex|txnindex|snapshot)$/.test(name)) {
          fixture.files.remove(`${partitionDirectory}/${name}`);
        }
      }
      const again = await fixture.open();
      assert.equal(again.logEndOffset, log.logEndOffset);
      assert.deepEqual(await allRecords(again), await allRecords(log));
      await again.close();
      if (state !== 'clean') return;
      for (const name of original.names()) {
        if (!/\.(index|timeindex|txnindex)$/.test(name)) continue;
        assert.deepEqual(fixture.content(name), original.content(name), name);
      }
    });
  }

  for (const path of partitions) {
    test(`snapshots of ${path} are written as Apache Kafka wrote them`, () => {
      const fixture = fixtureOf(path);
      for (const name of fixture.names().filter((entry) => entry.endsWith('.snapshot'))) {
        const content = fixture.content(name);
        const entries = decodeProducerSnapshot(content, name);
        assert.deepEqual(encodeProducerSnapshot(entries), content);
      }
    });
  }
}

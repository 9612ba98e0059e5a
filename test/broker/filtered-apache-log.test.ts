/**
 * Goal: of a log that Apache Kafka wrote, with transactions and every codec, a filtered topic shows what filtering at
 * the client leaves, to readers of both isolation levels.
 * Method: the folder of a partition that Apache's broker left, taken over by ours; what Apache's own consumer read of it
 * is what our reader has to read of the source.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileFilter } from '../../src/filter/filter.ts';
import { must } from '../../src/util/assert.ts';
import { readByTheRules } from './rule-following-reader.ts';
import { SimulatedBroker } from './simulated-broker.ts';

const golden = join(import.meta.dirname, '../golden/apache-transactions');

const filters = [
  'value.player == "kohli"',
  'key == "k3"',
  'headers.match == "m3"',
  'value.runs > 95',
  'offset >= 100 && offset < 180 && value.n < 130',
  'timestamp < timestamp("2026-01-01T00:00:00.500Z")',
  'value == null',
  'offset % 50 == 7',
  'true',
  'false',
];

/** A broker that finds the folder among its logs. */
function startOnFolder(): Promise<SimulatedBroker> {
  return SimulatedBroker.start({
    around: (runtime) => {
      const folder = runtime.files.join('/data', 'ledger-0');
      runtime.files.makeDirectory(folder);
      for (const name of readdirSync(join(golden, 'ledger-0'))) {
        const content = readFileSync(join(golden, 'ledger-0', name));
        runtime.files.replaceFile(runtime.files.join(folder, name), content);
      }
      return runtime;
    },
  });
}

test('a log of transactions that Apache Kafka wrote', async () => {
  const broker = await startOnFolder();
  const offsets = JSON.parse(readFileSync(join(golden, 'offsets.json'), 'utf8')) as {
    readCommitted: number[];
    readUncommitted: number[];
  };
  const { log } = must(broker.running.partitions.get('ledger', 0));
  const peer = await broker.connect();
  for (const [i, filter] of filters.entries()) {
    const configs = { 'odradek.source.topic': 'ledger', 'odradek.filter': filter };
    await broker.createTopic(`filtered-${i}`, { configs });
  }
  for (const [isolation, expected, end] of [
    ['read_committed', offsets.readCommitted, log.lastStableOffset],
    ['read_uncommitted', offsets.readUncommitted, log.highWatermark],
  ] as const) {
    for (const [maxBytes, maxWaitMs] of [
      [1 << 20, 100],
      [400, 0],
      [1, 100],
    ] as const) {
      const reading = { from: 0, end, isolation, limits: () => ({ maxBytes, maxWaitMs }) };
      const source = await readByTheRules(peer, { topic: 'ledger', ...reading });
      assert.deepEqual(
        source.map(({ offset }) => offset),
        expected,
      );
      for (const [i, text] of filters.entries()) {
        const filter = compileFilter(text);
        const place = { topic: 'ledger', partition: 0 };
        const left = source.filter((record) => filter.matches({ ...record, ...place }));
        assert.equal(left.length > 0, text !== 'false', `${text} is to match something`);
        const shown = await readByTheRules(peer, { topic: `filtered-${i}`, ...reading });
        assert.deepEqual(shown, left, `${text}, ${isolation}, ${maxBytes} bytes`);
      }
    }
  }
});

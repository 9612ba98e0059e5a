import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { createBroker, type Broker, type LogFields, type Logger } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';

// Directories that Apache Kafka 4.3.1 wrote; see the README beside them.
const golden = join(import.meta.dirname, '../golden/apache-data-dir');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function recorder(): { lines: { event: string; fields: LogFields }[]; logger: Logger } {
  const lines: { event: string; fields: LogFields }[] = [];
  const note = (event: string, fields: LogFields = {}): void => {
    lines.push({ event, fields });
  };
  return { lines, logger: { debug: () => {}, info: note, warn: note, error: note } };
}

function start(logger?: Logger): Promise<Broker> {
  const directories = [join(root, '1'), join(root, '2')];
  return createBroker({
    unref: true,
    config: { 'log.dirs': directories },
    ...(logger === undefined ? {} : { logger }),
  });
}

for (const stop of ['clean', 'killed'] as const) {
  test(`a folder that Apache wrote, after a ${stop} stop: topics are adopted under their ids, nothing of them may go, and their records are read`, async () => {
    cpSync(join(golden, stop), root, { recursive: true });
    const { lines, logger } = recorder();
    const broker = await start(logger);
    try {
      const adopted = lines.filter(({ event }) => event.startsWith('adopted a topic'));
      const orders = adopted.find(({ fields }) => fields['topic'] === 'orders');
      assert.ok(orders !== undefined, 'orders is adopted, and it is said');
      assert.match(String(orders.fields['topicId']), /^[\w-]{22}$/);
      assert.equal(orders.fields['configs'], 'retention.bytes=-1 retention.ms=-1');
      const command = `odradek config set topic orders KEY=VALUE -b ${broker.bootstrapServers}`;
      assert.equal(orders.fields['toChange'], command);
      const offsets = adopted.find(({ fields }) => fields['topic'] === '__consumer_offsets');
      assert.equal(offsets?.fields['configs'], 'cleanup.policy=compact');
      const topics = adopted.map(({ fields }) => String(fields['topic']));
      assert.ok(!topics.includes('__cluster_metadata') && !topics.includes('__share_group_state'));
      const records = await broker.records('orders');
      assert.ok(records.length > 0, 'there are records');
      for (const { value } of records) assert.notEqual(value, null);
    } finally {
      await broker.stop();
    }
    const again = recorder();
    const second = await start(again.logger);
    assert.deepEqual(
      again.lines.filter(({ event }) => event.startsWith('adopted a topic')),
      [],
      'adopted once, known from then on',
    );
    await second.stop();
  });
}

test("after an adoption, a new producer's first batch is not taken for a duplicate of an old producer's", async () => {
  const dataDir = join(root, 'data');
  const write = async (broker: Broker, value: string): Promise<void> => {
    const runtime = createNodeRuntime({ unref: true });
    const client = createClient({ bootstrapServers: broker.bootstrapServers }, runtime);
    const producer = client.producer();
    await producer.send({ topic: 'orders', value: Buffer.from(value) });
    await producer.close();
    client.close();
  };
  const first = await createBroker({ dataDir, unref: true, topics: { orders: 1 } });
  for (const value of ['a', 'b', 'c']) await write(first, value);
  await first.stop();
  // Without its metadata, and the note of it, the folder is one of another broker, of whose ids nothing is known.
  rmSync(join(dataDir, 'odradek-metadata.journal'));
  const meta = join(dataDir, 'meta.properties');
  const lines = readFileSync(meta, 'utf8').split('\n');
  writeFileSync(meta, lines.filter((line) => !line.startsWith('odradek.metadata')).join('\n'));
  const second = await createBroker({ dataDir, unref: true });
  for (const value of ['d', 'e', 'f']) await write(second, value);
  const records = await second.records('orders');
  await second.stop();
  assert.deepEqual(
    records.map(({ value }) => String(value)),
    ['a', 'b', 'c', 'd', 'e', 'f'],
  );
});

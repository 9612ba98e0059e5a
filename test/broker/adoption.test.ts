import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createBroker, type Broker, type LogFields, type Logger } from '../../src/index.ts';

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
      assert.equal(orders.fields['toChange'], 'odradek config set topic orders KEY=VALUE');
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

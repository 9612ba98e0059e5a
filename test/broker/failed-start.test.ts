import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createBroker } from '../../src/index.ts';

const portInUse = { code: 'PORT_IN_USE' };

test('a start that fails takes away the folders that it made, and no other', async () => {
  const first = await createBroker();
  const port = Number(first.bootstrapServers.split(':').at(-1));
  const parent = mkdtempSync(join(tmpdir(), 'odradek-failed-start-'));
  after(() => rmSync(parent, { recursive: true, force: true }));
  const dataDir = join(parent, 'made', 'data');
  await assert.rejects(createBroker({ dataDir, port }), portInUse);
  assert.deepEqual(readdirSync(parent), []);
  const config = {
    'log.dirs': `${join(parent, 'made', 'a')},${join(parent, 'made', 'b')}`,
    'metadata.log.dir': join(parent, 'metadata'),
  };
  await assert.rejects(createBroker({ config, port }), portInUse);
  assert.deepEqual(readdirSync(parent), []);
  mkdirSync(dataDir, { recursive: true });
  await assert.rejects(createBroker({ dataDir, port }), portInUse);
  assert.ok(readdirSync(dataDir).includes('meta.properties'), 'it was there before');
  // With its first topic it is worth keeping, whatever comes then.
  const broker = await createBroker({ config, topics: { t: 1 } });
  await broker.stop();
  await assert.rejects(createBroker({ config, port }), portInUse);
  await first.stop();
  await (await createBroker({ config, port })).stop();
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from '../../../src/client/client.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { toolsFor, type Tools } from './support/tools.ts';

let odradek: OdradekProcess;
let tools: Tools;

before(async () => {
  odradek = await startOdradek();
  tools = toolsFor(odradek.bootstrapServer);
});
after(() => odradek.discard());

const filter = 'value.player == "kohli"';

/** By our client: Apache's tool takes only the configs that it knows. */
async function createFiltered(name: string, text: string): Promise<void> {
  const client = createClient(
    { bootstrapServers: odradek.bootstrapServer, clientId: 'test' },
    createNodeRuntime({ unref: true }),
  );
  const configs = { 'odradek.source.topic': 'adverts', 'odradek.filter': text };
  try {
    await client.admin.createTopic({ name, configs });
  } finally {
    client.close();
  }
}

test('a filtered topic is described by kafka-topics, and read by kafka-console-consumer to its end in a group', async () => {
  await tools.run('topics', ['--create', '--topic', 'adverts', '--partitions', '2']);
  await createFiltered('kohli', filter);
  const described = await tools.run('topics', ['--describe', '--topic', 'kohli']);
  assert.match(described, /PartitionCount: 2\s.*odradek\.source\.topic=adverts/);

  const lines = Array.from({ length: 300 }, (_, n) =>
    JSON.stringify({ n, player: n % 50 === 7 ? 'kohli' : 'dhoni' }),
  );
  // Small batches, of which most have no match.
  const settings = ['--command-property', 'batch.size=200', '--command-property', 'linger.ms=0'];
  const input = `${lines.join('\n')}\n`;
  await tools.run('console-producer', ['--topic', 'adverts', ...settings], { input });
  for (const isolation of ['read_uncommitted', 'read_committed']) {
    const group = `group-${isolation}`;
    const how = ['--from-beginning', '--isolation-level', isolation, '--group', group];
    const until = ['--max-messages', '6', '--timeout-ms', '30000'];
    const read = await tools.run('console-consumer', ['--topic', 'kohli', ...how, ...until]);
    const found = [...read.matchAll(/"n":(\d+),"player":"kohli"/g)].map(([, n]) => Number(n));
    assert.deepEqual(
      found.toSorted((a, b) => a - b),
      [7, 57, 107, 157, 207, 257],
    );
    assert.doesNotMatch(read, /dhoni/);
    if (isolation === 'read_uncommitted') continue;
    // To the end, where nothing more comes: positions have moved over what does not match.
    await tools.run('console-consumer', [
      '--topic',
      'kohli',
      '--group',
      group,
      '--timeout-ms',
      '8000',
    ]);
    const lag = await tools.run('consumer-groups', ['--describe', '--group', group]);
    const rows = [...lag.matchAll(/^\S+\s+kohli\s+\d\s+(\d+)\s+(\d+)\s+(\d+)/gm)];
    assert.deepEqual(
      rows.map((row) => row[3]),
      ['0', '0'],
      lag,
    );
  }
});

test('what a filtered topic does not take is refused in words', async () => {
  await assert.rejects(createFiltered('bad', 'value =='), /line 1, column \d+/);
  const grown = await tools.refused('topics', ['--alter', '--topic', 'kohli', '--partitions', '5']);
  assert.match(grown, /is a filtered topic of 'adverts'/);
  const topic = ['--entity-type', 'topics', '--entity-name', 'kohli', '--alter'];
  // In brackets, since it would part it at `=`.
  await tools.run('configs', [
    ...topic,
    '--add-config',
    'odradek.filter=[value.player == "dhoni"]',
  ]);
  const moved = await tools.refused('configs', [...topic, '--add-config', 'retention.ms=1']);
  assert.match(moved, /cannot be set for a filtered topic/);
});

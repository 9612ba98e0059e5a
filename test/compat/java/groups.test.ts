// Goal: Apache's tools read by group, administer groups, and read what Odradek keeps of them on disk.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runJavaTool } from '../../../benchmarks/peers/java-tools.ts';
import { createClient } from '../../../src/client/client.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { jarsFolder, toolsFor, type Tools } from './support/tools.ts';

const until = ['--max-messages', '3', '--timeout-ms', '30000'];
let odradek: OdradekProcess;
let tools: Tools;

before(async () => {
  odradek = await startOdradek();
  tools = toolsFor(odradek.bootstrapServer);
  await tools.run('topics', ['--create', '--topic', 'orders', '--partitions', '3']);
  await tools.run('console-producer', ['--topic', 'orders'], { input: 'one\ntwo\nthree\n' });
});
after(() => odradek.discard());

for (const protocol of ['classic', 'consumer']) {
  test(`kafka-console-consumer reads by group, with the ${protocol} protocol`, async () => {
    const words = ['--topic', 'orders', '--from-beginning', '--group', protocol, ...until];
    const property = ['--command-property', `group.protocol=${protocol}`];
    const read = await tools.run('console-consumer', [...words, ...property]);
    assert.deepEqual(read.match(/^(one|two|three)$/gm)?.toSorted(), ['one', 'three', 'two']);
  });
}

test('two of kafka-console-consumer share a topic by the sticky assignor, which Java alone has', async () => {
  await tools.run('topics', ['--create', '--topic', 'shared', '--partitions', '4']);
  const client = createClient({ bootstrapServers: odradek.bootstrapServer }, createNodeRuntime());
  const strategy = 'partition.assignment.strategy=org.apache.kafka.clients.consumer.StickyAssignor';
  const property = ['--command-property', strategy, '--command-property', 'group.protocol=classic'];
  const words = ['--topic', 'shared', '--from-beginning', '--group', 'sticky', ...property];
  const reading = [1, 2].map(() =>
    tools.run('console-consumer', [...words, '--max-messages', '2', '--timeout-ms', '60000']),
  );
  for (let shares: number[] = []; shares.join() !== '2,2'; await sleep(20)) {
    const [group] = await client.admin.describeGroups(['sticky']);
    if (group === undefined || 'error' in group || group.value.state !== 'Stable') continue;
    assert.equal(group.value.assignor, 'sticky');
    shares = group.value.members.map(({ assignment }) => assignment.length);
  }
  const producer = client.producer();
  for (const partition of [0, 1, 2, 3]) {
    await producer.send({ topic: 'shared', partition, value: Buffer.from(`to ${partition}`) });
  }
  const read = (await Promise.all(reading)).map((output) => output.match(/^to \d$/gm) ?? []);
  client.close();
  assert.deepEqual(read.flat().toSorted(), ['to 0', 'to 1', 'to 2', 'to 3']);
});

test('kafka-consumer-groups lists, describes, resets and deletes groups', async () => {
  const all = await tools.run('consumer-groups', ['--list', '--type', 'classic']);
  assert.match(all, /^classic\s+Classic\s*$/m);
  assert.doesNotMatch(all, /^consumer\s/m);
  const state = await tools.run('consumer-groups', [
    '--describe',
    '--group',
    'consumer',
    '--state',
  ]);
  assert.match(state, /^consumer .*Empty\s+.*0\s*$/m);
  const reset = ['--group', 'classic', '--topic', 'orders', '--reset-offsets', '--to-earliest'];
  await tools.run('consumer-groups', [...reset, '--execute']);
  const described = await tools.run('consumer-groups', ['--describe', '--group', 'classic']);
  const lags = [...described.matchAll(/^classic\s+orders\s+\d\s+0\s+\d\s+(\d)/gm)];
  assert.equal(
    lags.reduce((sum, [, lag]) => sum + Number(lag), 0),
    3,
  );
  await tools.run('consumer-groups', ['--delete', '--group', 'classic']);
  assert.doesNotMatch(await tools.run('consumer-groups', ['--list']), /^classic$/m);
});

/** A member that lives while `use` does, and reads all three partitions. */
async function whileOneReads(
  { groupId, protocol }: { groupId: string; protocol: 'classic' | 'consumer' },
  use: () => Promise<void>,
): Promise<void> {
  const client = createClient({ bootstrapServers: odradek.bootstrapServer }, createNodeRuntime());
  const member = client.groupConsumer({ groupId, topics: ['orders'], protocol });
  const read = async (): Promise<void> => {
    for await (const batch of member.records()) member.processed(batch);
  };
  const ended = read();
  try {
    for (let partitions = 0; partitions < 3; await sleep(20)) {
      const [group] = await client.admin.describeGroups([groupId]);
      if (group === undefined || 'error' in group || group.value.state !== 'Stable') continue;
      partitions = group.value.members[0]?.assignment.length ?? 0;
    }
    await use();
  } finally {
    member.stop();
    await ended;
    client.close();
  }
}

for (const protocol of ['classic', 'consumer'] as const) {
  test(`kafka-consumer-groups shows who is in a group, and leaves alone what members use, with the ${protocol} protocol`, async () => {
    const groupId = `busy-${protocol}`;
    const group = ['--group', groupId];
    await whileOneReads({ groupId, protocol }, async () => {
      const [members, state, reset, deleted] = await Promise.all([
        tools.run('consumer-groups', ['--describe', ...group, '--members', '--verbose']),
        tools.run('consumer-groups', ['--describe', ...group, '--state']),
        tools.run('consumer-groups', [
          '--reset-offsets',
          ...group,
          '--topic',
          'orders',
          '--to-earliest',
          '--execute',
        ]),
        tools.run('consumer-groups', ['--delete', ...group]),
      ]);
      assert.match(members, new RegExp(`^${groupId} .*/127.0.0.1 .* 3 .*orders[:(]0,1,2`, 'm'));
      assert.match(state, new RegExp(`^${groupId} .* Stable .* 1\\s*$`, 'm'));
      assert.match(reset, /the current state is Stable/);
      assert.match(deleted, /The group is not empty/);
    });
    const removed = [...group, '--delete-offsets', '--topic', 'orders:0'];
    assert.match(
      await tools.run('consumer-groups', removed),
      /Request succeed[\s\S]*orders\s+0\s+Successful/,
    );
    const described = await tools.run('consumer-groups', ['--describe', ...group]);
    assert.match(described, /orders\s+1/);
    assert.doesNotMatch(described, /orders\s+0/);
  });
}

test('kafka-configs sets what a group goes by, within the bounds of the broker', async () => {
  const group = ['--entity-type', 'groups', '--entity-name', 'consumer'];
  const add = (config: string): string[] => ['--alter', ...group, '--add-config', config];
  await tools.run('configs', add('consumer.session.timeout.ms=50000'));
  await tools.refused('configs', add('consumer.session.timeout.ms=1000'));
  const described = await tools.run('configs', ['--describe', ...group]);
  assert.match(described, /consumer\.session\.timeout\.ms=50000/);
});

test('kafka-dump-log decodes every record of the topic of committed offsets', async () => {
  await odradek.stop();
  const partitions = readdirSync(odradek.dataDir).filter((name) =>
    name.startsWith('__consumer_offsets-'),
  );
  const isOurs = process.env['COMPAT_CONTROL'] === undefined;
  assert.ok(!isOurs || partitions.length <= 4, 'those with records alone have files');
  const files = partitions.map((name) => join(odradek.dataDir, name, '00000000000000000000.log'));
  const words = ['--offsets-decoder', '--files', files.join()];
  const { exitCode, output } = await runJavaTool(await jarsFolder(), 'dump-log', words);
  assert.equal(exitCode, 0, output);
  const records = output.split('\n').filter((line) => line.startsWith('| offset: '));
  const kinds = new Set(records.map((line) => /key: \{"type":"(\d+)"/.exec(line)?.[1]));
  assert.deepEqual(
    kinds,
    new Set(['1', '2', '3', '5', '6', '7', '8']),
    'commits, classic groups, and all that there is of a consumer group',
  );
  assert.ok(records.every((line) => / payload: (\{"version":"\d+","data":\{|<DELETE>)/.test(line)));
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { toolsFor, type Tools } from './support/tools.ts';

let odradek: OdradekProcess;
let tools: Tools;

before(async () => {
  odradek = await startOdradek();
  tools = toolsFor(odradek.bootstrapServer);
});
after(() => odradek.discard());

test('kafka-topics makes a topic, describes it, adds partitions and deletes it', async () => {
  await tools.run('topics', ['--create', '--topic', 'orders', '--partitions', '3']);
  const made = await tools.run('topics', ['--describe', '--topic', 'orders']);
  assert.match(made, /TopicId: [\w-]{22}\s+PartitionCount: 3\s+ReplicationFactor: 1/);
  assert.equal(made.match(/Leader: 1\s+Replicas: 1\s+Isr: 1/g)?.length, 3);
  await tools.run('topics', ['--alter', '--topic', 'orders', '--partitions', '5']);
  const grown = await tools.run('topics', ['--describe', '--topic', 'orders']);
  assert.match(grown, /PartitionCount: 5/);
  await tools.run('topics', ['--delete', '--topic', 'orders']);
  const left = await tools.run('topics', ['--list']);
  assert.doesNotMatch(left, /^orders$/m);
});

test('kafka-topics is refused an illegal name, a name that is taken and fewer partitions', async () => {
  await tools.run('topics', ['--create', '--topic', 'taken', '--partitions', '2']);
  const illegal = await tools.refused('topics', ['--create', '--topic', 'bad/name']);
  assert.match(illegal, /InvalidTopicException|illegal/i);
  const again = await tools.refused('topics', ['--create', '--topic', 'taken']);
  assert.match(again, /already exists/i);
  const fewer = await tools.refused('topics', ['--alter', '--topic', 'taken', '--partitions', '1']);
  assert.match(fewer, /InvalidPartitionsException|partition/i);
});

test('kafka-topics places replicas by hand, and is refused a broker that is not there', async () => {
  await tools.run('topics', ['--create', '--topic', 'placed', '--replica-assignment', '1,1']);
  const placed = await tools.run('topics', ['--describe', '--topic', 'placed']);
  assert.match(placed, /PartitionCount: 2/);
  await tools.refused('topics', ['--create', '--topic', 'lost', '--replica-assignment', '7']);
  const tooMany = ['--create', '--topic', 'lost', '--replication-factor', '3'];
  assert.match(await tools.refused('topics', tooMany), /InvalidReplicationFactorException/);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { toolsFor, type Tools } from './support/tools.ts';

let odradek: OdradekProcess;
let tools: Tools;

before(async () => {
  odradek = await startOdradek();
  tools = toolsFor(odradek.bootstrapServer);
  await tools.run('topics', ['--create', '--topic', 'orders', '--partitions', '1']);
});
after(() => odradek.discard());

const ofTopic = ['--entity-type', 'topics', '--entity-name', 'orders'];

test('kafka-configs sets configs of a topic, shows them with their source and takes them back', async () => {
  const settings = 'retention.ms=3600000,cleanup.policy=[compact,delete]';
  await tools.run('configs', ['--alter', ...ofTopic, '--add-config', settings]);
  const set = await tools.run('configs', ['--describe', ...ofTopic]);
  assert.match(set, /retention\.ms=3600000 .*DYNAMIC_TOPIC_CONFIG:retention\.ms=3600000/);
  assert.match(set, /cleanup\.policy=compact,delete/);
  await tools.run('configs', [
    '--alter',
    ...ofTopic,
    '--delete-config',
    'retention.ms,cleanup.policy',
  ]);
  const unset = await tools.run('configs', ['--describe', ...ofTopic]);
  assert.doesNotMatch(unset, /retention\.ms=/);
});

test('kafka-configs lists every config of a topic and those of the broker', async () => {
  const ofOne = await tools.run('configs', ['--describe', '--all', ...ofTopic]);
  assert.equal(ofOne.match(/^ {2}(?!odradek\.)[\w.]+=/gm)?.length, 33, ofOne);
  const broker = ['--entity-type', 'brokers', '--entity-name', '1'];
  const ofBroker = await tools.run('configs', ['--describe', '--all', ...broker]);
  assert.ok((ofBroker.match(/^ {2}[\w.]+=/gm)?.length ?? 0) >= 50, ofBroker);
});

test('kafka-configs is refused a bad value and a key that does not exist', async () => {
  const add = async (config: string) =>
    tools.refused('configs', ['--alter', ...ofTopic, '--add-config', config]);
  assert.match(await add('retention.ms=abc'), /InvalidConfigurationException/);
  assert.match(await add('no.such.key=1'), /InvalidConfigurationException/);
  assert.match(await add('min.insync.replicas=0'), /InvalidConfigurationException/);
});

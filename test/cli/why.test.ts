/**
 * Goal: `odradek why` says what stands still by Kafka's protocol alone. Method: brokers of a simulation that answer
 * over one image, of which some are down; and a real broker with groups.
 */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { Why } from '../../src/admin/contract/picture.ts';
import { whyGroupCommand } from '../../src/cli/why-group.ts';
import { whyTopicCommand } from '../../src/cli/why-topic.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { createClient } from '../../src/client/client.ts';
import { createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { addTopic, setPartition } from '../controller/partitions.ts';
import { fakeContext } from './fake-context.ts';
import { ImageCluster } from './image-cluster.ts';

test('a topic without a leader, in text and in JSON', async () => {
  const cluster = await ImageCluster.start(1, { id: 2, live: false }, { id: 3, live: false });
  addTopic(cluster.image, 'orders', [{ replicas: [1, 2, 3] }, { replicas: [1, 2, 3] }]);
  setPartition(cluster.image, 'orders', 1, { leader: -1, isr: [2, 3] });
  const { out, exitCode } = await cluster.run(whyTopicCommand, 'orders');
  strictEqual(exitCode, 0);
  match(
    out,
    /^orders-1 has no leader because brokers 2 and 3 are down\.\n  - In sync were 2 and 3\.\n/,
  );
  match(out, /\n  What to do: Start broker 2 or 3\./);
  match(out, /\nNot seen from here: heartbeats/);
  const whys = JSON.parse((await cluster.run(whyTopicCommand, 'orders --json')).out) as Why[];
  deepStrictEqual(
    whys.map(({ sentence }) => sentence),
    [
      'orders-1 has no leader because brokers 2 and 3 are down.',
      'Broker 2 is down.',
      'Broker 3 is down.',
    ],
  );
});

test('of a topic that is well nothing is said, and one that is not there is refused', async () => {
  const cluster = await ImageCluster.start(1);
  addTopic(cluster.image, 'orders', [{ replicas: [1] }]);
  const { out } = await cluster.run(whyTopicCommand, 'orders');
  match(out, /^Nothing stands still about orders\.\n/);
  await cluster.run(whyTopicCommand, 'order').then(
    () => ok(false, 'it is refused'),
    (error: Error) => match(error.message, /did you mean orders/),
  );
});

test('a broker with a console is asked, and the admin API has the same words', async (t) => {
  const broker = await createBroker({
    storage: 'memory',
    topics: { orders: 1 },
    console: { port: 0 },
  });
  t.after(() => broker.stop());
  const client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  t.after(() => client.close());
  await client.producer().send({ topic: 'orders', value: Buffer.from('x') });
  await client.admin.alterGroupOffsets('billing', [{ topic: 'orders', partition: 0, offset: 0 }]);
  const ask = async (path: string): Promise<Why[]> => {
    const response = await fetch(`${broker.consoleUrl}/api/why/${path}`);
    return (await response.json()) as Why[];
  };
  await ask('groups/billing');
  const context = fakeContext({
    environment: { ODRADEK_BOOTSTRAP: broker.bootstrapServers },
    runtime: () => Promise.resolve(createNodeRuntime()),
  });
  await whyGroupCommand.run(parseArguments(whyGroupCommand, ['billing', '--json']), context);
  const told = JSON.parse(context.out.text()) as Why[];
  deepStrictEqual(told, await ask('groups/billing'));
  strictEqual(told.length, 1);
  await whyTopicCommand.run(parseArguments(whyTopicCommand, ['orders']), context);
  match(context.out.text(), /Nothing stands still about orders\.\n$/);
});

test('a group without members, and one that is not there', async (t) => {
  const broker = await createBroker({ storage: 'memory', topics: { orders: 1 } });
  t.after(() => broker.stop());
  const client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  t.after(() => client.close());
  const producer = client.producer();
  for (let n = 0; n < 3; n++) await producer.send({ topic: 'orders', value: Buffer.from('x') });
  await client.admin.alterGroupOffsets('billing', [{ topic: 'orders', partition: 0, offset: 1 }]);
  const run = async (words: readonly string[]) => {
    const context = fakeContext({
      environment: { ODRADEK_BOOTSTRAP: broker.bootstrapServers },
      runtime: () => Promise.resolve(createNodeRuntime()),
    });
    await whyGroupCommand.run(parseArguments(whyGroupCommand, words), context);
    return context.out.text();
  };
  match(
    await run(['billing']),
    /^Nothing is read by billing because it has no members\.\n  - It has committed offsets in 1 partition of orders\.\n  - 2 messages wait for it\.\n/,
  );
  await run(['billin']).then(
    () => ok(false, 'it is refused'),
    (error: Error) => match(error.message, /did you mean billing/),
  );
});

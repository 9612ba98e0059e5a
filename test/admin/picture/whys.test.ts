/**
 * Goal: the sentences hold of real groups. Method: a cluster of a simulation with members that stop to poll, do not
 * come back to a rebalance, or leave partitions to nobody.
 */
import { ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { Why } from '../../../src/admin/contract/picture.ts';
import { ClusterFigures } from '../../../src/admin/picture/cluster-figures.ts';
import type { GroupConsumer } from '../../../src/client/group/group-consumer.ts';
import { must } from '../../../src/util/assert.ts';
import { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import { WatchedCluster } from './watched-cluster.ts';

const quick = { 'offsets.topic.num.partitions': 3, 'group.initial.rebalance.delay.ms': 0 };

/** A cluster of two with a topic of two partitions, which broker 1 watches. */
async function watched() {
  const cluster = await SimulatedCluster.startTogether(2, { config: quick });
  await cluster.createTopic('orders', [2, 1], {}, 2);
  const { watch } = new WatchedCluster(cluster, 1, { keepsHistory: true });
  const figures = new ClusterFigures({ watch, base: undefined as never });
  const client = cluster.client();
  const producer = client.producer();
  return {
    cluster,
    client,
    send: (partition: number) =>
      cluster.complete(producer.send({ topic: 'orders', partition, value: new Uint8Array(1) })),
    whys: (groupId: string): Promise<readonly Why[]> =>
      cluster.complete(figures.whys('group', groupId)),
  };
}

/** Reads until a member has got so many records, and commits them. */
async function read(
  cluster: SimulatedCluster,
  consumer: GroupConsumer,
  records: AsyncGenerator<Parameters<GroupConsumer['processed']>[0], void>,
  count: number,
): Promise<void> {
  for (let got = 0; got < count;) {
    const batch = must((await cluster.complete(records.next())).value ?? undefined);
    got += batch.length;
    consumer.processed(batch);
  }
  await cluster.complete(consumer.commit());
}

for (const protocol of ['classic', 'consumer'] as const) {
  test(`${protocol} group: a member that lives and polls no more is named, with since when`, async () => {
    const { cluster, client, send, whys } = await watched();
    await send(0);
    const consumer = client.groupConsumer({ groupId: 'billing', topics: ['orders'], protocol });
    const records = consumer.records();
    await read(cluster, consumer, records, 1);
    await cluster.simulation.runFor(6000);
    strictEqual((await whys('billing')).length, 0);
    // More than is read ahead comes, and nobody takes it: in the end it fetches no more.
    for (let i = 0; i < 3; i++) await send(1);
    must((await cluster.complete(records.next())).value ?? undefined);
    client.close();
    await cluster.simulation.runFor(12_000);
    const [why] = await whys('billing');
    const sentence = must(why)
      .sentence.replace(/\(.{8}\)/, '(X)')
      .replace(/\d\d:\d\d/, 'T');
    ok(
      /^billing is lagging since T UTC because member test \(X\) has (not polled|not been heard of) for 1\d s\.$/.test(
        sentence,
      ),
      sentence,
    );
    strictEqual(why?.subject.kind, 'member');
    ok(why.sinceMs !== null);
  });
}

test('a rebalance that waits for a member names it', async () => {
  const { cluster, client, send, whys } = await watched();
  await send(0);
  const still = client.groupConsumer({ groupId: 'billing', topics: ['orders'] });
  const records = still.records();
  // What it got it keeps, and it does not come back to a rebalance before it has dealt with that.
  await cluster.complete(records.next());
  const second = cluster.client();
  const other = second.groupConsumer({ groupId: 'billing', topics: ['orders'] });
  void other.records().next();
  await cluster.simulation.runFor(15_000);
  await whys('billing');
  await cluster.simulation.runFor(15_000);
  const [why] = await whys('billing');
  const sentence = must(why)
    .sentence.replace(/\(.{8}\)/, '(X)')
    .replace(/\d\d:\d\d/, 'T');
  ok(
    /^billing is rebalancing( since T UTC)? because it waits for member test \(X\)\.$/.test(
      sentence,
    ),
    sentence,
  );
  client.close();
  second.close();
});

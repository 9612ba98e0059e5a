/**
 * One topic, three servers, three partitions, three replicas, three consumers. Servers are killed and come back; shows
 * each time who leads, who follows and who reads what, and that every message arrived.
 *
 * `node examples/cluster/main.ts`; with `--step` it waits for Enter before each step, with `--keep` it goes on, and
 * both say where the console is.
 */
import { createCluster } from '../../src/index.ts'; // in your project: from 'odradek'
import { keepGoing, readFlags } from '../common/keep.ts';
import { Steps } from '../common/steps.ts';
import { until } from '../common/until.ts';
import { drawCluster } from './picture.ts';
import { partitions, topic, Traffic } from './traffic.ts';

const flags = readFlags();

await using cluster = await createCluster({
  brokers: 3,
  console: flags.step || flags.keep,
  // Members of a group whose server died come as new ones: nobody shall wait 6 s for those that they were.
  config: { 'group.min.session.timeout.ms': 1000 },
  topics: {
    [topic]: {
      partitions: partitions.length,
      replicationFactor: 3,
      // A message is taken when two servers have it, so that no single one can lose it.
      config: { 'min.insync.replicas': 2 },
    },
  },
});
const steps = new Steps(flags.step);
const traffic = new Traffic(cluster.bootstrapServers);
const trickle = () => traffic.writeAndWait(3);
await traffic.start();
const consoleUrls = cluster.brokers.map(({ consoleUrl }) => consoleUrl);
if (flags.step) console.log(`Watch it in the console: ${consoleUrls.join(' or ')}`);
await writeAndShow(
  'Three servers. ● leads a partition, ○ follows it and has all of it, · has not.',
);

const first = cluster.leader(topic);
await steps.next(`kill server ${first}`, trickle);
await cluster.kill(first);
await writeAndShow(
  `Server ${first} is killed. Another leads what it led; clients find out by themselves.`,
);

await steps.next(`start server ${first} again`, trickle);
await cluster.restart(first);
await untilAllFollow();
await writeAndShow(`Server ${first} is back. It has fetched what it missed, and follows.`);

await steps.next('kill the two others', trickle);
await killAllBut(first);

await steps.next('start both again');
for (const { nodeId, state } of cluster.brokers) {
  if (state === 'killed') await cluster.restart(nodeId);
}
await untilAllFollow();
await writeAndShow('All three are back.');
console.log(`\nEvery message arrived: ${traffic.arrived.size} of ${traffic.writtenCount} written.`);
if (flags.keep) await keepGoing(consoleUrls, trickle);
await traffic.stop();
steps.end();

async function killAllBut(last: number): Promise<void> {
  const others = cluster.brokers.map(({ nodeId }) => nodeId).filter((nodeId) => nodeId !== last);
  for (const nodeId of others) await cluster.kill(nodeId);
  await until('the last one leads', () =>
    partitions.every((partition) => cluster.leader(topic, partition) === last),
  );
  traffic.readers.clear();
  console.log(`\nServers ${others.join(' and ')} are killed.`);
  console.log(drawCluster(cluster, traffic.readers));
  console.log(
    `   Server ${last} leads all, but a message is refused now: ${await traffic.refusalOf(0)}.\n` +
      '   Two servers must have it before it counts (min.insync.replicas=2), and there are no two.',
  );
}

async function writeAndShow(title: string): Promise<void> {
  await traffic.writeAndWait(30);
  console.log(`\n${title}`);
  console.log(drawCluster(cluster, traffic.readers));
}

/** Waits until each server has all that was written. */
async function untilAllFollow(): Promise<void> {
  await until('all servers follow', () =>
    partitions.every((partition) => cluster.inSyncReplicas(topic, partition).length === 3),
  );
}

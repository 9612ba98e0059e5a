import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type FaultWorld, keepsLeaders, ledBy, note, someLeader } from './fault.ts';
import { writtenAgain } from './fault.ts';

/** Longer than any lease that was renewed before it. */
const outlastingMs = 15_000;

/** What happens to the etcd under a cluster, in words. Each is once in every run of the tests. */
export const etcdFaults: Readonly<Record<string, Fault>> = {
  'etcd is killed and started': restartEtcd,
  'etcd and a leader are killed': killWithLeader,
  'etcd stands still for 5 s': async (world) => {
    const { etcd } = world.cluster;
    note(world, 'SIGSTOP of etcd for 5 s', []);
    const stand = { still: () => etcd.pause(), up: () => etcd.resume() };
    await keepsLeaders(world, stand, { forMs: 5000 });
  },
  'etcd stands still for longer than leases last': outlastLeases,
  'etcd ends all leases': endLeases,
  'etcd and all brokers are killed at once': killEverything,
};

async function restartEtcd(world: FaultWorld): Promise<void> {
  const { cluster, random } = world;
  note(world, 'SIGKILL of etcd', []);
  const stand = { still: () => cluster.etcd.kill(), up: () => cluster.etcd.run() };
  await keepsLeaders(world, stand, { forMs: 500 + random.below(2000) });
}

async function killWithLeader(world: FaultWorld): Promise<void> {
  const { cluster } = world;
  const view = await cluster.agreed();
  const nodeId = someLeader(world, view);
  note(world, 'SIGKILL of etcd and', [nodeId]);
  const sinceMs = performance.now();
  await Promise.all([cluster.etcd.kill(), cluster.broker(nodeId).kill()]);
  await sleep(1000);
  await cluster.etcd.run();
  await writtenAgain(world, ledBy(view, nodeId), { sinceMs, goal: 'of it 1000 without etcd' });
  await cluster.broker(nodeId).start();
  await cluster.untilWhole();
}

async function outlastLeases(world: FaultWorld): Promise<void> {
  const { cluster } = world;
  note(world, `SIGSTOP of etcd for ${outlastingMs / 1000} s`, []);
  const sinceMs = performance.now();
  await cluster.etcd.pause();
  await sleep(outlastingMs);
  cluster.etcd.resume();
  await writtenAgain(world, cluster.partitions, { sinceMs, goal: 'nobody may lead that long' });
  await cluster.untilWhole();
}

async function endLeases(world: FaultWorld): Promise<void> {
  const { cluster } = world;
  note(world, 'all leases revoked', []);
  const sinceMs = performance.now();
  await cluster.revokeLeases();
  await writtenAgain(world, cluster.partitions, { sinceMs, goal: 'all have to register anew' });
  await cluster.untilWhole();
}

async function killEverything(world: FaultWorld): Promise<void> {
  const { cluster } = world;
  note(world, 'SIGKILL of etcd and', [1, 2, 3]);
  const sinceMs = performance.now();
  await Promise.all([cluster.etcd.kill(), ...cluster.brokers.map((broker) => broker.kill())]);
  // Brokers wait for an etcd that is to come.
  const starting = Promise.all(cluster.brokers.map((broker) => broker.start()));
  starting.catch(() => {});
  await cluster.etcd.run();
  await starting;
  await writtenAgain(world, cluster.partitions, { sinceMs, goal: 'all was away' });
  await cluster.untilWhole();
}

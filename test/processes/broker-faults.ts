import { type Fault, type FaultWorld, keepsLeaders, ledBy, note, someLeader } from './fault.ts';
import { writtenAgain } from './fault.ts';

const killGoal = 'goal: 1000 ms';
const stopGoal = 'goal: 200 ms';

/** What happens to brokers, in words. Each is once in every run of the tests. */
export const brokerFaults: Readonly<Record<string, Fault>> = {
  'a broker stands still for 5 s': stall,
  'a leader is killed': async (world) => {
    const view = await world.cluster.agreed();
    await killAndRestart(world, someLeader(world, view));
  },
  'the controller is killed': async (world) => {
    const { controllerId } = await world.cluster.agreed();
    await killAndRestart(world, controllerId);
  },
  'a leader stands still until others lead': silence,
  'a leader is killed while it stands still': killStopped,
  'brokers are stopped and started one after the other': rollingRestart,
  'all brokers are killed at once': killAll,
};

async function stall(world: FaultWorld): Promise<void> {
  const nodeId = someLeader(world, await world.cluster.agreed());
  const broker = world.cluster.broker(nodeId);
  note(world, 'SIGSTOP for 5 s', [nodeId]);
  const stand = { still: () => broker.pause(), up: () => broker.resume() };
  await keepsLeaders(world, stand, { forMs: 5000, nodeId });
}

async function killAndRestart(world: FaultWorld, nodeId: number): Promise<void> {
  const { cluster } = world;
  const led = ledBy(await cluster.agreed(), nodeId);
  note(world, 'SIGKILL', [nodeId]);
  const sinceMs = performance.now();
  await cluster.broker(nodeId).kill();
  await writtenAgain(world, led, { sinceMs, goal: killGoal });
  note(world, 'start', [nodeId]);
  await cluster.broker(nodeId).start();
  await cluster.untilWhole();
}

async function silence(world: FaultWorld): Promise<void> {
  const { cluster } = world;
  const view = await cluster.agreed();
  const nodeId = someLeader(world, view);
  note(world, 'SIGSTOP', [nodeId]);
  const sinceMs = performance.now();
  cluster.broker(nodeId).pause();
  await cluster.until('others lead', (views) =>
    views.every(({ partitions }) =>
      partitions.every(({ leaderId }) => leaderId !== nodeId && leaderId > 0),
    ),
  );
  await writtenAgain(world, ledBy(view, nodeId), { sinceMs, goal: 'a lease lasts 9000 ms' });
  note(world, 'SIGCONT', [nodeId]);
  cluster.broker(nodeId).resume();
  await cluster.untilWhole();
}

async function killStopped(world: FaultWorld): Promise<void> {
  const nodeId = someLeader(world, await world.cluster.agreed());
  note(world, 'SIGSTOP', [nodeId]);
  world.cluster.broker(nodeId).pause();
  await killAndRestart(world, nodeId);
}

async function rollingRestart(world: FaultWorld): Promise<void> {
  const { cluster } = world;
  for (const broker of cluster.brokers) {
    const led = ledBy(await cluster.agreed(), broker.nodeId);
    note(world, 'SIGTERM', [broker.nodeId]);
    const sinceMs = performance.now();
    await broker.stop();
    await writtenAgain(world, led, { sinceMs, goal: stopGoal });
    await broker.start();
    await cluster.untilWhole();
  }
}

async function killAll(world: FaultWorld): Promise<void> {
  const { cluster } = world;
  note(world, 'SIGKILL', [1, 2, 3]);
  const sinceMs = performance.now();
  await Promise.all(cluster.brokers.map((broker) => broker.kill()));
  await Promise.all(cluster.brokers.map((broker) => broker.start()));
  await writtenAgain(world, cluster.partitions, { sinceMs, goal: 'all were away' });
  await cluster.untilWhole();
}

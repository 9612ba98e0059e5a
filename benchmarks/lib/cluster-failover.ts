import { must } from '../../src/util/assert.ts';
import type { MeasuredCluster, MeasuredNode } from './measured-cluster.ts';
import { allInSync, controllerOf, createReplicatedTopic } from './replicated-topic.ts';
import { SteadyWriter } from './steady-writer.ts';

/** Which broker is ended, beside that it leads what is written to. */
export type Victim = 'controller' | 'other';

/** A broker is not killed again before: its session would be over by then, whatever was made of its death. */
const againAfterMs = 12_000;

let topics = 0;
const killedMs = new WeakMap<MeasuredNode, number>();

/** Kills the leader of a partition; answers the milliseconds until another one acknowledges a write. */
export async function killedLeader(cluster: MeasuredCluster, victim: Victim): Promise<number> {
  const { node, topic, writer } = await writing(cluster, victim);
  const beganMs = performance.now();
  const ended = node.end('SIGKILL');
  const tookMs = (await writer.firstWithout(node.nodeId)) - beganMs;
  await ended;
  killedMs.set(node, performance.now());
  await back(cluster, node, topic, writer);
  return tookMs;
}

/** Stops the leader of a partition in order; answers the longest time without an acknowledgement. */
export async function stoppedLeader(cluster: MeasuredCluster): Promise<number> {
  const { node, topic, writer } = await writing(cluster, 'other');
  const beganMs = performance.now();
  const ended = node.end('SIGTERM');
  await writer.firstWithout(node.nodeId);
  await ended;
  await writer.more(50);
  const pauseMs = writer.longestPauseMs(beganMs);
  await back(cluster, node, topic, writer);
  return pauseMs;
}

/** A steady writer, and the broker that leads what it writes to. */
async function writing(
  cluster: MeasuredCluster,
  victim: Victim,
): Promise<{ node: MeasuredNode; topic: string; writer: SteadyWriter }> {
  const controllerId = await controllerOf(cluster);
  const nodes = cluster.nodes.filter(
    ({ nodeId }) => (nodeId === controllerId) === (victim === 'controller'),
  );
  const [node] = nodes.toSorted((a, b) => (killedMs.get(a) ?? 0) - (killedMs.get(b) ?? 0));
  const chosen = must(node, 'there is such a broker');
  const waitMs = (killedMs.get(chosen) ?? -Infinity) + againAfterMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const topic = `failover-${++topics}`;
  await createReplicatedTopic(cluster, topic, [chosen.nodeId]);
  const writer = new SteadyWriter(cluster, topic);
  await writer.more(20);
  return { node: chosen, topic, writer };
}

/** Ends the writer, and has the cluster whole again. */
async function back(
  cluster: MeasuredCluster,
  node: MeasuredNode,
  topic: string,
  writer: SteadyWriter,
): Promise<void> {
  await writer.stop();
  await node.start();
  await allInSync(cluster, topic, 1);
}

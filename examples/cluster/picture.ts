import type { Cluster } from '../../src/index.ts';
import { partitions, topic } from './traffic.ts';

/** Servers across, partitions down: who leads each, who follows and has all of it, and who is behind or gone. */
export function drawCluster(cluster: Cluster, readers: ReadonlyMap<number, string>): string {
  const header = cluster.brokers.map(({ nodeId, state }) =>
    center(state === 'running' ? `server ${nodeId}` : `(${state})`),
  );
  const rows = partitions.map((partition) => {
    const cells = cluster.brokers.map(({ nodeId }) => center(signOf(cluster, partition, nodeId)));
    return `   partition ${partition} │${cells.join('│')}│ ${describe(cluster, partition, readers)}`;
  });
  return [`               ${header.join(' ')}`, ...rows].join('\n');
}

function signOf(cluster: Cluster, partition: number, nodeId: number): string {
  if (cluster.leader(topic, partition) === nodeId) return '●';
  return cluster.inSyncReplicas(topic, partition).includes(nodeId) ? '○' : '·';
}

function describe(
  cluster: Cluster,
  partition: number,
  readers: ReadonlyMap<number, string>,
): string {
  const leader = cluster.leader(topic, partition);
  const followers = cluster
    .inSyncReplicas(topic, partition)
    .filter((nodeId) => nodeId !== leader)
    .toSorted((a, b) => a - b);
  const reader = readers.get(partition);
  return [
    `led by server ${leader}`,
    `followed by ${followers.join(' and ') || 'nobody'}`,
    ...(reader === undefined ? [] : [`read by ${reader}`]),
  ].join(', ');
}

function center(text: string): string {
  const width = 10;
  const before = Math.floor((width - text.length) / 2);
  return `${' '.repeat(before)}${text}`.padEnd(width);
}

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prng } from '../../src/runtime/simulated/prng.ts';
import { must } from '../../src/util/assert.ts';
import type { SteadyWriter } from './clients/steady-writer.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Observer } from './observer.ts';
import type { ProcessCluster } from './process-cluster.ts';

/** What faults are done to, and who looks on. */
export interface FaultWorld {
  readonly cluster: ProcessCluster;
  readonly observer: Observer;
  readonly writer: SteadyWriter;
  readonly random: Prng;
  /** For whoever reads along. */
  readonly say: (line: string) => void;
}

/** Something that is done to a cluster. It settles when the cluster is whole again, and fails where it is not. */
export type Fault = (world: FaultWorld) => Promise<void>;

/** Notes what is done, and to whom. */
export function note({ observer, say }: FaultWorld, what: string, nodes: readonly number[]): void {
  observer.add({ kind: 'fault', what, nodes });
  say(nodes.length === 0 ? what : `${what}: ${nodes.join(', ')}`);
}

/** One of some. */
export function oneOf<Item>(random: Prng, items: readonly Item[]): Item {
  return must(items[random.below(items.length)]);
}

/** Who leads one of the partitions. */
export function someLeader({ random }: FaultWorld, { partitions }: ClusterView): number {
  return oneOf(random, partitions).leaderId;
}

/** The partitions that a broker leads, or all of them. */
export function ledBy({ partitions }: ClusterView, nodeId?: number): number[] {
  const led = partitions.filter(({ leaderId }) => nodeId === undefined || leaderId === nodeId);
  return led.map(({ partition }) => partition);
}

/** Waits until each partition takes writes, and tells how long it was that `partitions` took none. */
export async function writtenAgain(
  { cluster, writer, say }: FaultWorld,
  partitions: readonly number[],
  { sinceMs, goal }: { readonly sinceMs: number; readonly goal: string },
): Promise<void> {
  const before = cluster.partitions.map((partition) => writer.acknowledgedCount(partition));
  // The first answer may be to what was sent before.
  await cluster.until('every partition takes writes', () =>
    before.every((count, partition) => writer.acknowledgedCount(partition) >= count + 2),
  );
  const gaps = partitions.map((partition) => writer.longestGapMs(partition, sinceMs));
  say(`  no writes for ${Math.round(Math.max(0, ...gaps))} ms (${goal})`);
}

/** Has something stand still that is to cost nobody the leadership, for less than the leases last. */
export async function keepsLeaders(
  world: FaultWorld,
  stand: { readonly still: () => void | Promise<void>; readonly up: () => void | Promise<void> },
  { forMs, nodeId }: { readonly forMs: number; readonly nodeId?: number },
): Promise<void> {
  const { cluster } = world;
  const before = await cluster.agreed();
  const sinceMs = performance.now();
  await stand.still();
  // The stall itself, and no wait for anything.
  await sleep(forMs);
  await stand.up();
  await writtenAgain(world, ledBy(before, nodeId), { sinceMs, goal: 'leaders are to stay' });
  const after = await cluster.agreed();
  for (const { partition, leaderId, leaderEpoch } of before.partitions) {
    if (nodeId !== undefined && leaderId !== nodeId) continue;
    const now = must(after.partitions[partition]);
    const leads = { leaderId: now.leaderId, leaderEpoch: now.leaderEpoch };
    assert.deepEqual(leads, { leaderId, leaderEpoch }, `the leader of partition ${partition}`);
  }
  await cluster.untilWhole();
}

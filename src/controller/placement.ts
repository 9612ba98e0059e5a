import type { BrokerImage } from '../metadata/image.ts';
import { serves } from './broker-state.ts';
import { refuse } from './decision.ts';
import type { Refusal } from './decision.ts';

/** Replicas of one partition, and those of them that are in sync from the start. The first leads. */
export interface Placement {
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

/** How many partitions of how many replicas are to be placed. */
export interface PlacementRequest {
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** Index of the first partition: 0 for a new topic. */
  readonly firstIndex: number;
  /** Any whole number from 0: where to begin, so that topics do not all begin with the same broker. */
  readonly start: number;
}

/**
 * Spreads partitions over brokers as Apache does: leaders go round all brokers, a partition's replicas lie on
 * as many racks as there are, and the distance between leader and followers grows with every round, so that a
 * broker's followers are spread too. Brokers that are fenced or about to stop are used only where the others do
 * not suffice, and never lead.
 */
export function placeReplicas(
  brokers: Iterable<BrokerImage>,
  request: PlacementRequest,
): Placement[] | Refusal {
  const all = [...brokers];
  const live = all.filter(serves);
  const problem = placementProblem(all.length, live.length, request.replicationFactor);
  if (problem !== undefined) return problem;

  const usable = rackOrder(live.length >= request.replicationFactor ? live : all);
  const placements: Placement[] = [];
  for (let i = 0; i < request.partitionCount; i++) {
    placements.push(placePartition(usable, request, request.firstIndex + i));
  }
  return placements;
}

function placementProblem(
  registered: number,
  live: number,
  replicationFactor: number,
): Refusal | undefined {
  const what = `Unable to replicate the partition ${replicationFactor} time(s): `;
  if (replicationFactor > registered) {
    const message =
      `${what}The target replication factor of ${replicationFactor} cannot be reached because only ` +
      `${registered} broker(s) are registered or some brokers have all their log directories cordoned.`;
    return refuse('INVALID_REPLICATION_FACTOR', message);
  }
  if (live > 0) return undefined;
  const message = `${what}All brokers are currently fenced or in controlled shutdown.`;
  return refuse('INVALID_REPLICATION_FACTOR', message);
}

/** Brokers so that neighbours are on different racks as far as that goes: one of each rack, then again. */
function rackOrder(brokers: readonly BrokerImage[]): BrokerImage[] {
  const racks = new Map<string, BrokerImage[]>();
  for (const broker of brokers.toSorted((a, b) => a.nodeId - b.nodeId)) {
    const rack = rackOf(broker);
    const members = racks.get(rack);
    if (members === undefined) racks.set(rack, [broker]);
    else members.push(broker);
  }
  const rows = [...racks.values()];
  const order: BrokerImage[] = [];
  for (let round = 0; order.length < brokers.length; round++) {
    for (const members of rows) {
      const broker = members[round];
      if (broker !== undefined) order.push(broker);
    }
  }
  return order;
}

/** A broker without a rack is a rack by itself. */
function rackOf(broker: BrokerImage): string {
  return broker.rack === null ? `node ${broker.nodeId}` : `rack ${broker.rack}`;
}

function placePartition(
  order: readonly BrokerImage[],
  { replicationFactor, start }: PlacementRequest,
  index: number,
): Placement {
  const leaderAt = nextLive(order, (start + index) % order.length);
  const round = start + Math.floor(index / order.length);
  const chosen = [order[leaderAt] as BrokerImage];
  const racks = new Set([rackOf(order[leaderAt] as BrokerImage)]);
  const others = followersInOrder(order, leaderAt, round);
  while (chosen.length < replicationFactor) {
    const at = Math.max(
      0,
      others.findIndex((broker) => !racks.has(rackOf(broker))),
    );
    const [next] = others.splice(at, 1) as [BrokerImage];
    chosen.push(next);
    racks.add(rackOf(next));
  }
  return {
    replicas: chosen.map(({ nodeId }) => nodeId),
    isr: chosen.filter(serves).map(({ nodeId }) => nodeId),
  };
}

/** All but the leader, beginning further from it with every round. */
function followersInOrder(
  order: readonly BrokerImage[],
  leaderAt: number,
  round: number,
): BrokerImage[] {
  const count = order.length - 1;
  const others: BrokerImage[] = [];
  for (let step = 0; step < count; step++) {
    const distance = 1 + ((round + step) % count);
    others.push(order[(leaderAt + distance) % order.length] as BrokerImage);
  }
  return others;
}

/** The first broker from `at` on that may lead. There is one. */
function nextLive(order: readonly BrokerImage[], at: number): number {
  let found = at;
  while (!serves(order[found])) found = (found + 1) % order.length;
  return found;
}

/**
 * Judges replicas that a request names for one partition. Checks go in Kafka's order, over the ids sorted.
 * `expectedCount` is the number of replicas that the partitions before have, where there are any.
 */
export function judgeAssignment(
  brokers: ReadonlyMap<number, BrokerImage>,
  replicas: readonly number[],
  expectedCount: number | undefined,
): Refusal | undefined {
  const problem = assignmentProblem(brokers, replicas, expectedCount);
  return problem === undefined
    ? undefined
    : refuse('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes ${problem}`);
}

function assignmentProblem(
  brokers: ReadonlyMap<number, BrokerImage>,
  replicas: readonly number[],
  expectedCount: number | undefined,
): string | undefined {
  if (replicas.length === 0) return 'an empty replica list.';
  const sorted = replicas.toSorted((a, b) => a - b);
  for (const [i, id] of sorted.entries()) {
    if (!brokers.has(id)) return `broker ${id}, but no such broker is registered.`;
    if (id === sorted[i - 1]) return `the broker ${id} more than once.`;
  }
  if (expectedCount === undefined || replicas.length === expectedCount) return undefined;
  return (
    `a partition with ${replicas.length} replica(s), but this is not consistent with previous ` +
    `partitions, which have ${expectedCount} replica(s).`
  );
}

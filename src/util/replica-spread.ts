import { must } from './assert.ts';

/** A broker that replicas may be put on. */
export interface SpreadBroker {
  readonly nodeId: number;
  /** A broker without a rack is a rack by itself. */
  readonly rack: string | null;
}

/** A partition with the node ids of its replicas, the preferred leader first. */
export interface SpreadPartition {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
}

/** A partition that is to have other replicas. */
export interface ReplicaMove {
  readonly topic: string;
  readonly partition: number;
  readonly from: readonly number[];
  /** Fewer than there should be where there are not brokers enough. */
  readonly to: readonly number[];
}

/** How the replicas of a partition are placed. */
export interface PlaceOptions {
  /** Which of them stay, in their places in the order; all unless given. */
  readonly keeps?: (nodeId: number) => boolean;
  /** Whether another becomes the preferred leader where the one before leads more of the topic than that. */
  readonly spreadsLeaders?: boolean;
}

/** What a broker holds of all topics, and of one. */
interface Load {
  replicas: number;
  leaders: number;
  readonly byTopic: Map<string, { replicas: number; leaders: number }>;
}

/**
 * Finds places for single replicas among those that are there already, so that the replicas of a partition lie on
 * different racks, and those of a topic, and of all topics, evenly on the brokers. Each that is placed counts for
 * the next.
 */
export class ReplicaSpread {
  readonly #brokers: readonly SpreadBroker[];
  readonly #racks: ReadonlyMap<number, string>;
  readonly #loads = new Map<number, Load>();

  /** `brokers` are those to be placed on, `partitions` all there are, by which the brokers' load is known. */
  constructor(brokers: Iterable<SpreadBroker>, partitions: Iterable<SpreadPartition>) {
    this.#brokers = [...brokers].toSorted((a, b) => a.nodeId - b.nodeId);
    this.#racks = new Map(
      this.#brokers.map(({ nodeId, rack }) => [
        nodeId,
        rack === null ? `node ${nodeId}` : `rack ${rack}`,
      ]),
    );
    for (const { nodeId } of this.#brokers) {
      this.#loads.set(nodeId, { replicas: 0, leaders: 0, byTopic: new Map() });
    }
    for (const { topic, replicas } of partitions) this.#count(topic, replicas, 1);
  }

  /**
   * The replicas of `partition` when `count` of them are wanted: those that do not stay are replaced, and what is
   * too many goes. Fewer than `count` where every broker has one already.
   */
  place(
    { topic, replicas }: SpreadPartition,
    count: number,
    { keeps = () => true, spreadsLeaders = false }: PlaceOptions = {},
  ): readonly number[] {
    this.#count(topic, replicas, -1);
    const slots: (number | undefined)[] = replicas.map((id) => (keeps(id) ? id : undefined));
    while (slots.length > count) slots.splice(this.#leastWanted(slots, topic), 1);
    while (slots.length < count) slots.push(undefined);
    for (const [position, id] of slots.entries()) {
      slots[position] = id ?? this.#pick(topic, slots, position);
    }
    const placed = slots.filter((id) => id !== undefined);
    const [first] = replicas;
    const leaderStays = first !== undefined && placed.includes(first);
    if (!leaderStays) this.#leadLeast(placed, (id) => this.#leaderRank(id, topic));
    else if (spreadsLeaders)
      this.#leadLeast(placed, (id) => this.#leaderRank(id, topic).slice(0, 1));
    this.#count(topic, placed, 1);
    return placed;
  }

  #pick(
    topic: string,
    taken: readonly (number | undefined)[],
    position: number,
  ): number | undefined {
    const racks = new Set(taken.map((id) => (id === undefined ? undefined : this.#racks.get(id))));
    let best: { readonly nodeId: number; readonly rank: readonly number[] } | undefined;
    for (const { nodeId } of this.#brokers) {
      if (taken.includes(nodeId)) continue;
      const sharesRack = racks.has(this.#racks.get(nodeId)) ? 1 : 0;
      const rank = [sharesRack, ...this.#rank(nodeId, topic, position === 0)];
      if (best === undefined || isLess(rank, best.rank)) best = { nodeId, rank };
    }
    return best?.nodeId;
  }

  /** Puts the one in front that ranks lowest; of those that rank alike, the first in the order. */
  #leadLeast(placed: number[], rankOf: (nodeId: number) => readonly number[]): void {
    let best = 0;
    for (let position = 1; position < placed.length; position++) {
      const rank = rankOf(placed[position] as number);
      if (isLess(rank, rankOf(placed[best] as number))) best = position;
    }
    placed.unshift(...placed.splice(best, 1));
  }

  #leaderRank(nodeId: number, topic: string): readonly number[] {
    const load = this.#loads.get(nodeId);
    // One that nothing is placed on should not come to lead.
    if (load === undefined) return [Infinity];
    return [load.byTopic.get(topic)?.leaders ?? 0, load.leaders];
  }

  /** The less, the sooner a broker gets a replica. For one that is to lead, what it leads comes first. */
  #rank(nodeId: number, topic: string, leads: boolean): readonly number[] {
    const { replicas, leaders, byTopic } = must(this.#loads.get(nodeId));
    const ofTopic = byTopic.get(topic) ?? { replicas: 0, leaders: 0 };
    return leads
      ? [ofTopic.leaders, ofTopic.replicas, leaders, replicas]
      : [ofTopic.replicas, replicas];
  }

  /**
   * The position that goes first: one to be replaced, one on a broker that nothing is put on, one on a rack with
   * another, one on the fullest broker.
   */
  #leastWanted(slots: readonly (number | undefined)[], topic: string): number {
    const empty = slots.lastIndexOf(undefined);
    if (empty >= 0) return empty;
    const racks = slots.map((id) => this.#racks.get(id as number));
    let worst = slots.length - 1;
    const rankOf = (position: number): readonly number[] => {
      const isAlone = racks.filter((rack) => rack === racks[position]).length === 1;
      const load = this.#loads.get(slots[position] as number);
      if (load === undefined) return [1];
      return [0, isAlone ? 0 : 1, load.byTopic.get(topic)?.replicas ?? 0, load.replicas];
    };
    // Not the preferred leader, with which clients would have to move.
    for (let position = worst - 1; position >= 1; position--) {
      if (isLess(rankOf(worst), rankOf(position))) worst = position;
    }
    return worst;
  }

  #count(topic: string, replicas: readonly number[], change: 1 | -1): void {
    for (const [position, id] of replicas.entries()) {
      const load = this.#loads.get(id);
      if (load === undefined) continue;
      const leads = position === 0 ? change : 0;
      const before = load.byTopic.get(topic) ?? { replicas: 0, leaders: 0 };
      load.byTopic.set(topic, {
        replicas: before.replicas + change,
        leaders: before.leaders + leads,
      });
      load.replicas += change;
      load.leaders += leads;
    }
  }
}

/** Whether `a` comes before `b`, number by number. */
function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}

/**
 * What empties a broker: each partition of which it holds a replica, with another in its place among `brokers`,
 * to which it need not belong. Where every other broker has a replica already, there is one fewer.
 */
export function planDrain(
  nodeId: number,
  brokers: readonly SpreadBroker[],
  partitions: readonly SpreadPartition[],
): readonly ReplicaMove[] {
  const others = brokers.filter((broker) => broker.nodeId !== nodeId);
  const spread = new ReplicaSpread(others, partitions);
  return partitions
    .filter(({ replicas }) => replicas.includes(nodeId))
    .map((partition) =>
      moveOf(
        partition,
        spread.place(partition, partition.replicas.length, { keeps: (id) => id !== nodeId }),
      ),
    );
}

/**
 * What gives `chosen`, some of `all`, so many replicas each, among `brokers`, with the leadership of a topic spread
 * over them. Those that have so many are left out.
 */
export function planReplicationFactor(
  count: number,
  brokers: readonly SpreadBroker[],
  all: readonly SpreadPartition[],
  chosen: readonly SpreadPartition[],
): readonly ReplicaMove[] {
  const spread = new ReplicaSpread(brokers, all);
  return chosen
    .filter(({ replicas }) => replicas.length !== count)
    .map((partition) =>
      moveOf(partition, spread.place(partition, count, { spreadsLeaders: true })),
    );
}

/**
 * What spreads `chosen`, some of `all`, evenly over `brokers` and no others, with `count` replicas each, or as
 * many as they have. What lies well already stays; partitions that do not change are left out.
 */
export function planOnto(
  brokers: readonly SpreadBroker[],
  all: readonly SpreadPartition[],
  chosen: readonly SpreadPartition[],
  count?: number,
): readonly ReplicaMove[] {
  const spread = new ReplicaSpread(brokers, all);
  const total = chosen.reduce((sum, { replicas }) => sum + (count ?? replicas.length), 0);
  const share = Math.ceil(total / Math.max(1, brokers.length));
  const kept = new Map<number, number>(brokers.map(({ nodeId }) => [nodeId, 0]));
  const keeps = (id: number): boolean => {
    const before = kept.get(id);
    if (before === undefined || before >= share) return false;
    kept.set(id, before + 1);
    return true;
  };
  const placed = chosen.map((partition) => ({
    partition,
    to: spread.place(partition, count ?? partition.replicas.length, { keeps }),
  }));
  // Leadership is shared out once it is known where everything lies.
  return placed
    .map(({ partition, to }) => {
      const { topic } = partition;
      const there = { topic, partition: partition.partition, replicas: to };
      return moveOf(partition, spread.place(there, to.length, { spreadsLeaders: true }));
    })
    .filter(({ from, to }) => from.length !== to.length || from.some((id, i) => id !== to[i]));
}

function moveOf(
  { topic, partition, replicas }: SpreadPartition,
  to: readonly number[],
): ReplicaMove {
  return { topic, partition, from: replicas, to };
}

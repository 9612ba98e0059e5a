import type { Client } from '../../../src/client/client.ts';
import type { ClusterImage } from '../../../src/metadata/image.ts';
import type { Prng } from '../../../src/runtime/simulated/prng.ts';
import { errorText } from '../../../src/util/is-error.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import type { History } from '../../history/history.ts';
import type { Chronicle } from './chronicle.ts';
import type { Counts } from './counts.ts';

/** What an operator works with. */
export interface OperatorModules {
  readonly cluster: SimulatedCluster;
  readonly client: Client;
  readonly history: History;
  readonly chronicle: Chronicle;
  readonly counts: Counts;
  readonly nodeIds: readonly number[];
  readonly image: () => ClusterImage;
  /** May have one of these crash a moment later. */
  readonly crashSoon: (candidates: readonly number[]) => void;
}

interface Move {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[] | null;
}

/** Moves replicas and leadership about, as operators do, without regard to how the cluster is. */
export class Operator {
  readonly #modules: OperatorModules;

  constructor(modules: OperatorModules) {
    this.#modules = modules;
  }

  get #random(): Prng {
    return this.#modules.cluster.simulation.random;
  }

  #any<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)] as T;
  }

  /** Moves a partition to other brokers, or stops what moves. */
  reassign(): void {
    const image = this.#modules.image();
    const topic = this.#any([...image.topicsByName.values()]);
    const { index, addingReplicas } = this.#any(topic.partitions);
    const isMoving = addingReplicas.length > 0;
    const replicas =
      isMoving && this.#random.below(3) === 0
        ? null
        : this.#shuffled(this.#modules.nodeIds).slice(0, 3);
    this.#move([{ topic: topic.name, partition: index, replicas }]);
    this.#modules.crashSoon([...(replicas ?? addingReplicas), image.controllerId]);
  }

  /** All that lies on a broker goes to others. */
  drain(nodeId: number): void {
    const moves: Move[] = [];
    for (const { name, partitions } of this.#modules.image().topicsByName.values()) {
      for (const { index, replicas } of partitions) {
        if (!replicas.includes(nodeId)) continue;
        const others = this.#modules.nodeIds.filter((id) => !replicas.includes(id));
        // Where it is on its way already there may be nobody left.
        if (others.length === 0) continue;
        const other = this.#any(others);
        const to = replicas.map((id) => (id === nodeId ? other : id));
        moves.push({ topic: name, partition: index, replicas: to });
      }
    }
    this.#modules.history.add({ kind: 'fault', what: 'drained', nodes: [nodeId] });
    this.#modules.chronicle.add('operator', `drains broker ${nodeId}`);
    this.#move(moves);
    this.#modules.crashSoon([nodeId, ...this.#modules.nodeIds]);
  }

  /** Other replicas are preferred from now on: leadership follows by itself. */
  moveLeaders(): void {
    const moves: Move[] = [];
    for (const { name, partitions } of this.#modules.image().topicsByName.values()) {
      for (const { index, replicas, addingReplicas, removingReplicas } of partitions) {
        if (addingReplicas.length + removingReplicas.length > 0) continue;
        moves.push({ topic: name, partition: index, replicas: this.#shuffled(replicas) });
      }
    }
    this.#move(moves);
  }

  #move(moves: readonly Move[]): void {
    if (moves.length === 0) return;
    const { counts, chronicle, client, history } = this.#modules;
    counts.reassignments += moves.length;
    for (const { topic, partition, replicas } of moves) {
      const to = replicas === null ? 'back' : `to ${replicas.join(' ')}`;
      history.add({ kind: 'fault', what: `moved ${to}`, nodes: replicas ?? [] });
      chronicle.add('operator', `moves it ${to}`, { topic, partition });
    }
    client.admin.alterReassignments(moves).then(
      (outcomes) => {
        for (const outcome of outcomes) {
          if ('error' in outcome) chronicle.add('operator', `is told ${outcome.error.message}`);
        }
      },
      (error: unknown) => chronicle.add('operator', `is told ${errorText(error)}`),
    );
  }

  #shuffled(ids: readonly number[]): number[] {
    const left = [...ids];
    const shuffled: number[] = [];
    while (left.length > 0) shuffled.push(...left.splice(this.#random.below(left.length), 1));
    return shuffled;
  }
}

import assert from 'node:assert/strict';
import type { ClusterImage, PartitionImage } from '../../../src/metadata/image.ts';

/**
 * The states that partitions have been in, as brokers saw them. Each change starts from the state before: no two
 * states have the same partition epoch, and the leader epoch never goes back.
 */
export class PartitionStates {
  /** By topic id and index, then by the partition epoch. */
  readonly #known = new Map<string, PartitionImage[]>();
  /** By node id, of the image that was looked at last. */
  readonly #revisions = new Map<number, number>();

  /** Looks at what a broker knows, where it knows something new. */
  look(nodeId: number, { revision, topicsByName }: ClusterImage): void {
    if (this.#revisions.get(nodeId) === revision) return;
    this.#revisions.set(nodeId, revision);
    for (const { id, name, partitions } of topicsByName.values()) {
      for (const state of partitions) this.#lookAt(`${id}:${state.index}`, name, state);
    }
  }

  #lookAt(key: string, topic: string, state: PartitionImage): void {
    const { index, partitionEpoch, leaderEpoch, revision } = state;
    const states = this.#known.get(key) ?? [];
    this.#known.set(key, states);
    const known = states[partitionEpoch];
    const at = `${topic}-${index} in partition epoch ${partitionEpoch}`;
    assert.equal(revision, known?.revision ?? revision, `${at} has been written twice`);
    if (known !== undefined) return;
    states[partitionEpoch] = state;
    const before = states.findLast(
      (other) => other !== undefined && other.partitionEpoch < partitionEpoch,
    );
    assert.ok(leaderEpoch >= (before?.leaderEpoch ?? 0), `${at} has an earlier leader epoch`);
  }
}

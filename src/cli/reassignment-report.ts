import type { OngoingReassignment } from '../client/admin-reassignments.ts';
import type { ReplicaMove } from '../util/replica-spread.ts';
import { counted, formatBytes, formatTable } from './table.ts';

/** A move, with what it has to copy. */
export interface PlannedMove extends ReplicaMove {
  /** Undefined where the brokers do not say. */
  readonly copiedBytes: number | undefined;
}

/** `moves` with what each has to copy, by the sizes of partitions on the brokers that have them. */
export function withCopiedBytes(
  moves: readonly ReplicaMove[],
  sizes: ReadonlyMap<string, number>,
): readonly PlannedMove[] {
  return moves.map((move) => {
    const known = move.from
      .map((id) => sizes.get(`${move.topic}-${move.partition}@${id}`))
      .filter((size) => size !== undefined);
    const added = move.to.filter((id) => !move.from.includes(id)).length;
    if (added === 0) return { ...move, copiedBytes: 0 };
    return { ...move, copiedBytes: known.length === 0 ? undefined : Math.max(...known) * added };
  });
}

/** Moves for people, a line each. */
export function moveTable(moves: readonly PlannedMove[]): string {
  return formatTable(
    [
      { title: 'TOPIC' },
      { title: 'PARTITION', align: 'right' },
      { title: 'FROM' },
      { title: 'TO' },
      { title: 'COPIES', align: 'right' },
    ],
    moves.map(({ topic, partition, from, to, copiedBytes }) => [
      topic,
      String(partition),
      from.join(','),
      to.join(','),
      copiedBytes === undefined ? '-' : formatBytes(copiedBytes),
    ]),
  );
}

/** `3 partitions, 120.0 MiB to copy`. */
export function extentOf(moves: readonly PlannedMove[]): string {
  const copied = moves.reduce((sum, { copiedBytes }) => sum + (copiedBytes ?? 0), 0);
  return `${counted(moves.length, 'partition')}, ${formatBytes(copied)} to copy`;
}

/**
 * Moves as JSON: a file of `kafka-reassign-partitions`, and of `--file`, with more in it that these pass over.
 */
export function movesAsJson(moves: readonly PlannedMove[]): object {
  return {
    version: 1,
    partitions: moves.map(({ topic, partition, from, to, copiedBytes }) => ({
      topic,
      partition,
      replicas: to,
      from,
      copiedBytes,
    })),
  };
}

/** Partitions on their way for people, a line each. */
export function ongoingTable(moving: readonly OngoingReassignment[]): string {
  return formatTable(
    [
      { title: 'TOPIC' },
      { title: 'PARTITION', align: 'right' },
      { title: 'REPLICAS' },
      { title: 'ADDING' },
      { title: 'REMOVING' },
    ],
    moving.map(({ topic, partition, replicas, addingReplicas, removingReplicas }) => [
      topic,
      String(partition),
      replicas.join(','),
      addingReplicas.length === 0 ? '-' : addingReplicas.join(','),
      removingReplicas.length === 0 ? '-' : removingReplicas.join(','),
    ]),
  );
}

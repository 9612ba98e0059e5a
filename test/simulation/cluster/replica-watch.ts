import { recordsBytes, RecordCursor } from '../../../src/records/record-reader.ts';
import { splitBatches } from '../../../src/records/split-batches.ts';
import type { Partition } from '../../../src/replication/partition.ts';
import { OdradekError } from '../../../src/util/odradek-error.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import type { History, LoggedRecord } from '../../history/history.ts';
import { idOf } from './clients.ts';
import type { Nemesis } from './nemesis.ts';
import type { Plan } from './plan.ts';

/** The records of a replica from `from` up to `to`, or to where it ends. Rejects as `Files` does. */
export async function recordsBetween(
  { log }: Partition,
  from: number,
  to: number,
): Promise<LoggedRecord[]> {
  const records: LoggedRecord[] = [];
  let next = from;
  while (next < to) {
    const options = { maxBytes: 1 << 20, upperBoundOffset: to, atLeastOneBatch: true };
    const { batches } = splitBatches((await log.read(next, options)).chunks);
    if (batches.length === 0) break;
    for (const batch of batches) {
      const cursor = new RecordCursor(batch, recordsBytes(batch, { maxBytes: 1 << 20 }));
      while (cursor.next()) {
        if (cursor.offset < from) continue;
        const id = idOf(cursor.toRecord().value);
        records.push([cursor.offset, id, batch.partitionLeaderEpoch]);
      }
      next = batch.nextOffset;
    }
  }
  return records;
}

/** What replicas are looked at by. */
export interface ReplicaWatchModules {
  readonly cluster: SimulatedCluster;
  readonly history: History;
  readonly nemesis: Nemesis;
  readonly defect: (error: unknown) => void;
}

/** How often each replica is looked at. */
const everyMs = 400;

/**
 * Looks at each replica from within: what lies below its high watermark is what a consumer would be given there, be
 * it of the leader or of a follower.
 */
export class ReplicaWatch {
  readonly #plan: Plan;
  readonly #modules: ReplicaWatchModules;
  /** Up to where a replica was looked at, or is being. */
  readonly #lookedAt = new WeakMap<Partition, number>();

  constructor(plan: Plan, modules: ReplicaWatchModules) {
    this.#plan = plan;
    this.#modules = modules;
  }

  start(): void {
    this.#modules.cluster.simulation.after(everyMs, () => {
      for (let nodeId = 1; nodeId <= this.#plan.brokerCount; nodeId++) this.#lookAt(nodeId);
      this.start();
    });
  }

  #lookAt(nodeId: number): void {
    const broker = this.#modules.nemesis.running(nodeId);
    if (broker === undefined) return;
    for (const topic of this.#plan.topics) {
      for (let index = 0; index < topic.partitions; index++) {
        const partition = broker.partitions.get(topic.name, index);
        if (partition !== undefined) void this.#look(nodeId, partition);
      }
    }
  }

  async #look(nodeId: number, partition: Partition): Promise<void> {
    const { history, defect } = this.#modules;
    const from = this.#lookedAt.get(partition) ?? 0;
    const to = partition.highWatermark;
    if (to <= from || partition.isClosed) return;
    this.#lookedAt.set(partition, to);
    const where = { topic: partition.topic, partition: partition.index };
    const reader = `broker${nodeId}`;
    try {
      const records = await recordsBetween(partition, from, to);
      history.add({ kind: 'position', ...where, reader, offset: from });
      for (const [offset, id, leaderEpoch] of records) {
        history.add({ kind: 'read', ...where, reader, offset, leaderEpoch, id });
      }
    } catch (error) {
      // A disk that fails, or a log that is closed meanwhile.
      if (!(error instanceof OdradekError)) defect(error);
    }
  }
}

import type { LogConfig } from '../../src/config/log-config.ts';
import type { PartitionImage } from '../../src/metadata/image.ts';
import type { AppendOutcome } from '../../src/replication/append-outcome.ts';
import type { InSyncChange } from '../../src/replication/in-sync-changes.ts';
import { Partition } from '../../src/replication/partition.ts';
import type { RequiredAcks } from '../../src/replication/rewrite-queue.ts';
import type { Background } from '../../src/runtime/runtime.ts';
import type { Log } from '../../src/storage/log.ts';
import { batchOf, LogFixture } from '../storage/log-fixture.ts';
import { partitionImage } from './partition-images.ts';

/** Nothing is compressed anew here. */
const noBackground: Background = {
  run: () => Promise.reject(new Error('no background work in this test')),
  close: async () => {},
};

/** A replica of a partition on one node, and what is around it. */
export class Replica {
  readonly fixture: LogFixture;
  readonly log: Log;
  readonly partition: Partition;
  /** What it proposed, each with a way to have it settle. */
  readonly proposals: (InSyncChange & { readonly settle: () => void })[] = [];
  readonly defects: unknown[] = [];
  /** Brokers that may be in an in-sync set, with their epochs. */
  readonly eligible = new Map([
    [1, 7],
    [2, 7],
    [3, 7],
  ]);
  mayLead = true;

  constructor(
    nodeId: number,
    state: PartitionImage = partitionImage([1, 2, 3]),
    config: Partial<LogConfig> = {},
  ) {
    this.fixture = new LogFixture({ config: { minInsyncReplicas: 1, ...config } });
    this.log = this.fixture.create();
    this.partition = new Partition(
      { topic: 'orders', index: 0, log: this.log, state },
      {
        clock: this.fixture.clock,
        background: noBackground,
        limits: { decompressedBytesMax: 1 << 20 },
        defect: (error) => this.defects.push(error),
        replication: {
          nodeId,
          mayLead: () => this.mayLead,
          lagTimeMaxMs: () => 1000,
          eligibleEpochOf: (id) => this.eligible.get(id),
          inSyncChanges: {
            propose: (change) =>
              new Promise((resolve) => this.proposals.push({ ...change, settle: resolve })),
          },
        },
      },
    );
  }

  /** Appends records as a client's; `outcomes` has what came of them so far. */
  produce(values: readonly string[], acks: RequiredAcks = -1): AppendOutcome[] {
    const outcomes: AppendOutcome[] = [];
    const waiter = {
      appendEnded: (_slot: number, outcome: AppendOutcome) => outcomes.push(outcome),
    };
    this.partition.append(batchOf(values), acks, waiter, 0);
    this.log.writePending();
    return outcomes;
  }

  /** A fetch of a follower whose log ends at `fetchOffset`. */
  fetched(nodeId: number, fetchOffset: number): string | undefined {
    return this.partition.followerFetched(nodeId, {
      brokerEpoch: this.eligible.get(nodeId) ?? 7,
      fetchOffset,
      logStartOffset: 0,
    });
  }
}

/** The errors of outcomes, `ok` where there is none. */
export function errorsOf(outcomes: readonly AppendOutcome[]): string[] {
  return outcomes.map(({ error }) => error ?? 'ok');
}

import type { Background, Clock } from '../runtime/runtime.ts';
import type { InSyncChanges } from './in-sync-changes.ts';
import type { ReplicationRules } from './leader-state.ts';
import type { PrepareLimits } from './prepare-batch.ts';

/** What makes a replica one of several. */
export interface ReplicationModules {
  readonly nodeId: number;
  /** Whether this broker may lead now: whether its registration is surely alive. */
  readonly mayLead: () => boolean;
  /** `replica.lag.time.max.ms`. */
  readonly lagTimeMaxMs: () => number;
  readonly eligibleEpochOf: ReplicationRules['eligibleEpochOf'];
  readonly inSyncChanges: InSyncChanges;
}

/** What a partition needs of the broker around it. */
export interface PartitionModules {
  readonly clock: Clock;
  readonly background: Background;
  readonly limits: PrepareLimits;
  readonly replication: ReplicationModules;
  /** Told of a broken invariant that nobody else would hear of. */
  readonly defect: (error: unknown) => void;
}

import { minInsyncReplicas } from '../config/derived-defaults.ts';
import type { PartitionImage } from '../metadata/image.ts';
import { replicaCountOf } from '../metadata/replica-count.ts';
import type { Log } from '../storage/log.ts';
import type { ReplicationRules } from './leader-state.ts';
import type { ReplicationModules } from './replication-modules.ts';

/** What the leader of a partition goes by, always as the configuration, the image and the brokers are now. */
export function replicationRules(
  log: Pick<Log, 'config'>,
  stateOf: () => PartitionImage,
  { lagTimeMaxMs, eligibleEpochOf }: Pick<ReplicationModules, 'lagTimeMaxMs' | 'eligibleEpochOf'>,
): ReplicationRules {
  return {
    get minInsyncReplicas() {
      return minInsyncReplicas(log.config.minInsyncReplicas, replicaCountOf(stateOf()));
    },
    get lagTimeMaxMs() {
      return lagTimeMaxMs();
    },
    eligibleEpochOf,
  };
}

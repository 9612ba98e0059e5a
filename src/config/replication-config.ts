import { invalidConfig } from './invalid-config.ts';
import type { TypedValues } from './typed-values.ts';

/** How a broker's replicas follow each other, as its keys say it. */
export interface ReplicationConfig {
  /** Bytes a second of throttled replicas, as the one that follows and as the one that leads. */
  readonly followerReplicationThrottledRate: number;
  readonly leaderReplicationThrottledRate: number;
  readonly numReplicaFetchers: number;
  readonly replicaFetchBackoffMs: number;
  /** Of one partition, but for its first batch. */
  readonly replicaFetchMaxBytes: number;
  readonly replicaFetchMinBytes: number;
  /** Of all partitions of an answer, but for its first batch. */
  readonly replicaFetchResponseMaxBytes: number;
  readonly replicaFetchWaitMaxMs: number;
  readonly replicaLagTimeMaxMs: number;
  /** Whether consumers are sent to a follower in their rack (KIP-392). */
  readonly replicaSelection: 'leader' | 'rack';
  readonly replicaSocketTimeoutMs: number;
  readonly replicationQuotaWindowSizeSeconds: number;
}

const selectorKey = 'replica.selector.class';
const rackAwareSelector = 'org.apache.kafka.common.replica.RackAwareReplicaSelector';

/** Reads it from values that are valid each by itself. */
export function resolveReplicationConfig(values: TypedValues): ReplicationConfig {
  return {
    followerReplicationThrottledRate: values.integer('follower.replication.throttled.rate'),
    leaderReplicationThrottledRate: values.integer('leader.replication.throttled.rate'),
    numReplicaFetchers: values.integer('num.replica.fetchers'),
    replicaFetchBackoffMs: values.integer('replica.fetch.backoff.ms'),
    replicaFetchMaxBytes: values.integer('replica.fetch.max.bytes'),
    replicaFetchMinBytes: values.integer('replica.fetch.min.bytes'),
    replicaFetchResponseMaxBytes: values.integer('replica.fetch.response.max.bytes'),
    replicaFetchWaitMaxMs: values.integer('replica.fetch.wait.max.ms'),
    replicaLagTimeMaxMs: values.integer('replica.lag.time.max.ms'),
    replicaSelection: selectionOf(values),
    replicaSocketTimeoutMs: values.integer('replica.socket.timeout.ms'),
    replicationQuotaWindowSizeSeconds: values.integer('replication.quota.window.size.seconds'),
  };
}

function selectionOf(values: TypedValues): ReplicationConfig['replicaSelection'] {
  const name = values.optionalText(selectorKey) ?? '';
  if (name === '') return 'leader';
  if (name === rackAwareSelector) return 'rack';
  throw invalidConfig(selectorKey, name, `${rackAwareSelector}, or none`);
}

/** Throws `INVALID_CONFIG` where a follower that waits for data would be taken for one that lags. */
export function refuseReplicationContradictions(config: ReplicationConfig): void {
  const { replicaFetchWaitMaxMs, replicaLagTimeMaxMs } = config;
  if (replicaFetchWaitMaxMs <= replicaLagTimeMaxMs) return;
  const expected = `at most replica.lag.time.max.ms, which is ${replicaLagTimeMaxMs}`;
  throw invalidConfig('replica.fetch.wait.max.ms', String(replicaFetchWaitMaxMs), expected);
}

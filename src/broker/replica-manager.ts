import type { BrokerConfig } from '../config/broker-config.ts';
import type { ControllerSettings } from '../controller/controller-settings.ts';
import { resignPartitions, type PartitionId } from '../controller/resign-partitions.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { Partition } from '../replication/partition.ts';
import { ReplicaFetchers } from '../replication/replica-fetchers.ts';
import {
  ReplicationThrottle,
  type ThrottleOptions,
  type ThrottleSettings,
} from '../replication/replication-throttle.ts';
import { preferredReplica } from '../replication/replica-selection.ts';
import type { ReplicationModules } from '../replication/replication-modules.ts';
import type { Runtime, Timer } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ClusterMetadata } from './cluster-metadata.ts';
import { InSyncCommitter, type InSyncCommitterModules } from './in-sync-committer.ts';
import type { PartitionsListener } from './partitions.ts';
import { BrokerReplicaClient } from './replica-client.ts';

/** What following and being followed needs of the broker around it. */
export interface ReplicaManagerModules {
  readonly runtime: Pick<Runtime, 'clock' | 'timers' | 'random' | 'network'>;
  readonly logger: Logger;
  readonly config: () => BrokerConfig;
  readonly image: () => ClusterImage;
  readonly metadata: Pick<ClusterMetadata, 'commit' | 'run'>;
  readonly settings: () => ControllerSettings;
  /** Of this broker's registration. */
  readonly brokerEpoch: () => number;
  /** Whether that registration is surely alive. */
  readonly mayLead: () => boolean;
  readonly defect: (error: unknown) => void;
}

/** Pause before it is tried again to give up partitions whose logs are lost. */
const resignRetryMs = 1000;

/**
 * What makes the partitions of a broker replicas of others: fetchers follow those that are led elsewhere, and
 * of those that are led here it is looked at now and then who still keeps up.
 */
export class ReplicaManager implements PartitionsListener {
  /** For each partition. */
  readonly replication: ReplicationModules;
  /** Of what is sent to followers. */
  readonly leaderThrottle: ReplicationThrottle;
  readonly #nodeId: number;
  readonly #modules: ReplicaManagerModules;
  readonly #fetchers: ReplicaFetchers;
  readonly #inSync: InSyncCommitter;
  /** Those with followers. While there is one, the timer runs. */
  readonly #led = new Set<Partition>();
  #timer: Timer | undefined;
  /** Whose logs are lost here, until it is committed that others lead them; by topic id and index. */
  readonly #lost = new Map<string, PartitionId>();
  #resignTimer: Timer | undefined;
  #closed = false;

  constructor(options: { readonly nodeId: number }, modules: ReplicaManagerModules) {
    const { runtime, logger, config, image, metadata, mayLead, defect } = modules;
    const { nodeId } = options;
    this.#nodeId = nodeId;
    this.#modules = modules;
    const { timers } = runtime;
    const commit: InSyncCommitterModules['commit'] = (...change) => metadata.commit(...change);
    this.#inSync = new InSyncCommitter(options, { image, commit, timers, logger });
    this.replication = {
      nodeId,
      mayLead,
      lagTimeMaxMs: () => config().replicaLagTimeMaxMs,
      eligibleEpochOf: (id) => this.#eligibleEpochOf(id),
      inSyncChanges: this.#inSync,
    };
    this.leaderThrottle = throttleOf({ nodeId, side: 'leader' }, modules);
    this.#fetchers = new ReplicaFetchers({
      nodeId,
      throttle: throttleOf({ nodeId, side: 'follower' }, modules),
      connect: (leaderId) => this.#connect(leaderId),
      fetchersPerLeader: () => config().numReplicaFetchers,
      settings: () => fetcherSettings(config()),
      clock: runtime.clock,
      timers: runtime.timers,
      logger,
      defect,
    });
  }

  #eligibleEpochOf(nodeId: number): number | undefined {
    const broker = this.#modules.image().brokers.get(nodeId);
    if (broker === undefined || broker.fenced || broker.stopping) return undefined;
    return broker.epoch;
  }

  #connect(leaderId: number): BrokerReplicaClient {
    const { runtime, brokerEpoch, config, image } = this.#modules;
    return new BrokerReplicaClient(
      {
        nodeId: this.#nodeId,
        leaderId,
        brokerEpoch,
        leaderAddress: () => {
          const { interBrokerListenerName } = config();
          const listeners = image().brokers.get(leaderId)?.listeners;
          return listeners?.find(({ name }) => name === interBrokerListenerName);
        },
        socketTimeoutMs: () => config().replicaSocketTimeoutMs,
      },
      runtime,
    );
  }

  /** `PartitionsListener`: a partition is here, or has another leader or in-sync set. */
  partitionChanged(partition: Partition): void {
    if (this.#closed) return;
    const { leaderId } = partition;
    const isLed = leaderId === this.#nodeId;
    if (isLed && partition.isReplicated) this.#led.add(partition);
    else this.#led.delete(partition);
    if (isLed || leaderId < 0) this.#fetchers.unfollow(partition);
    else this.#fetchers.follow(partition);
    this.#watch();
  }

  /** `PartitionsListener`: a partition is not here any more. */
  partitionClosed(partition: Partition): void {
    this.#led.delete(partition);
    this.#fetchers.unfollow(partition);
  }

  /** `PartitionsListener`: others are to lead it, and not to wait for it. */
  logLost(topicId: string, index: number): void {
    this.#lost.set(`${topicId}:${index}`, { topicId, index });
    this.#resignIn(0);
  }

  #resignIn(delayMs: number): void {
    if (this.#closed) return;
    this.#resignTimer ??= this.#modules.runtime.timers.setTimer(delayMs, () => {
      this.#resignTimer = undefined;
      this.#resign().catch(this.#modules.defect);
    });
  }

  async #resign(): Promise<void> {
    const { metadata, settings, logger } = this.#modules;
    const lost = [...this.#lost];
    this.#lost.clear();
    const partitions = lost.map(([, partition]) => partition);
    try {
      const resigned = await metadata.run((image) =>
        resignPartitions(image, this.#nodeId, partitions, settings()),
      );
      if (resigned.length === 0) return;
      logger.warn('others lead the partitions whose logs were lost', { count: resigned.length });
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      for (const [key, partition] of lost) this.#lost.set(key, partition);
      this.#resignIn(resignRetryMs);
    }
  }

  /** `PartitionsListener`: others may be in an in-sync set now. */
  brokersChanged(): void {
    for (const partition of this.#led) partition.checkInSync();
  }

  /** Looks at all that are led twice in `replica.lag.time.max.ms`, as Apache does. */
  #watch(): void {
    if (this.#led.size === 0 || this.#closed) return;
    const { runtime, config, defect } = this.#modules;
    this.#timer ??= runtime.timers.setTimer(config().replicaLagTimeMaxMs / 2, () => {
      this.#timer = undefined;
      try {
        for (const partition of this.#led) partition.checkInSync();
      } catch (error) {
        defect(error);
      }
      this.#watch();
    });
  }

  /** The follower that a consumer in a rack should read from (KIP-392); -1 for the leader. */
  selectReplica(partition: Partition, fetchOffset: number, rackId: string): number {
    const { config, image } = this.#modules;
    if (config().replicaSelection !== 'rack' || !partition.isLeader) return -1;
    const { brokers } = image();
    return preferredReplica(partition, fetchOffset, {
      nodeId: this.#nodeId,
      isInRack: (id) => {
        const broker = brokers.get(id);
        return broker?.rack === rackId && !broker.fenced;
      },
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== undefined) this.#modules.runtime.timers.clearTimer(this.#timer);
    this.#timer = undefined;
    if (this.#resignTimer !== undefined) {
      this.#modules.runtime.timers.clearTimer(this.#resignTimer);
    }
    this.#fetchers.close();
    this.#inSync.close();
  }
}

function throttleOf(
  options: ThrottleOptions,
  { runtime: { clock }, config }: ReplicaManagerModules,
): ReplicationThrottle {
  const settings = (): ThrottleSettings => {
    const { leaderReplicationThrottledRate, followerReplicationThrottledRate } = config();
    return {
      bytesPerSecond:
        options.side === 'leader'
          ? leaderReplicationThrottledRate
          : followerReplicationThrottledRate,
      windowMs: config().replicationQuotaWindowSizeSeconds * 1000,
    };
  };
  return new ReplicationThrottle(options, { clock, settings });
}

function fetcherSettings(config: BrokerConfig) {
  return {
    waitMaxMs: config.replicaFetchWaitMaxMs,
    bytesMin: config.replicaFetchMinBytes,
    responseBytesMax: config.replicaFetchResponseMaxBytes,
    partitionBytesMax: config.replicaFetchMaxBytes,
    backoffMs: config.replicaFetchBackoffMs,
  };
}

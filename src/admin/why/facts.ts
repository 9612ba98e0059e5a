import type {
  BrokerFigures,
  GroupFigures,
  OwnFigures,
  PartitionFigures,
} from '../contract/picture.ts';

/**
 * What sentences are made of. All of it can be told from Kafka's protocol by any broker, or, what that does not
 * tell, is null: then nothing is said of it.
 */
export interface ClusterFacts {
  readonly nowMs: number;
  /** -1: there is none. */
  readonly controllerId: number;
  readonly brokers: readonly BrokerFacts[];
}

/** A broker, as far as sentences go by it. */
export interface BrokerFacts extends Pick<
  BrokerFigures,
  'nodeId' | 'state' | 'stateSinceMs' | 'reachable'
> {
  /** Null where it did not tell its figures. */
  readonly figures: Pick<OwnFigures, 'logDirs'> | null;
}

/** A partition, as far as sentences go by it. */
export interface PartitionFacts extends Pick<
  PartitionFigures,
  'index' | 'leader' | 'replicas' | 'isr' | 'followerLag'
> {
  /** Replicas that may lead though they are not in sync (KIP-966); null where that is not known. */
  readonly elr: readonly number[] | null;
  /** Who led last, to be waited for while `isr` and `elr` are empty. */
  readonly lastKnownElr: readonly number[];
}

/** A topic, as far as sentences go by it. */
export interface TopicFacts {
  readonly name: string;
  readonly partitions: readonly PartitionFacts[];
  readonly minInsyncReplicas: number | null;
  readonly uncleanLeaderElection: boolean | null;
  /** Of a filtered topic, what its filter did lately on this broker; null of any other, and where it is not known. */
  readonly filter: { readonly evaluated: number; readonly failed: number } | null;
}

/** A group, as far as sentences go by it. */
export interface GroupFacts extends Pick<
  GroupFigures,
  'groupId' | 'state' | 'coordinatorId' | 'members' | 'offsets' | 'lag' | 'lagSeconds' | 'trend'
> {
  /** Topics that its members subscribe to by name. */
  readonly subscribed: readonly string[];
  /** Since when it has something unread without a break; null where that is not known. */
  readonly laggingSinceMs: number | null;
  /** Since when it is in this state; null where that is not known. */
  readonly stateSinceMs: number | null;
  /** Members that a rebalance waits for; null where that is not known. */
  readonly awaited: readonly string[] | null;
}

/** What of the broker's configuration groups go by, as it is now. Names are those of the keys. */
export interface GroupSettings {
  readonly groupInitialRebalanceDelayMs: number;
  readonly groupMinSessionTimeoutMs: number;
  readonly groupMaxSessionTimeoutMs: number;
  readonly groupMaxSize: number;
  readonly groupConsumerMaxSize: number;
  /** The first is the default. */
  readonly groupConsumerAssignors: readonly string[];
  readonly groupConsumerMigrationPolicy: 'DISABLED' | 'DOWNGRADE' | 'UPGRADE' | 'BIDIRECTIONAL';
  /** `offset.metadata.max.bytes`. */
  readonly offsetMetadataMaxBytes: number;
  /** `offsets.retention.minutes`. */
  readonly offsetsRetentionMs: number;
  readonly offsetsRetentionCheckIntervalMs: number;
}

/** What may be set for a group of its own (`configs-group.tsv`), within the broker's bounds. */
export interface ConsumerGroupSettings {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly assignmentIntervalMs: number;
  /** Of members that wait for partitions, and of groups that were just assigned anew, where it is the shorter one. */
  readonly unsettledHeartbeatIntervalMs: number;
}

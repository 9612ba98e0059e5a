import type {
  BrokerFigures,
  TopicFigures,
  PartitionFigures,
  GroupFigures,
  Why,
} from './picture.ts';

/* ---- Topics ---- */

/** `GET /api/topics?query=&internal=true|false&sort=name|messages|size|rate|partitions&order=asc|desc&offset=&limit=`. */
export interface TopicPage {
  readonly total: number;
  readonly matching: number;
  readonly offset: number;
  readonly topics: readonly TopicRow[];
}

/** A line in the list of topics. */
export interface TopicRow {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  readonly filtered: TopicFigures['filtered'];
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Offsets between the start and the high watermark; fewer where it is compacted. Null where a leader did not say. */
  readonly messages: number | null;
  readonly sizeBytes: number | null;
  readonly messagesPerSecond: number;
  readonly leaderless: number;
  readonly underReplicated: number;
  readonly cleanupPolicy: string;
}

/** Records that a filter was asked about. Those that failed, cost too much or could not be read do not match. */
export interface FilterCounters {
  /** Without those that could not be read. */
  readonly evaluated: number;
  readonly matched: number;
  readonly failed: number;
  readonly overBudget: number;
  readonly unreadable: number;
}

/** `GET /api/topics/NAME`. */
export interface TopicDetail extends TopicRow {
  readonly partitionFigures: readonly PartitionFigures[];
  readonly configs: readonly ConfigRow[];
  /** What the filter has done on all brokers that answer, since it was set; null of a topic that is not filtered. */
  readonly filterCounters?: FilterCounters | null;
  /** Filtered topics of which this is the source; they are deleted with it. */
  readonly filteredTopics: readonly string[];
  readonly groups: readonly {
    readonly groupId: string;
    readonly state: string;
    readonly lag: number | null;
  }[];
}

/** `POST /api/topics` → 201 `{ name }`. Partitions and replicas of -1 are the defaults of the broker. */
export interface NewTopicBody {
  readonly name: string;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** `odradek.source.topic` and `odradek.filter` make a filtered one. */
  readonly configs?: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
}

/** `POST /api/topics/NAME/partitions`. */
export interface MorePartitionsBody {
  readonly count: number;
  readonly dryRun?: boolean;
}

/** `DELETE /api/topics/NAME`: `alsoDeletes` must name its filtered topics, else 409 `HAS_FILTERED_TOPICS`. */
export interface DeleteTopicBody {
  readonly alsoDeletes?: readonly string[];
}

/** `POST /api/topics/NAME/delete-records`: what lies before these offsets; -1 is the high watermark. */
export interface DeleteRecordsBody {
  readonly before: readonly { readonly partition: number; readonly offset: number }[];
}

/* ---- Groups ---- */

/** `GET /api/groups?query=&state=&sort=name|lag|members&order=&offset=&limit=`. */
export interface GroupPage {
  readonly total: number;
  readonly matching: number;
  readonly offset: number;
  readonly groups: readonly GroupRow[];
}

/** A line in the list of groups. */
export interface GroupRow {
  readonly groupId: string;
  readonly type: 'classic' | 'consumer';
  readonly state: string;
  readonly coordinatorId: number;
  readonly members: number;
  readonly topics: readonly string[];
  readonly lag: number | null;
  readonly lagSeconds: number | null;
  readonly trend: GroupFigures['trend'];
}

/** `GET /api/groups/ID` → GroupFigures with this. `DELETE /api/groups/ID` → 204. */
export interface GroupDetail extends GroupFigures {
  readonly assignor: string;
  readonly protocolType: string;
  readonly whys: readonly Why[];
}

/** `POST /api/groups/ID/reset-offsets` → OffsetReset[]; with `dryRun` the preview of it. */
export interface ResetOffsetsBody {
  readonly topic: string;
  /** All unless given. */
  readonly partitions?: readonly number[];
  /** As `from` in the query of `messages`, or `shift:N` by so many records, with a minus back. */
  readonly to: string;
  readonly dryRun?: boolean;
}

/** What a reset does, or would do, to a partition. */
export interface OffsetReset {
  readonly topic: string;
  readonly partition: number;
  readonly oldOffset: number | null;
  readonly newOffset: number;
  readonly highWatermark: number;
}

/* ---- Brokers and settings ---- */

/** `GET /api/brokers` → BrokerFigures[]; `GET /api/brokers/ID` → BrokerDetail. */
export interface BrokerDetail extends BrokerFigures {
  readonly listeners: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
  }[];
  readonly epoch: number;
  readonly isController: boolean;
}

/**
 * `GET /api/configs/topics/NAME`, `/api/configs/brokers/ID`, `/api/configs/brokers/default`, `/api/configs/groups/ID`
 * → ConfigRow[] (of `default`, what can be set for all brokers); `PATCH` there takes ConfigChangesBody → ConfigRow[], those
 * that it changes, as they are then or with `dryRun` would be. `GET /api/config-keys/topics` → ConfigRow[] with the defaults
 * of this broker, for the form that makes topics.
 */
export interface ConfigRow {
  readonly name: string;
  /** Null for a secret, or where nothing is set. */
  readonly value: string | null;
  /** Kafka's words: `DYNAMIC_TOPIC_CONFIG`, `DEFAULT_CONFIG` and so on. */
  readonly source: string;
  readonly type: string;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  readonly documentation: string | null;
  /** What it would be without what was set here. */
  readonly inherited: string | null;
}

/** Values to be set, by key. */
export interface ConfigChangesBody {
  /** Null returns to what is inherited. */
  readonly set: Readonly<Record<string, string | null>>;
  readonly dryRun?: boolean;
}

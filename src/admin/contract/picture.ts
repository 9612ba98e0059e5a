/* ---- The living picture: `GET /api/live` (server-sent events) ----
 *
 * `event: picture` with a `Picture`, at once, every second, and as soon as a broker comes or goes or a leader changes.
 * `?topics=a,b` and `?groups=a,b` name what must be among those shown.
 */

/** The cluster at one moment, as the console draws it. */
export interface Picture {
  readonly atMs: number;
  readonly clusterId: string;
  /** Node id of the broker that answers. */
  readonly nodeId: number;
  /** -1: there is none. */
  readonly controllerId: number;
  readonly brokers: readonly BrokerFigures[];
  /** Connections that wrote within the last 10 s, the busiest first. */
  readonly producers: readonly ProducerFigures[];
  /** How many more there are than are shown; the same below. */
  readonly producersMore: number;
  /** The busiest first, internal topics last. */
  readonly topics: readonly TopicFigures[];
  readonly topicsMore: number;
  readonly groups: readonly GroupFigures[];
  readonly groupsMore: number;
  /** What stands still, the worst first. */
  readonly whys: readonly Why[];
}

/** A broker as its cluster sees it, with its own figures. */
export interface BrokerFigures {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** `down`: it does not renew its lease, or is suspected; `fenced`: registered and not let in. */
  readonly state: 'up' | 'stopping' | 'fenced' | 'down';
  readonly stateSinceMs: number | null;
  /** Null where its figures did not come; `reachable` is false then. */
  readonly figures: OwnFigures | null;
  readonly reachable: boolean;
  readonly leaders: number;
  readonly replicas: number;
  readonly notInSync: number;
}

/** What a broker counts of itself. Rates are over the last 5 s. */
export interface OwnFigures {
  readonly startedMs: number;
  readonly version: string;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly messagesInPerSecond: number;
  readonly requestsPerSecond: number;
  readonly connections: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /**
   * Milliseconds of the last 10 s, from the whole request to its answer; null where there were none. That of a produce
   * has the wait for replicas in it, that of a fetch not what it waited for records, as its client wished.
   */
  readonly latency: {
    readonly produce: Latency | null;
    readonly fetch: Latency | null;
  };
  readonly logDirs: readonly {
    readonly path: string;
    readonly online: boolean;
    readonly usedBytes: number;
    /** Null where the system does not say. */
    readonly freeBytes: number | null;
    readonly totalBytes: number | null;
  }[];
}

/** Of one API. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

/** A connection that writes. */
export interface ProducerFigures {
  /** The same as long as the connection lives. */
  readonly id: string;
  readonly clientId: string;
  /** Address and port it comes from; `http` for what was published over HTTP. */
  readonly address: string;
  readonly nodeId: number;
  readonly lastWroteMs: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly number[];
    readonly messagesPerSecond: number;
    readonly bytesPerSecond: number;
  }[];
}

/** A topic with where its partitions lie. */
export interface TopicFigures {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  /** Set for a topic that is a question. */
  readonly filtered: { readonly sourceTopic: string; readonly filter: string } | null;
  readonly partitions: readonly PartitionFigures[];
}

/** A partition with its replicas, as its leader counts. */
export interface PartitionFigures {
  readonly index: number;
  /** -1: nobody leads. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** Null where the leader did not say. */
  readonly logStartOffset: number | null;
  readonly highWatermark: number | null;
  readonly logEndOffset: number | null;
  readonly sizeBytes: number | null;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Records that each follower is behind, by node id; only the leader knows. */
  readonly followerLag: Readonly<Record<string, number>>;
}

/** A group with who reads what in it, and how far behind. */
export interface GroupFigures {
  readonly groupId: string;
  readonly type: 'classic' | 'consumer';
  readonly state: string;
  readonly coordinatorId: number;
  readonly members: readonly MemberFigures[];
  readonly offsets: readonly GroupOffset[];
  /** Null where some lag is not known. */
  readonly lag: number | null;
  /** How long ago the oldest unread record was written; null where it is not known. */
  readonly lagSeconds: number | null;
  readonly trend: 'growing' | 'shrinking' | 'steady' | 'unknown';
}

/** A member of a group. */
export interface MemberFigures {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
  /** Since its last heartbeat reached the coordinator; null where that is not known. */
  readonly lastHeartbeatAgoMs: number | null;
  /** Since it last fetched one of its partitions anywhere in the cluster; null where that is not known. */
  readonly lastFetchAgoMs: number | null;
}

/** How far a group has come in a partition. */
export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  /** Null: nothing was committed. */
  readonly committedOffset: number | null;
  readonly logStartOffset: number | null;
  readonly highWatermark: number | null;
  readonly lag: number | null;
  readonly lagSeconds: number | null;
  readonly memberId: string | null;
}

/* ---- Why: `GET /api/why/topics/NAME`, `GET /api/why/groups/ID` → Why[] ---- */

/** What stands still, lags or cannot be written, in a sentence. */
export interface Why {
  readonly subject: {
    readonly kind: 'cluster' | 'broker' | 'topic' | 'group' | 'member';
    /** Node id, topic, group; of a member, its group. */
    readonly name: string;
    readonly memberId?: string;
    readonly partition?: number;
  };
  /** `stopped`: nothing goes on; `behind`: it goes on too slowly; `at-risk`: it goes on, with less than was asked for. */
  readonly severity: 'stopped' | 'behind' | 'at-risk';
  /** "orders-1 has no leader because brokers 2 and 3 are down." */
  readonly sentence: string;
  /** What that was seen by, a sentence each. */
  readonly evidence: readonly string[];
  readonly remedy: string | null;
  readonly sinceMs: number | null;
}

/* ---- Plots: `GET /api/history?of=SUBJECT&fromMs=&toMs=` ----
 *
 * SUBJECT is `cluster`, `broker:ID`, `topic:NAME` or `group:ID`. Kept in memory by the broker that answers, one point
 * every 5 s for an hour and every minute for a day, bounded however many topics there are.
 */

/** Series over time, for plots. */
export interface History {
  readonly timesMs: readonly number[];
  readonly series: readonly {
    readonly name: string;
    readonly unit:
      | 'bytes/s'
      | 'messages/s'
      | 'requests/s'
      | 'ms'
      | 'bytes'
      | 'messages'
      | 'seconds';
    /** Null where nothing is known. */
    readonly values: readonly (number | null)[];
  }[];
}

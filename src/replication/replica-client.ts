/** One partition in a follower's fetch. */
export interface FetchedFrom {
  readonly topicId: string;
  readonly index: number;
  /** Of the leader, as the follower knows it: another leader's answer is none. */
  readonly leaderEpoch: number;
  readonly fetchOffset: number;
  /** Of the follower's last record, -1 where it has none: the leader tells where its log parts from it. */
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
}

/** A follower's fetch of many partitions, in an incremental session (KIP-227). */
export interface ReplicaFetch {
  readonly sessionId: number;
  /** 0 opens a session. */
  readonly sessionEpoch: number;
  readonly waitMaxMs: number;
  readonly bytesMin: number;
  /** Of the whole answer, but for the first batch. */
  readonly bytesMax: number;
  readonly partitionBytesMax: number;
  /** In a session that is open: those that are new to it, or stand elsewhere than when it was last told. */
  readonly partitions: readonly FetchedFrom[];
  /** Those that the session is to leave out. */
  readonly forgotten: readonly Pick<FetchedFrom, 'topicId' | 'index'>[];
}

/** What the leader answers for one partition. */
export interface FetchedPartition {
  readonly topicId: string;
  readonly index: number;
  /** Kafka's name of an error. */
  readonly error: string | undefined;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  /** The leader's end of the largest epoch, not above the follower's last, that it has (KIP-595). */
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number } | undefined;
  /** Bytes of record batches as they came; the follower's from here on. */
  readonly chunks: readonly Uint8Array[];
}

/** The leader's answer. In a session that is open, partitions of which there is nothing new are left out. */
export interface ReplicaFetched {
  /** Kafka's name of an error: the session cannot be used. */
  readonly error: string | undefined;
  /** 0 where no session was opened. */
  readonly sessionId: number;
  readonly partitions: readonly FetchedPartition[];
}

/** Where a leader's log starts and ends, or Kafka's name of the error. */
export type LogBounds =
  | { readonly logStartOffset: number; readonly logEndOffset: number }
  | { readonly error: string };

/** A follower's way to one leader. What rejects does so with an `OdradekError`: the leader was not reached. */
export interface ReplicaClient {
  /** One at a time. */
  fetch(request: ReplicaFetch): Promise<ReplicaFetched>;
  /** Has the fetch under way answered with what there is. */
  hurry(): void;
  logBounds(topic: string, index: number, leaderEpoch: number): Promise<LogBounds>;
  /** Fails what is under way. */
  close(): void;
}

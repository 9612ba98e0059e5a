/** A partition as a fetch asks for it, and what the session's last answer said of it. */
export interface FetchPartition {
  /** Empty where the topic id is not known here. */
  topic: string;
  readonly topicId: string;
  readonly partition: number;
  fetchOffset: number;
  partitionMaxBytes: number;
  currentLeaderEpoch: number;
  lastFetchedEpoch: number;
  /** The reader's own log start offset; -1 for a consumer. */
  logStartOffset: number;
  /** What the last answer said: -1 before the first. A change of either is news (KIP-227). */
  sentHighWatermark: number;
  sentLogStartOffset: number;
}

/** A partition's name within one fetch or session. */
export function fetchKey(topicOrId: string, partition: number): string {
  return `${topicOrId}:${partition}`;
}

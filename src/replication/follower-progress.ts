/** Where a follower stands, as its fetch says. */
export interface FollowerPosition {
  /** Of the follower's registration (KIP-903); -1 where an old version does not say. */
  readonly brokerEpoch: number;
  /** Below it the follower has everything. */
  readonly fetchOffset: number;
  /** Where its own log starts. */
  readonly logStartOffset: number;
}

/**
 * What a leader knows of one follower: how far it has come, and when it was last as far as the leader.
 *
 * Times are monotonic milliseconds.
 */
export class FollowerProgress {
  readonly nodeId: number;
  /** -1 before its first fetch in this leader epoch. */
  brokerEpoch = -1;
  /** -1 before its first fetch in this leader epoch. */
  logEndOffset = -1;
  logStartOffset = -1;
  lastCaughtUpMs: number;
  /** The leader's end, and the time, when it last fetched. */
  #endAtLastFetch = -1;
  #lastFetchMs = -Infinity;

  /** `lastCaughtUpMs`: now for a member of the in-sync set, which gets its time to fetch first. */
  constructor(nodeId: number, lastCaughtUpMs: number) {
    this.nodeId = nodeId;
    this.lastCaughtUpMs = lastCaughtUpMs;
  }

  /**
   * Takes in a fetch, which came at `nowMs` while the leader's log ended at `leaderEndOffset`. A follower that
   * always asks for what was the end one fetch ago is caught up, as of then: under steady writes it never has
   * the end of the moment.
   */
  noteFetch(position: FollowerPosition, leaderEndOffset: number, nowMs: number): void {
    const { fetchOffset } = position;
    if (fetchOffset >= leaderEndOffset) {
      this.lastCaughtUpMs = Math.max(this.lastCaughtUpMs, nowMs);
    } else if (fetchOffset >= this.#endAtLastFetch && this.#endAtLastFetch >= 0) {
      this.lastCaughtUpMs = Math.max(this.lastCaughtUpMs, this.#lastFetchMs);
    }
    this.brokerEpoch = position.brokerEpoch;
    this.logEndOffset = fetchOffset;
    this.logStartOffset = position.logStartOffset;
    this.#endAtLastFetch = leaderEndOffset;
    this.#lastFetchMs = nowMs;
  }

  /**
   * The leader's log, which ended at `leaderEndOffset`, goes on: whoever had all of it was caught up until now,
   * also where it has not fetched for a while, since there was nothing.
   */
  noteAppended(leaderEndOffset: number, nowMs: number): void {
    if (this.logEndOffset === leaderEndOffset) this.lastCaughtUpMs = nowMs;
  }

  /** Whether it has all, or had all there was at a time no longer ago than `lagTimeMaxMs`. */
  isCaughtUp(leaderEndOffset: number, nowMs: number, lagTimeMaxMs: number): boolean {
    return this.logEndOffset === leaderEndOffset || nowMs - this.lastCaughtUpMs <= lagTimeMaxMs;
  }
}

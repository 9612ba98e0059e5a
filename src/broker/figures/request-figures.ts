import { apiKeys } from '../../protocol/api-keys.ts';
import type { RequestCall } from '../request-call.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { SlidingCount } from './sliding-count.ts';

/** What is counted of the requests of all connections. */
export class RequestFigures {
  readonly requests: SlidingCount = new SlidingCount();
  /**
   * From the whole request to its answer: with the wait for replicas of a produce, without that of a fetch for records
   * or for room, which is as long as its client wishes.
   */
  readonly produce: LatencyHistogram = new LatencyHistogram();
  readonly fetch: LatencyHistogram = new LatencyHistogram();

  /** The first `count` of `calls` have ended. HOT: bench=produce-small */
  ended(calls: readonly RequestCall[], count: number, nowMs: number): void {
    this.requests.total += count;
    for (let i = 0; i < count; i++) {
      const call = calls[i] as RequestCall;
      const { key } = call.identity.api;
      if (key === apiKeys.Produce) this.produce.record(nowMs - call.beganMs);
      else if (key === apiKeys.Fetch) this.fetch.record(nowMs - call.beganMs);
    }
  }

  /** A tick has gone by. */
  sample(tick: number): void {
    this.requests.sample(tick);
    this.produce.sample(tick);
    this.fetch.sample(tick);
  }
}

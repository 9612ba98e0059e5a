/**
 * Fetch, versions 4-18.
 *
 * Answers with whole record batches as they stand in the log. Waits up to `maxWaitMs` until `minBytes` can
 * be read, on one timer wheel and on lists at the partitions, without a timer or a promise of its own. The
 * first partition that has records gives at least one batch, whatever the limits say (KIP-74), so that no
 * reader is stuck. What compaction has emptied is stepped over; where nothing else is left, one control batch
 * stands for it.
 *
 * A follower is one that names itself a replica of the partition, in the present epoch of its registration
 * (NOT_LEADER_OR_FOLLOWER for an earlier one, UNKNOWN_LEADER_EPOCH for one that is no replica). It reads up to the
 * log's end, what it asks for says how far it has come, and its wait ends when something more comes by its
 * connection. A consumer that names its rack may read from any replica, and is sent to a follower in its rack where
 * `replica.selector.class` says so (KIP-392). A follower that does not have what a consumer asks for answers
 * NOT_LEADER_OR_FOLLOWER, where Apache's answers OFFSET_OUT_OF_RANGE as a leader does. Followers that are throttled
 * and not in sync find nothing to read while they are over the rate (KIP-73).
 *
 * Versions: 7 sessions (KIP-227); 9 leader epochs (KIP-320); 10 zstd (KIP-110), which lower
 * ones get all the same, as from Apache; 11 racks; 12 divergence by `lastFetchedEpoch`; 13 topic ids (KIP-516); 15 epochs of
 * followers' registrations (KIP-903); 16 the endpoints of new leaders (KIP-951).
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { fetchRequest, fetchResponse } from '../protocol/messages/fetch.ts';
import { defineApi } from './api.ts';
import { planFetch } from './fetch-plan.ts';
import { FetchWait } from './fetch-wait.ts';

/** Serves Fetch. */
export const fetchApi = defineApi({
  name: 'Fetch',
  request: fetchRequest,
  response: fetchResponse,
  handle(call, services) {
    const nowMs = services.clock.monotonicMs();
    const plan = planFetch(call.request, call.apiVersion, services.fetchSessions, nowMs);
    if ('error' in plan) {
      return { throttleTimeMs: 0, errorCode: errorCodes[plan.error], sessionId: 0, responses: [] };
    }
    new FetchWait(call, services, plan, nowMs).start();
    return undefined;
  },
});

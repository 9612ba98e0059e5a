import { judgeIntegrity } from '../records/judge.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { splitBatches } from '../records/split-batches.ts';
import type { Log } from '../storage/log.ts';
import type { Partition } from './partition.ts';
import type { FetchedFrom, FetchedPartition, LogBounds } from './replica-client.ts';

/** Where a follower's log ends, for its next fetch. */
export function followerPosition(
  log: Log,
): Pick<FetchedFrom, 'fetchOffset' | 'lastFetchedEpoch' | 'logStartOffset'> {
  const { logEndOffset, logStartOffset } = log;
  // Of the last record: a leader that wrote nothing in its epoch is not asked for.
  const lastFetchedEpoch =
    logEndOffset > logStartOffset ? log.epochForOffset(logEndOffset - 1) : -1;
  return { fetchOffset: logEndOffset, lastFetchedEpoch, logStartOffset };
}

/**
 * Cuts a follower's log where it parts from the leader's (KIP-101, KIP-279): at the smaller of the leader's end
 * of an epoch and its own. What is left may part in an earlier epoch yet: the next fetch tells. Answers where the
 * log was cut. Throws as `Files` does.
 */
export function truncateToDivergence(
  log: Log,
  { epoch, endOffset }: { readonly epoch: number; readonly endOffset: number },
): number {
  const own = log.endOffsetForEpoch(epoch);
  const offset = own.endOffset < 0 ? endOffset : Math.min(own.endOffset, endOffset);
  log.truncateTo(Math.max(0, offset));
  return log.logEndOffset;
}

/**
 * Brings a log within a leader's, which has nothing at its end: it is cut, or begins anew where all that
 * follows is gone from the leader. False where it is within already. Throws as `Files` does.
 */
export function moveWithin(log: Log, leader: Exclude<LogBounds, { error: string }>): boolean {
  const { logEndOffset } = log;
  if (logEndOffset > leader.logEndOffset) log.truncateTo(leader.logEndOffset);
  if (log.logEndOffset < leader.logStartOffset) {
    log.truncateFullyAndStartAt(leader.logStartOffset);
  }
  return log.logEndOffset !== logEndOffset;
}

/**
 * Appends what a follower was sent: whole batches as they are, with the leader's offsets and epochs. The last
 * may be cut off. Answers what is wrong with them, if something is: those before it are in the log.
 */
export function appendFetched(
  partition: Partition,
  fetched: FetchedPartition,
  leaderEpoch: number,
): string | undefined {
  const { log } = partition;
  const split = splitBatches(fetched.chunks);
  let problem = 'problem' in split && split.problem !== 'TRUNCATED' ? split.message : undefined;
  beginWithin(log, split.batches[0]);
  for (const batch of split.batches) {
    const fault = faultOf(batch, log, leaderEpoch) ?? append(batch, log, leaderEpoch);
    if (fault === undefined) continue;
    problem = fault;
    break;
  }
  log.writePending();
  partition.followHighWatermark(fetched.highWatermark);
  followLogStart(log, fetched.logStartOffset);
  return problem;
}

/**
 * An empty log begins with the first batch that comes: the leader's log may start in the midst of it, where records
 * were deleted, and a batch is copied whole. What was deleted is so here too once the log's start follows.
 */
function beginWithin(log: Log, first: RecordBatch | undefined): void {
  if (first === undefined || log.logEndOffset > log.logStartOffset) return;
  const { baseOffset, lastOffset } = first;
  if (baseOffset < 0 || baseOffset >= log.logEndOffset || lastOffset < log.logEndOffset) return;
  if (judgeIntegrity(first) === undefined) log.truncateFullyAndStartAt(baseOffset);
}

/** Why a batch is not one that the leader of this epoch has sent. */
function faultOf(batch: RecordBatch, log: Log, leaderEpoch: number): string | undefined {
  const rejection = judgeIntegrity(batch);
  if (rejection !== undefined) return rejection.message;
  const { baseOffset, lastOffset, partitionLeaderEpoch } = batch;
  if (baseOffset < log.logEndOffset || lastOffset < baseOffset) {
    return `a batch of offsets ${baseOffset} to ${lastOffset} where the log ends at ${log.logEndOffset}`;
  }
  if (!Number.isSafeInteger(lastOffset + 1)) return `a batch at offset ${baseOffset}`;
  if (partitionLeaderEpoch < log.latestEpoch || partitionLeaderEpoch > leaderEpoch) {
    return `a batch of leader epoch ${partitionLeaderEpoch}, not in [${log.latestEpoch}, ${leaderEpoch}]`;
  }
  return undefined;
}

function append(batch: RecordBatch, log: Log, leaderEpoch: number): string | undefined {
  const result = log.append(batch, { origin: 'replication', leaderEpoch });
  return result.outcome === 'rejected' ? result.message : undefined;
}

/** What the leader has deleted goes here too, as far as it is known to be replicated. */
function followLogStart(log: Log, leaderLogStartOffset: number): void {
  const offset = Math.min(leaderLogStartOffset, log.highWatermark);
  if (offset > log.logStartOffset) log.advanceLogStartOffset(offset);
}

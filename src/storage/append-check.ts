import { readEndTxnMarker } from '../records/control-batch.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import type { AppendRejection, AppendResult } from './append-result.ts';
import type { LogState } from './log-state.ts';
import type { AppendOrigin } from './producer-state.ts';

/**
 * Why a batch is not appended, or where it already is; undefined lets it in. `baseOffset` is the offset that
 * it would have.
 *
 * HOT: bench=append
 */
export function checkAppend(
  batch: RecordBatch,
  baseOffset: number,
  origin: AppendOrigin,
  log: LogState,
): AppendResult | undefined {
  const { segmentBytes } = log.config;
  if (batch.sizeBytes > segmentBytes) {
    return rejected(
      'RECORD_LIST_TOO_LARGE',
      `a batch of ${batch.sizeBytes} bytes is larger than a segment of ${segmentBytes}`,
    );
  }
  if (baseOffset < log.logEndOffset) {
    return rejected(
      'OFFSET_OUT_OF_RANGE',
      `a batch at offset ${baseOffset} does not follow the log's end at ${log.logEndOffset}`,
    );
  }
  return batch.hasProducerId ? checkProducer(batch, baseOffset, origin, log) : undefined;
}

function checkProducer(
  batch: RecordBatch,
  offset: number,
  origin: AppendOrigin,
  log: LogState,
): AppendResult | undefined {
  if (batch.isControl && !isReadableControl(batch)) {
    return rejected('CORRUPT_MESSAGE', `the control batch at offset ${offset} cannot be read`);
  }
  const verdict = log.producers.check(batch, origin, offset);
  if (verdict === undefined) return undefined;
  if (verdict.kind === 'refused') return rejected(verdict.reason, verdict.message);
  const { baseOffset, lastOffset } = verdict;
  return { outcome: 'duplicate', baseOffset, lastOffset, logAppendTimeMs: logAppendTimeOf(batch) };
}

/** The time that the broker gave to the records of a batch, -1 where they have their own. */
export function logAppendTimeOf(batch: RecordBatch): number {
  return batch.isLogAppendTime ? batch.maxTimestamp : -1;
}

function isReadableControl(batch: RecordBatch): boolean {
  try {
    readEndTxnMarker(batch);
    return true;
  } catch {
    return false;
  }
}

function rejected(reason: AppendRejection, message: string): AppendResult {
  return { outcome: 'rejected', reason, message };
}

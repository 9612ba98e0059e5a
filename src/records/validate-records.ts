import { hasCode } from '../util/odradek-error.ts';
import { isTimestampOutOfRange, timestampRange } from './judge.ts';
import type { BatchRejection, BatchRules, RecordError } from './judge.ts';
import type { RecordBatch } from './record-batch.ts';
import { RecordCursor, recordsBytes } from './record-reader.ts';

/** What the records of a client's batch are held to, beyond its header. */
export interface RecordRules extends BatchRules {
  /** Compacted topics take no record without a key. */
  readonly cleanupPolicyCompact: boolean;
  /** `records`: every record is checked, as Apache does (`odradek.batch.validation`). */
  readonly batchValidation: 'header' | 'records';
}

/** Records that may be appended. */
export interface ValidRecords {
  readonly outcome: 'valid';
  /** The records' bytes, decompressed, for whoever compresses them anew. */
  readonly bytes: Uint8Array;
  /** The largest of their timestamps, which the header may have wrong: `stampMaxTimestamp` corrects it. */
  readonly maxTimestamp: number;
}

/** Records that are refused. */
export interface InvalidRecords {
  readonly outcome: 'invalid';
  readonly rejection: BatchRejection;
}

/** Most records that a rejection names. The Java client takes those not named as innocent. */
export const recordErrorsMax = 1000;

/**
 * Whether a batch that `judgeBatch` accepts has to be walked too: where the topic asks for it, and where the
 * times in its header cannot all be right, as a few clients leave them.
 *
 * HOT: bench=batch-judgement
 */
export function mustWalkRecords(batch: RecordBatch, rules: RecordRules): boolean {
  if (rules.cleanupPolicyCompact || rules.batchValidation === 'records') return true;
  return rules.messageTimestampType === 'CreateTime' && isMaxTimestampDoubtful(batch);
}

function isMaxTimestampDoubtful(batch: RecordBatch): boolean {
  const { baseTimestamp, maxTimestamp } = batch;
  return (
    maxTimestamp < baseTimestamp || (batch.recordCount === 1 && maxTimestamp !== baseTimestamp)
  );
}

/**
 * Checks each record of a client's batch: its structure, consecutive offsets, its timestamp, and its key
 * where the topic is compacted. The batch has passed `judgeBatch`. Records that cannot be read are
 * INVALID_RECORD; more than `maxBytes` of them MESSAGE_TOO_LARGE, which makes Java's producer split the
 * batch; a codec whose package is not installed UNSUPPORTED_COMPRESSION_TYPE.
 */
export function validateRecords(
  batch: RecordBatch,
  rules: RecordRules,
  nowMs: number,
  options: { readonly maxBytes: number },
): ValidRecords | InvalidRecords {
  try {
    const bytes = recordsBytes(batch, options);
    return walk(new RecordCursor(batch, bytes), bytes, rules, nowMs);
  } catch (error) {
    const rejection = rejectionOfUnreadable(error);
    if (rejection === undefined) throw error;
    return { outcome: 'invalid', rejection };
  }
}

function walk(
  cursor: RecordCursor,
  bytes: Uint8Array,
  rules: RecordRules,
  nowMs: number,
): ValidRecords | InvalidRecords {
  const faults = new Faults();
  const checksTimestamps = rules.messageTimestampType === 'CreateTime';
  let maxTimestamp = -1;
  for (let index = 0; cursor.next(); index++) {
    if (cursor.timestamp > maxTimestamp) maxTimestamp = cursor.timestamp;
    if (cursor.offsetDelta !== index) {
      faults.add(index, `record at offset delta ${cursor.offsetDelta}; it should be ${index}`);
    } else if (rules.cleanupPolicyCompact && !cursor.hasKey) {
      faults.add(index, 'record without a key in a compacted topic');
    } else if (checksTimestamps && isTimestampOutOfRange(cursor.timestamp, rules, nowMs)) {
      faults.addTimestamp(index, cursor.timestamp, timestampRange(rules, nowMs));
    }
  }
  const rejection = faults.rejection();
  return rejection === undefined
    ? { outcome: 'valid', bytes, maxTimestamp }
    : { outcome: 'invalid', rejection };
}

/** The records found wrong in one batch. */
class Faults {
  #count = 0;
  #hasBadTimestamp = false;
  readonly #recordErrors: RecordError[] = [];

  add(batchIndex: number, message: string): void {
    this.#count++;
    if (this.#recordErrors.length < recordErrorsMax)
      this.#recordErrors.push({ batchIndex, message });
  }

  addTimestamp(batchIndex: number, timestamp: number, range: string): void {
    this.#hasBadTimestamp = true;
    this.add(batchIndex, `record with timestamp ${timestamp}; it should be within ${range}`);
  }

  /** One bad timestamp makes the whole INVALID_TIMESTAMP, whatever else was found. */
  rejection(): BatchRejection | undefined {
    const first = this.#recordErrors[0];
    if (first === undefined) return undefined;
    const others = this.#count === 1 ? '' : `, and ${this.#count - 1} more`;
    return {
      error: this.#hasBadTimestamp ? 'INVALID_TIMESTAMP' : 'INVALID_RECORD',
      message: `batch refused for record ${first.batchIndex}: ${first.message}${others}`,
      recordErrors: this.#recordErrors,
    };
  }
}

/**
 * How a batch is refused whose records could not be read or compressed anew, by what `recompress` and the
 * readers throw; undefined for anything else, which is not the batch's fault.
 */
export function rejectionOfUnreadable(error: unknown): BatchRejection | undefined {
  if (hasCode(error, 'CORRUPT_RECORDS')) {
    return { error: 'INVALID_RECORD', message: error.details.reason };
  }
  if (hasCode(error, 'RECORDS_TOO_LARGE')) {
    return { error: 'MESSAGE_TOO_LARGE', message: error.message };
  }
  if (hasCode(error, 'MISSING_PACKAGE')) {
    return { error: 'UNSUPPORTED_COMPRESSION_TYPE', message: error.message };
  }
  return undefined;
}

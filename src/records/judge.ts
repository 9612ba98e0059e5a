import { batchCrc } from './crc32c.ts';
import {
  recordBatchHeaderBytes,
  recordBatchMagic,
  recordBatchOverheadBytes,
} from './record-batch.ts';
import type { RecordBatch } from './record-batch.ts';

/** What a client's batch is held to: the topic's configuration, in bytes and milliseconds. */
export interface BatchRules {
  /** Of the whole batch as it is stored, with its header. */
  readonly maxMessageBytes: number;
  readonly segmentBytes: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  /** How far a timestamp may lie before the broker's clock. */
  readonly messageTimestampBeforeMaxMs: number;
  /** How far a timestamp may lie after the broker's clock. */
  readonly messageTimestampAfterMaxMs: number;
}

/** Names of Kafka's errors with which a batch is refused. */
export type BatchError =
  | 'CORRUPT_MESSAGE'
  | 'INVALID_RECORD'
  | 'INVALID_TIMESTAMP'
  | 'MESSAGE_TOO_LARGE'
  | 'RECORD_LIST_TOO_LARGE'
  | 'UNSUPPORTED_COMPRESSION_TYPE';

/** A record that made its batch refused (KIP-467). */
export interface RecordError {
  /** Which record of the batch, from 0. */
  readonly batchIndex: number;
  readonly message: string;
}

/** Why a batch is refused. Apache sends the message only where single records are named. */
export interface BatchRejection {
  readonly error: BatchError;
  readonly message: string;
  readonly recordErrors?: readonly RecordError[];
}

const noTimestamp = -1;

/**
 * Judges a client's batch by its header and its CRC, without looking at a record. Undefined means that it may
 * be appended; the checks stand in the order in which Apache makes them, so that a batch with two faults gets
 * the same answer. What Apache finds only in the records is `validateRecords`.
 *
 * Stricter than Apache, which answers an unknown error to a codec that does not exist and accepts these: a
 * producer id without an epoch, transactional without a producer id, a delete horizon, and LogAppendTime in
 * the attributes on a topic with CreateTime.
 *
 * HOT: bench=batch-judgement
 */
export function judgeBatch(
  batch: RecordBatch,
  rules: BatchRules,
  nowMs: number,
): BatchRejection | undefined {
  return (
    judgeBytes(batch, rules) ??
    judgeCounts(batch) ??
    judgeProducer(batch) ??
    judgeTimestamps(batch, rules, nowMs) ??
    judgeSegmentFit(batch, rules)
  );
}

/**
 * The batch is what it says, byte for byte: for batches whose header has been judged elsewhere, as a
 * follower's were by the leader.
 */
export function judgeIntegrity(batch: RecordBatch): BatchRejection | undefined {
  if (batch.magic !== recordBatchMagic) {
    return rejected('INVALID_RECORD', `batch of magic version ${batch.magic}; only 2 is taken`);
  }
  if (batch.sizeBytes !== batch.batchLength + recordBatchOverheadBytes) {
    return rejected(
      'CORRUPT_MESSAGE',
      `batch of ${batch.sizeBytes} bytes whose length says ${batch.batchLength + recordBatchOverheadBytes}`,
    );
  }
  const crc = batchCrc(batch);
  if (crc !== batch.crc) {
    return rejected('CORRUPT_MESSAGE', `batch with CRC ${batch.crc} whose bytes have ${crc}`);
  }
  return undefined;
}

function judgeBytes(batch: RecordBatch, rules: BatchRules): BatchRejection | undefined {
  if (batch.baseOffset !== 0 && batch.magic === recordBatchMagic) {
    return rejected('INVALID_RECORD', `batch with base offset ${batch.baseOffset}; it should be 0`);
  }
  const tooLarge = judgeMessageSize(batch, rules);
  if (tooLarge !== undefined) return tooLarge;
  const corrupt = judgeIntegrity(batch);
  if (corrupt !== undefined) return corrupt;
  if (batch.compression === undefined) {
    return rejected(
      'UNSUPPORTED_COMPRESSION_TYPE',
      `batch compressed with codec ${batch.attributes & 0x07}, which does not exist`,
    );
  }
  return undefined;
}

function judgeCounts(batch: RecordBatch): BatchRejection | undefined {
  const count = batch.recordCount;
  const { lastOffsetDelta } = batch;
  if (lastOffsetDelta < 0 || count <= 0 || count !== lastOffsetDelta + 1) {
    return rejected(
      'INVALID_RECORD',
      `batch of ${count} records whose last offset delta is ${lastOffsetDelta}`,
    );
  }
  // A record takes seven bytes at the least; a codec may press any number of equal ones into nothing.
  if (batch.compression === 'none' && count * 7 > batch.sizeBytes - recordBatchHeaderBytes) {
    return rejected(
      'INVALID_RECORD',
      `batch of ${batch.sizeBytes} bytes that counts ${count} records`,
    );
  }
  return undefined;
}

function judgeProducer(batch: RecordBatch): BatchRejection | undefined {
  if (batch.isControl) {
    return rejected('INVALID_RECORD', 'control batch; clients are not allowed to write them');
  }
  if (batch.hasDeleteHorizon) {
    return rejected('INVALID_RECORD', 'batch with a delete horizon, which only brokers set');
  }
  const { producerId } = batch;
  if (producerId >= 0 && batch.baseSequence < 0) {
    return rejected(
      'INVALID_RECORD',
      `batch of producer id ${producerId} with sequence number ${batch.baseSequence}`,
    );
  }
  if (producerId >= 0 && batch.producerEpoch < 0) {
    return rejected(
      'INVALID_RECORD',
      `batch of producer id ${producerId} with producer epoch ${batch.producerEpoch}`,
    );
  }
  if (producerId < 0 && batch.isTransactional) {
    return rejected('INVALID_RECORD', 'transactional batch without a producer id');
  }
  return undefined;
}

function judgeTimestamps(
  batch: RecordBatch,
  rules: BatchRules,
  nowMs: number,
): BatchRejection | undefined {
  if (batch.isLogAppendTime) {
    return rejected('INVALID_TIMESTAMP', 'batch with LogAppendTime, which producers may not set');
  }
  if (rules.messageTimestampType === 'LogAppendTime') return undefined;
  const { baseTimestamp, maxTimestamp } = batch;
  if (isTimestampOutOfRange(baseTimestamp, rules, nowMs)) {
    return timestampRejection('base', baseTimestamp, rules, nowMs);
  }
  if (isTimestampOutOfRange(maxTimestamp, rules, nowMs)) {
    return timestampRejection('max', maxTimestamp, rules, nowMs);
  }
  return undefined;
}

/** The batch is no larger than the topic takes: once more for one that was recompressed, which may grow. */
export function judgeSize(batch: RecordBatch, rules: BatchRules): BatchRejection | undefined {
  return judgeMessageSize(batch, rules) ?? judgeSegmentFit(batch, rules);
}

function judgeMessageSize(batch: RecordBatch, rules: BatchRules): BatchRejection | undefined {
  if (batch.sizeBytes <= rules.maxMessageBytes) return undefined;
  return rejected(
    'MESSAGE_TOO_LARGE',
    `batch of ${batch.sizeBytes} bytes; max.message.bytes is ${rules.maxMessageBytes}`,
  );
}

function judgeSegmentFit(batch: RecordBatch, rules: BatchRules): BatchRejection | undefined {
  if (batch.sizeBytes <= rules.segmentBytes) return undefined;
  return rejected(
    'RECORD_LIST_TOO_LARGE',
    `batch of ${batch.sizeBytes} bytes; segment.bytes is ${rules.segmentBytes}`,
  );
}

/** Whether a record's timestamp lies too far from the broker's clock. No timestamp (-1) never does. */
export function isTimestampOutOfRange(
  timestamp: number,
  rules: BatchRules,
  nowMs: number,
): boolean {
  if (timestamp === noTimestamp) return false;
  const ageMs = nowMs - timestamp;
  return ageMs > rules.messageTimestampBeforeMaxMs || -ageMs > rules.messageTimestampAfterMaxMs;
}

/** The range of timestamps that a topic takes now, in words. */
export function timestampRange(rules: BatchRules, nowMs: number): string {
  return `[${nowMs - rules.messageTimestampBeforeMaxMs}, ${nowMs + rules.messageTimestampAfterMaxMs}]`;
}

function timestampRejection(
  which: 'base' | 'max',
  timestamp: number,
  rules: BatchRules,
  nowMs: number,
): BatchRejection {
  return rejected(
    'INVALID_TIMESTAMP',
    `batch with ${which} timestamp ${timestamp}; it should be within ${timestampRange(rules, nowMs)}`,
  );
}

function rejected(error: BatchError, message: string): BatchRejection {
  return { error, message };
}

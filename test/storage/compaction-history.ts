import assert from 'node:assert/strict';
import { readEndTxnMarker } from '../../src/records/control-batch.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { readRecords } from '../../src/records/record-reader.ts';

const text = new TextDecoder();

/** A record that was appended, as the plain list has it. */
export interface ModelRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly producerId: number;
  readonly isTransactional: boolean;
  /** When a cleaner may first have seen it as the newest of its key. */
  firstCleanedMs: number | undefined;
}

interface ModelTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** -1 while it is open. */
  markerOffset: number;
  isAborted: boolean;
}

/** All that was appended to a log, and how its transactions ended: the plain list that a log is held to. */
export class CompactionHistory {
  records: ModelRecord[] = [];
  /** With those that were cut off again. */
  readonly #ever: ModelRecord[] = [];
  #transactions: ModelTransaction[] = [];

  get lastOffset(): number {
    return this.records.at(-1)?.offset ?? -1;
  }

  appended(record: Omit<ModelRecord, 'firstCleanedMs'>): void {
    const appended = { ...record, firstCleanedMs: undefined };
    this.records.push(appended);
    this.#ever.push(appended);
  }

  /** A transactional batch was appended. */
  began(producerId: number, firstOffset: number): void {
    if (this.#openOf(producerId) !== undefined) return;
    this.#transactions.push({ producerId, firstOffset, markerOffset: -1, isAborted: false });
  }

  /** A marker was appended. */
  ended(producerId: number, markerOffset: number, isAborted: boolean): void {
    const open = this.#openOf(producerId);
    if (open === undefined) return;
    open.markerOffset = markerOffset;
    open.isAborted = isAborted;
  }

  cleanedAt(nowMs: number): void {
    for (const record of this.records) record.firstCleanedMs ??= nowMs;
  }

  startAt(logStartOffset: number): void {
    this.records = this.records.filter((record) => record.offset >= logStartOffset);
  }

  #openOf(producerId: number): ModelTransaction | undefined {
    return this.#transactions.find((t) => t.producerId === producerId && t.markerOffset < 0);
  }

  endAt(logEndOffset: number): void {
    this.records = this.records.filter((record) => record.offset < logEndOffset);
    this.#transactions = this.#transactions.filter((t) => t.firstOffset < logEndOffset);
    for (const transaction of this.#transactions) {
      if (transaction.markerOffset < logEndOffset) continue;
      transaction.markerOffset = -1;
      transaction.isAborted = false;
    }
  }

  /** What was not flushed may be gone, in part: what is left of it decides about transactions. */
  forgetLost(recoveryPoint: number, batches: readonly RecordBatch[]): void {
    const found = batches.filter((batch) => batch.baseOffset >= recoveryPoint);
    this.records = this.records.filter(({ offset }) => offset < recoveryPoint);
    for (const batch of found) this.records.push(...this.#everOf(batch));
    this.#transactions = this.#transactions.filter((t) => t.firstOffset < recoveryPoint);
    for (const transaction of this.#transactions) {
      if (transaction.markerOffset < recoveryPoint) continue;
      transaction.markerOffset = -1;
      transaction.isAborted = false;
    }
    for (const { producerId, baseOffset, isControl, isTransactional, isAbort } of found.map(
      facts,
    )) {
      if (isControl) this.ended(producerId, baseOffset, isAbort);
      else if (isTransactional) this.began(producerId, baseOffset);
    }
  }

  /** The records of a batch, which all were appended once: a truncation that was not flushed is undone too. */
  #everOf(batch: RecordBatch): ModelRecord[] {
    if (batch.isControl) return [];
    return Array.from(readRecords(batch, { maxBytes: 1 << 20 }), ({ offset, key, value }) => {
      const ever = this.#ever.find(
        (record) =>
          record.offset === offset && record.key === textOf(key) && record.value === textOf(value),
      );
      assert.ok(ever !== undefined, `a record at ${offset} that never was`);
      return ever;
    });
  }

  /** A record may be gone for one of these reasons alone. */
  requireReason(
    record: ModelRecord,
    log: { lastStableOffset: number; deleteRetentionMs: number; nowMs: number },
  ): void {
    const { lastStableOffset, deleteRetentionMs } = log;
    const says = `record ${record.offset} of ${record.key} is missing`;
    assert.ok(record.firstCleanedMs !== undefined, `${says}: it was never cleaned`);
    if (record.key === null) return;
    if (this.#transactionOf(record)?.isAborted === true) return;
    assert.ok(record.offset < lastStableOffset, `${says}: it is not decided`);
    const newer = this.records.some(
      (other) =>
        other.offset > record.offset &&
        other.key === record.key &&
        other.offset < lastStableOffset &&
        this.#transactionOf(other)?.isAborted !== true,
    );
    if (newer) return;
    assert.ok(record.value === null, `${says}: the newest of its key`);
    const agoMs = log.nowMs - record.firstCleanedMs;
    assert.ok(agoMs >= deleteRetentionMs, `${says}: a tombstone before its time`);
  }

  #transactionOf(record: ModelRecord): ModelTransaction | undefined {
    if (!record.isTransactional) return undefined;
    return this.#transactions.find(
      (t) =>
        t.producerId === record.producerId &&
        t.firstOffset <= record.offset &&
        (t.markerOffset < 0 || record.offset < t.markerOffset),
    );
  }

  /** What a client that reads committed records of `[from, end)` knows of each key. */
  committed(from: number, end: number): Map<string, string | null> {
    const known = new Map<string, string | null>();
    for (const record of this.records) {
      if (record.offset < from || record.offset >= end || record.key === null) continue;
      if (this.#transactionOf(record)?.isAborted !== true) known.set(record.key, record.value);
    }
    return known;
  }
}

function facts(batch: RecordBatch) {
  const { producerId, baseOffset, isControl, isTransactional } = batch;
  const isAbort = isControl && readEndTxnMarker(batch)?.result === 'ABORT';
  return { producerId, baseOffset, isControl, isTransactional, isAbort };
}

export function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : text.decode(bytes);
}

import assert from 'node:assert/strict';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { readEndTxnMarker } from '../../src/records/control-batch.ts';
import { readRecords, type BatchRecord } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { must } from '../../src/util/assert.ts';
import { fetchVersion, type FetchAnswer } from './requests.ts';
import type { SimulatedPeer } from './simulated-broker.ts';

/** How a reader reads a partition. */
export interface ReadingOptions {
  readonly topic: string;
  readonly from: number;
  /** Where it stops: the high watermark, or the last stable offset. */
  readonly end: number;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  /** Of each of its fetches. */
  readonly limits: () => { readonly maxBytes: number; readonly maxWaitMs: number };
}

/** Fetches that may in a row leave a reader where it is. */
const idleFetchesMax = 3;

/**
 * Reads as Kafka's consumer does: passes over control batches, over records before its position and over those of
 * aborted transactions, and goes on behind the last batch. Fails where its position does not move on.
 */
export async function readByTheRules(
  peer: SimulatedPeer,
  options: ReadingOptions,
): Promise<BatchRecord[]> {
  const { topic, end, isolation, limits } = options;
  const records: BatchRecord[] = [];
  let position = options.from;
  let idle = 0;
  while (position < end) {
    const { maxBytes, maxWaitMs } = limits();
    const partitions = [{ partition: 0, fetchOffset: position, partitionMaxBytes: maxBytes }];
    const { responses } = await peer.call(fetchRequest, fetchResponse, fetchVersion, {
      maxWaitMs,
      minBytes: 1,
      maxBytes,
      isolationLevel: isolation === 'read_committed' ? 1 : 0,
      topics: [{ topic, partitions }],
      forgottenTopicsData: [],
    });
    const answer = must(responses[0]?.partitions[0]);
    assert.equal(answer.errorCode, 0);
    const next = take(answer, position, isolation, records);
    idle = next > position ? 0 : idle + 1;
    assert.ok(idle <= idleFetchesMax, `stands at ${position} of ${end}`);
    position = next;
  }
  return records;
}

function take(
  answer: FetchAnswer,
  position: number,
  isolation: ReadingOptions['isolation'],
  records: BatchRecord[],
): number {
  const aborted = [...(answer.abortedTransactions ?? [])]
    .map(({ producerId, firstOffset }) => ({ producerId: Number(producerId), firstOffset }))
    .toSorted((a, b) => a.firstOffset - b.firstOffset);
  const hidden = new Set<number>();
  let next = position;
  for (const batch of splitBatches(answer.records ?? []).batches) {
    while (aborted[0] !== undefined && aborted[0].firstOffset <= batch.lastOffset) {
      hidden.add(must(aborted.shift()).producerId);
    }
    next = Math.max(next, batch.nextOffset);
    if (batch.isControl) {
      if (readEndTxnMarker(batch)?.result === 'ABORT') hidden.delete(batch.producerId);
      continue;
    }
    const isHidden = batch.isTransactional && hidden.has(batch.producerId);
    if (isolation === 'read_committed' && isHidden) continue;
    for (const record of readRecords(batch, { maxBytes: 1 << 24 })) {
      if (record.offset >= position) records.push(record);
    }
  }
  return next;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BatchJudge,
  judgementPrefix,
  type Judgement,
} from '../../../src/apis/filtered/batch-judge.ts';
import type { JudgedBatch } from '../../../src/apis/filtered/filter-cache.ts';
import { TopicFilter } from '../../../src/apis/filtered/topic-filter.ts';
import { compileFilter } from '../../../src/filter/filter.ts';
import { buildBatch, buildEmptyBatch } from '../../../src/records/batch-builder.ts';
import type { RecordBatch } from '../../../src/records/record-batch.ts';

const always = (): boolean => true;
const never = (): boolean => false;

/** More than are judged before anybody asks whether that is enough for now. */
const manyValues = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 'a' : 'b'));

function judgement(id = 1): Judgement {
  return {
    filter: new TopicFilter(id, compileFilter('value == "a"')),
    place: { topic: 't', partition: 0 },
    prefix: judgementPrefix(id, 0, 0),
    decompressedBytesMax: 1 << 20,
  };
}

function batchOf(baseOffset: number, ...values: string[]): RecordBatch {
  const records = values.map((value) => ({ value: Buffer.from(value), timestamp: 5 }));
  return buildBatch(records, { baseOffset });
}

test('a batch that takes many turns is judged once, for all who wait for it', () => {
  const judge = new BatchJudge({ cacheBytes: 1 << 20 });
  const by = judgement();
  const batch = batchOf(7, ...manyValues);
  const [one, two] = [judge.begin(by, batch), judge.begin(by, batch)];
  // In turns, each moves it on by some records.
  let turns = 0;
  let judged: JudgedBatch | undefined;
  while (judged === undefined) judged = judge.goOn(turns++ % 2 === 0 ? one : two, always);
  assert.ok(turns > 2, `${turns} turns`);
  assert.notEqual(typeof judged.verdict, 'string');
  assert.equal(judge.goOn(one, never), judged);
  assert.equal(judge.goOn(two, never), judged);
  judge.leave(one);
  judge.leave(two);
  assert.equal(by.filter.filter.counters.evaluated, manyValues.length);
  assert.equal(judge.openCount, 0);
  assert.equal(judge.known(by, 7), judged);
});

test('without any cache, too, who waited has what came of it', () => {
  const judge = new BatchJudge({ cacheBytes: 0 });
  const by = judgement();
  const batch = batchOf(0, 'b');
  const [one, two] = [judge.begin(by, batch), judge.begin(by, batch)];
  assert.equal(judge.goOn(one, never)?.verdict, 'none');
  judge.leave(one);
  assert.equal(judge.goOn(two, never)?.verdict, 'none');
  judge.leave(two);
  assert.equal(by.filter.filter.counters.evaluated, 1);
  assert.equal(judge.known(by, 0), undefined);
});

test('a batch that was left half judged is gone on with, and few are kept so', () => {
  const judge = new BatchJudge({ cacheBytes: 0 });
  const by = judgement();
  const count = manyValues.length;
  for (let i = 0; i < 10; i++) {
    const judging = judge.begin(by, batchOf(i * count, ...manyValues));
    assert.equal(judge.goOn(judging, always), undefined);
    judge.leave(judging);
  }
  assert.equal(judge.openCount, 4);
  const { evaluated } = by.filter.filter.counters;
  const again = judge.begin(by, batchOf(9 * count, ...manyValues));
  assert.notEqual(judge.goOn(again, never), undefined);
  judge.leave(again);
  assert.ok(by.filter.filter.counters.evaluated - evaluated < count, 'not from its beginning');
  assert.equal(judge.openCount, 3);
});

test('a batch that compaction has emptied is shown as nothing, a control batch as it is', () => {
  const judge = new BatchJudge({ cacheBytes: 1000 });
  const by = judgement();
  const verdictOf = (batch: RecordBatch) => judge.goOn(judge.begin(by, batch), never)?.verdict;
  assert.equal(verdictOf(buildEmptyBatch(batchOf(3, 'a'))), 'none');
  const control = buildBatch([{ key: Buffer.alloc(4), value: null, timestamp: 0 }], {
    baseOffset: 9,
    control: true,
  });
  assert.equal(verdictOf(control), 'all');
});

test('what is judged of a batch is not taken for another one at the same offset', () => {
  const judge = new BatchJudge({ cacheBytes: 1000 });
  const by = judgement();
  const [before, after] = [batchOf(0, 'a', 'b'), batchOf(0, 'b', 'b')];
  const [one, two] = [judge.begin(by, before), judge.begin(by, after)];
  assert.notEqual(one, two);
  assert.equal(judge.goOn(two, never)?.verdict, 'none');
  assert.notEqual(judge.goOn(one, never)?.verdict, 'none');
  assert.equal(judge.known(by, 0)?.crc, before.crc, 'whoever reads sees which it was');
  judge.leave(one);
  judge.leave(two);
  assert.equal(judge.openCount, 0);
});

test('the cache keeps what was asked for last, within its bytes', () => {
  const judge = new BatchJudge({ cacheBytes: 3 * 256 });
  const by = judgement();
  const look = (offset: number): void => {
    judge.goOn(judge.begin(by, batchOf(offset, 'b')), never);
  };
  for (const offset of [0, 1, 2]) look(offset);
  assert.ok(judge.known(by, 0) !== undefined);
  look(3);
  assert.deepEqual(
    [0, 1, 2, 3].map((offset) => judge.known(by, offset)?.verdict),
    ['none', undefined, 'none', 'none'],
  );
  assert.equal(judge.cache.heldBytes, 3 * 256);
});

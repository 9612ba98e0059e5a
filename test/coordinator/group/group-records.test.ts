import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeGroupRecord,
  encodeGroupRecord,
} from '../../../src/coordinator/group/group-records.ts';
import type { GroupRecord } from '../../../src/coordinator/group/group-records.ts';
import { zeroUuid } from '../../../src/protocol/uuid.ts';
import { readInt16 } from '../../../src/util/bytes.ts';

function offset(expireTimestamp: number, topicId: string): GroupRecord {
  return {
    type: 'offsetCommit',
    key: { group: 'größe', topic: 'clicks', partition: 3 },
    value: {
      offset: 7,
      leaderEpoch: 2,
      metadata: 'said',
      commitTimestamp: 5,
      expireTimestamp,
      topicId,
    },
  };
}

function versionOf(record: GroupRecord): number {
  const { value } = encodeGroupRecord(record);
  return value === null ? -1 : readInt16(value, 0);
}

test('an offset is written in version 4, with the id of its topic', () => {
  const record = offset(-1, 'clicksAAAAAAAAAAAAAAAA');
  assert.equal(versionOf(record), 4);
  assert.deepEqual(decodeGroupRecord(encodeGroupRecord(record)), record);
});

test('an offset with a moment of expiry is written in version 1, which has no leader epoch', () => {
  const record = offset(1000, zeroUuid);
  assert.equal(versionOf(record), 1);
  const value = { ...record.value, leaderEpoch: -1 };
  assert.deepEqual(decodeGroupRecord(encodeGroupRecord(record)), { ...record, value });
});

test('a tombstone has no value', () => {
  const record: GroupRecord = { type: 'groupMetadata', key: { group: 'g' }, value: null };
  assert.equal(encodeGroupRecord(record).value, null);
  assert.deepEqual(decodeGroupRecord(encodeGroupRecord(record)), record);
});

test('records of kinds that are not known are passed over', () => {
  assert.equal(decodeGroupRecord({ key: Uint8Array.of(0, 99, 1, 2), value: null }), undefined);
});

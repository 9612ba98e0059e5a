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

test('a member that does not speak the classic protocol is written as Apache Kafka writes it', () => {
  // Found in a folder that Apache Kafka 4.3.1 wrote: the tagged field at the end says that there is a null.
  const key = '00050008636f6e73756d65720016586f716a6454757952514f487576324249674f594841';
  const value =
    '0000000011636f6e736f6c652d636f6e73756d65720b2f3132372e302e302e3102' +
    '086e756d6265727301000493e00001000100';
  const bytes = { key: Buffer.from(key, 'hex'), value: Buffer.from(value, 'hex') };
  const record = decodeGroupRecord(bytes);
  assert.ok(record?.type === 'consumerGroupMemberMetadata');
  assert.equal(record.value?.classicMemberMetadata, null);
  assert.equal(record.value.clientId, 'console-consumer');
  const written = encodeGroupRecord(record);
  assert.equal(Buffer.from(written.key).toString('hex'), key);
  assert.equal(Buffer.from(written.value ?? []).toString('hex'), value);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memberLag, partitionRanges } from '../../../console/src/groups/member-partitions.ts';
import type { GroupOffset, MemberFigures } from '../../../src/admin/contract/picture.ts';

const places = [3, 1, 0, 2, 7].map((partition) => ({ topic: 'b', partition }));

function memberWith(partitions: MemberFigures['partitions']): MemberFigures {
  return {
    memberId: 'm',
    instanceId: null,
    clientId: 'c',
    host: '/h',
    partitions,
    lastHeartbeatAgoMs: null,
    lastFetchAgoMs: null,
  };
}

function offset(partition: number, lag: number | null): GroupOffset {
  return {
    topic: 'b',
    partition,
    committedOffset: 0,
    logStartOffset: 0,
    highWatermark: lag,
    lag,
    lagSeconds: null,
    memberId: null,
  };
}

test('partitions that follow each other are one range', () => {
  assert.deepEqual(partitionRanges([...places, { topic: 'a', partition: 4 }]), [
    { topic: 'a', ranges: '4' },
    { topic: 'b', ranges: '0–3, 7' },
  ]);
  assert.deepEqual(partitionRanges(places.slice(1, 3)), [{ topic: 'b', ranges: '0, 1' }]);
});

test('the lag of a member is not known when that of one of its partitions is not', () => {
  assert.equal(memberLag(memberWith(places.slice(0, 2)), [offset(3, 5), offset(1, 2)]), 7);
  assert.equal(memberLag(memberWith(places), [offset(3, 5)]), null);
  assert.equal(memberLag(memberWith([]), []), 0);
});

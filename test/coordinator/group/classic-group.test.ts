import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClassicGroup } from '../../../src/coordinator/group/classic/classic-group.ts';
import { newMember } from '../../../src/coordinator/group/classic/classic-member.ts';
import type { ClassicMember } from '../../../src/coordinator/group/classic/classic-member.ts';
import {
  convertKey,
  joinKey,
  parseDeadline,
  sessionKey,
  syncKey,
} from '../../../src/coordinator/group/classic/deadlines.ts';
import { restoredGroup } from '../../../src/coordinator/group/classic/group-metadata.ts';
import { selectProtocol } from '../../../src/coordinator/group/classic/select-protocol.ts';
import type { GroupMetadataValue } from '../../../src/protocol/messages/group-metadata-record.ts';
import { GroupHost } from './group-host.ts';
import { holds } from '../../records/property.ts';

const noMetadata = new Uint8Array();

function member(
  memberId: string,
  protocols: readonly string[],
  metadata = noMetadata,
): ClassicMember {
  return newMember(
    { memberId, groupInstanceId: null, clientId: '', clientHost: '' },
    {
      rebalanceTimeoutMs: 1,
      sessionTimeoutMs: 1,
      protocols: protocols.map((name) => ({ name, metadata })),
    },
  );
}

function select(...protocols: readonly (readonly string[])[]): string | undefined {
  return selectProtocol(protocols.map((names) => member('', names).details));
}

test('the protocol with most votes of those that all members know is selected', () => {
  assert.equal(select(['range']), 'range');
  assert.equal(select(['a', 'b'], ['b', 'a'], ['b', 'a']), 'b');
  assert.equal(select(['x', 'a', 'b'], ['a', 'b'], ['b', 'a']), 'a', 'nobody votes for x');
  assert.equal(select(['a', 'b'], ['b', 'a']), 'a', 'the first vote decides');
  assert.equal(select(['a'], ['b']), undefined);
  assert.equal(select(), undefined);
});

test('deadlines are told apart whatever characters ids have', () => {
  const id = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('/', '1', 'a') }));
  holds(
    fc.property(id, id, (groupId, memberId) => {
      assert.deepEqual(parseDeadline(sessionKey(groupId, memberId)), {
        kind: 'session',
        groupId,
        memberId,
      });
      assert.deepEqual(parseDeadline(joinKey(groupId)), { kind: 'join', groupId });
      assert.deepEqual(parseDeadline(syncKey(groupId)), { kind: 'sync', groupId });
      assert.deepEqual(parseDeadline(convertKey(groupId)), { kind: 'convert', groupId });
    }),
  );
  assert.equal(parseDeadline('consumer/session/1/g/m'), undefined);
  assert.equal(parseDeadline('classic/unheard-of/g'), undefined);
});

const record: GroupMetadataValue = {
  protocolType: 'consumer',
  generation: 3,
  protocol: 'range',
  leader: 'gone',
  currentStateTimestamp: -1,
  members: ['a', 'b', 'a'].map((memberId) => ({
    memberId,
    groupInstanceId: 'same',
    clientId: 'c',
    clientHost: '/h',
    rebalanceTimeout: -1,
    sessionTimeout: 6000,
    subscription: Uint8Array.of(0, 0, 0xff, 0xff),
    assignment: noMetadata,
  })),
};

test('a record that contradicts itself makes a group all the same', () => {
  const group = restoredGroup('g', record);
  assert.equal(group.state, 'Stable');
  assert.deepEqual(
    [...group.members.all()].map(({ memberId }) => memberId),
    ['a'],
  );
  assert.equal(
    group.leaderId,
    'a',
    'of a leader that is no member, the first member takes the place',
  );
  assert.equal(group.rebalanceTimeoutMs, 6000, 'records of old brokers have one timeout');
  assert.equal(group.isSubscribedTo('any'), true, 'its subscription cannot be read');
  assert.equal(group.retentionStart(), 'never');
});

test('offsets of an empty group whose record says no time expire from their commits on', () => {
  const group = restoredGroup('g', { ...record, members: [] });
  assert.equal(group.state, 'Empty');
  assert.equal(group.retentionStart(), 'commit');
});

test('generations begin anew behind the last one that a client can name', () => {
  const group = new ClassicGroup('g', 0);
  group.generationId = 0x7fff_ffff;
  group.addMember(member('a', ['range']));
  group.enter('PreparingRebalance', 0);
  group.beginGeneration(0);
  assert.equal(group.generationId, 0);
});

test('a group that was made of one of another kind has its members join anew', () => {
  const host = new GroupHost();
  host.coordinator.replay({ type: 'groupMetadata', key: { group: 'g' }, value: record });
  const { deadlines, records, replies } = host.coordinator.handle(
    { kind: 'deadline', key: convertKey('g') },
    1000,
  );
  assert.deepEqual(
    deadlines.filter(({ atMs }) => atMs !== undefined),
    [
      { key: sessionKey('g', 'a'), atMs: 7000 },
      { key: joinKey('g'), atMs: 7000 },
    ],
  );
  assert.equal(records.length + replies.length, 0);
});

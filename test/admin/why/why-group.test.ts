import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { must } from '../../../src/util/assert.ts';
import type { GroupFacts } from '../../../src/admin/why/facts.ts';
import { whyGroup } from '../../../src/admin/why/why-group.ts';
import { whyTopic } from '../../../src/admin/why/why-topic.ts';
import {
  at1403,
  clusterFacts,
  groupFacts,
  memberFacts,
  nowMs,
  offsetFacts,
  partitionFacts,
  topicFacts,
} from './facts.ts';

const orders = topicFacts([partitionFacts(0), partitionFacts(1)]);
const topics = new Map([['orders', orders]]);

function why(given: Partial<GroupFacts>, of = topics, cluster = clusterFacts()) {
  return whyGroup(groupFacts(given), cluster, of);
}

function sentences(whys: readonly { readonly sentence: string }[]): string[] {
  return whys.map(({ sentence }) => sentence);
}

test('of a group that reads all nothing is said', () => {
  deepStrictEqual(why({}), []);
});

test('lagging since 14:03 because a member has not polled for 40 s', () => {
  const members = [memberFacts('X', [0], { lastFetchAgoMs: 40_000 }), memberFacts('Y', [1])];
  const [only, ...more] = why({
    members,
    offsets: [offsetFacts(0, { committedOffset: 60, lag: 40 }), offsetFacts(1)],
    lag: 40,
    laggingSinceMs: at1403,
  });
  strictEqual(
    only?.sentence,
    'billing is lagging since 14:03 UTC because member X (11111111) has not polled for 40 s.',
  );
  strictEqual(only.severity, 'stopped');
  deepStrictEqual(only.subject, {
    kind: 'member',
    name: 'billing',
    memberId: members[0]?.memberId,
  });
  strictEqual(only.sinceMs, at1403);
  deepStrictEqual(only.evidence.slice(0, 3), [
    'It owns orders-0, 40 messages behind.',
    'It last fetched 40 s ago.',
    'Its last heartbeat came 1 s ago.',
  ]);
  match(must(only.remedy), /alive and busy/);
  deepStrictEqual(more, []);
});

test('a member that is not heard of any more is told of so', () => {
  const members = [
    memberFacts('X', [0, 1], { lastHeartbeatAgoMs: 20_000, lastFetchAgoMs: 21_000 }),
  ];
  const offsets = [offsetFacts(0, { lag: 1 }), offsetFacts(1)];
  const [only] = why({ members, offsets, lag: 1 });
  strictEqual(
    only?.sentence,
    'billing is lagging because member X (11111111) has not been heard of for 20 s.',
  );
  match(must(only.remedy), /See whether the process at 127\.0\.0\.1 is there/);
});

test('a member without anything unread may be quiet', () => {
  deepStrictEqual(why({ members: [memberFacts('X', [0, 1], { lastFetchAgoMs: 100_000 })] }), []);
});

test('not read because no member owns partition 1', () => {
  const [only] = why({
    members: [memberFacts('X', [0])],
    offsets: [offsetFacts(0), offsetFacts(1, { lag: 5, committedOffset: 95 })],
    lag: 5,
  });
  strictEqual(
    only?.sentence,
    'orders-1 is not read by billing because no member owns partition 1.',
  );
  strictEqual(only.subject.partition, 1);
  deepStrictEqual(only.evidence, [
    'Its 1 member has 1 of the 2 partitions of orders.',
    '5 messages wait there.',
  ]);
});

test('a topic that is subscribed to and that nobody has any partition of is not read either', () => {
  const all = new Map([
    ...topics,
    ['returns', topicFacts([partitionFacts(0)], { name: 'returns' })],
  ]);
  deepStrictEqual(sentences(why({ subscribed: ['orders', 'returns'] }, all)), [
    'returns-0 is not read by billing because no member owns partition 0.',
  ]);
});

test('a group without members: with unread messages it stands still, without it is only told of', () => {
  const empty = { members: [], state: 'Empty', stateSinceMs: at1403 } as const;
  const [stopped] = why({ ...empty, offsets: [offsetFacts(0, { lag: 7 })], lag: 7 });
  strictEqual(
    stopped?.sentence,
    'Nothing is read by billing because it has no members since 14:03 UTC.',
  );
  deepStrictEqual(stopped.evidence, [
    'It has committed offsets in 1 partition of orders.',
    '7 messages wait for it.',
  ]);
  const [done] = why(empty);
  strictEqual(done?.severity, 'at-risk');
  strictEqual(
    done.sentence,
    'billing has no members since 14:03 UTC; it has read all that there is.',
  );
  deepStrictEqual(sentences(why({ ...empty, offsets: [], lag: null })), [
    'billing has no members and has committed nothing.',
  ]);
});

test('of a filtered topic, what is counted are the messages of its source, which is said', () => {
  const filtered = topicFacts([partitionFacts(0)], { filter: { evaluated: 7, failed: 0 } });
  const empty = { members: [], state: 'Empty' } as const;
  const behind = { ...empty, offsets: [offsetFacts(0, { lag: 7 })], lag: 7 };
  const [waiting] = why(behind, new Map([['orders', filtered]]));
  deepStrictEqual(waiting?.evidence.slice(1), [
    '7 messages wait for it.',
    'Of orders all messages of the source are counted, those that do not match too.',
  ]);
  const [done] = why(empty, new Map([['orders', filtered]]));
  strictEqual(done?.evidence.length, 1);
});

test('a rebalance that waits for a member says for whom', () => {
  const members = [memberFacts('X', [0]), memberFacts('Y', [1])];
  const rebalancing = { members, state: 'PreparingRebalance', stateSinceMs: at1403 } as const;
  const [only] = why({ ...rebalancing, awaited: [must(members[1]).memberId] });
  strictEqual(
    only?.sentence,
    'billing is rebalancing since 14:03 UTC because it waits for member Y (11111111).',
  );
  strictEqual(only.subject.memberId, members[1]?.memberId);
  deepStrictEqual(only.evidence, [
    'Its state is PreparingRebalance, with 2 members.',
    'Y (11111111) sent its last heartbeat 1 s ago.',
  ]);
  const [unknown] = why(rebalancing);
  ok(unknown?.evidence.includes('Whom it waits for, the broker does not tell.'));
});

test('a rebalance that has just begun is no trouble', () => {
  deepStrictEqual(why({ state: 'CompletingRebalance', stateSinceMs: nowMs - 2000 }), []);
});

test('a committed offset whose records were deleted', () => {
  const [only] = why({
    offsets: [offsetFacts(0, { committedOffset: 400, logStartOffset: 1000, highWatermark: 1500 })],
  });
  strictEqual(
    only?.sentence,
    'billing cannot go on where it stopped in orders-0 because the records from 400 on were deleted.',
  );
  deepStrictEqual(only.evidence, [
    'It has committed offset 400, and the log begins at 1,000: 600 offsets are gone.',
  ]);
  match(must(only.remedy), /odradek group reset-offsets billing --to beginning/);
});

test('a committed offset beyond the end of the log', () => {
  deepStrictEqual(sentences(why({ offsets: [offsetFacts(0, { committedOffset: 400 })] })), [
    'billing cannot go on in orders-0 because the log ends at 100, before its offset 400.',
  ]);
});

test('a member owns more partitions than there are', () => {
  const [only] = why({ members: [memberFacts('X', [0, 1, 5])] });
  strictEqual(
    only?.sentence,
    'Member X (11111111) of billing owns more partitions than there are: orders-5 is not there.',
  );
  deepStrictEqual(only.evidence, ['orders has 2 partitions.']);
});

test('more members than partitions', () => {
  const members = [memberFacts('X', [0, 1]), memberFacts('Y', []), memberFacts('Z', [])];
  deepStrictEqual(sentences(why({ members })), [
    '2 of 3 members of billing have nothing to read because there are 2 partitions.',
  ]);
});

test('what a group reads has no leader', () => {
  const lost = topicFacts([partitionFacts(0), partitionFacts(1, { leader: -1, isr: [3] })]);
  const [only] = why({}, new Map([['orders', lost]]), clusterFacts([3]));
  strictEqual(only?.sentence, 'orders-1 has no leader because broker 3 is down.');
  strictEqual(only.evidence[0], 'billing reads it.');
});

test('a group has no coordinator', () => {
  const offsets = topicFacts([partitionFacts(0, { leader: -1, isr: [2] })], {
    name: '__consumer_offsets',
  });
  const all = new Map([...topics, ['__consumer_offsets', offsets]]);
  const [only] = why({ coordinatorId: -1, members: [], state: '' }, all, clusterFacts([2]));
  strictEqual(
    only?.sentence,
    'billing has no coordinator because its partition of __consumer_offsets has no leader.',
  );
  deepStrictEqual(only.evidence, ['__consumer_offsets-0 has no leader because broker 2 is down.']);
});

test('a group that reads too slowly is behind; one that keeps up is not', () => {
  const lag = { offsets: [offsetFacts(0, { lag: 1200 }), offsetFacts(1, { lag: 4 })], lag: 1204 };
  const [growing] = why({ ...lag, trend: 'growing', lagSeconds: 30, laggingSinceMs: at1403 });
  strictEqual(growing?.severity, 'behind');
  strictEqual(
    growing.sentence,
    'billing is 1,204 messages, 30 s behind since 14:03 UTC, and it becomes more.',
  );
  deepStrictEqual(growing.evidence, [
    'Most of it is in orders-0: 1,200 messages.',
    'It has 1 member.',
  ]);
  deepStrictEqual(why({ ...lag, trend: 'steady', lagSeconds: 1 }), []);
  const [late] = why({ ...lag, trend: 'shrinking', lagSeconds: 200 });
  strictEqual(late?.sentence, 'billing is 1,204 messages, 3 min behind, and catches up.');
});

test('of a group that was seen once, by what any broker tells, no more is said than that shows', () => {
  const unheard = { lastHeartbeatAgoMs: null, lastFetchAgoMs: null };
  const members = [memberFacts('X', [0, 1], unheard)];
  const offsets = [offsetFacts(0, { lag: 9 }), offsetFacts(1)];
  const [only] = why({ members, offsets, lag: 9, lagSeconds: null, trend: 'unknown' });
  strictEqual(only?.severity, 'at-risk');
  strictEqual(
    only.sentence,
    'billing has 9 messages still to read; whether it keeps up, one look does not tell.',
  );
});

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 });
const anyPartition = fc.record({
  leader: fc.constantFrom(-1, 1, 2),
  replicas: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  isr: ids,
  elr: ids,
  lastKnownElr: ids,
});
const perhaps = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const anyMember = fc.record({
  lastFetchAgoMs: perhaps(fc.nat(1e6)),
  lastHeartbeatAgoMs: perhaps(fc.nat(1e6)),
  partitions: fc.uniqueArray(fc.nat(4), { maxLength: 4 }),
});
const anyOffset = fc.record({
  committedOffset: perhaps(fc.nat(1e6)),
  logStartOffset: perhaps(fc.nat(1e6)),
  highWatermark: perhaps(fc.nat(1e6)),
  lag: perhaps(fc.nat(1e6)),
});

test('whatever the facts are, what is said is a sentence with evidence, and of bounded length', () => {
  fc.assert(
    fc.property(
      fc.array(anyPartition, { maxLength: 4 }),
      fc.array(anyMember, { maxLength: 3 }),
      fc.array(anyOffset, { maxLength: 4 }),
      ids,
      fc.constantFrom('Stable', 'Empty', 'PreparingRebalance', 'Reconciling', 'Dead', ''),
      perhaps(fc.nat(1e6)),
      fc.constantFrom('growing', 'shrinking', 'steady', 'unknown'),
      (partitions, members, offsets, down, state, lag, trend) => {
        const topic = topicFacts(
          partitions.map((given, index) => partitionFacts(index, given)),
          { minInsyncReplicas: 2 },
        );
        const cluster = clusterFacts(down, { controllerId: down.includes(1) ? -1 : 1 });
        const group = groupFacts({
          members: members.map(({ partitions: own, ...given }, i) =>
            memberFacts(`m${i}`, own, given),
          ),
          offsets: offsets.map((given, index) => offsetFacts(index, given)),
          state,
          lag,
          trend: trend as GroupFacts['trend'],
        });
        for (const one of [
          ...whyTopic(topic, cluster),
          ...whyGroup(group, cluster, new Map([['orders', topic]])),
        ]) {
          const texts = [
            one.sentence,
            ...one.evidence,
            ...(one.remedy === null ? [] : [one.remedy]),
          ];
          for (const text of texts) {
            ok(/^[\w(].*[.`…]$/s.test(text), text);
            ok(!/undefined|NaN|null|Infinity| {2}|\[object|because \.| \./.test(text), text);
            ok(text.length < 400, text);
          }
          ok(one.evidence.length > 0, one.sentence);
        }
      },
    ),
    { numRuns: 500 },
  );
});

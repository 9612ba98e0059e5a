import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GroupAssignment, SubscribedMember } from '../../../src/client/group/assignor.ts';
import {
  type AssignorName,
  assignorNamed,
  assignorNames,
} from '../../../src/client/group/assignors.ts';
import { partitionKey, type TopicPartition } from '../../../src/client/group/topic-partition.ts';
import { propertySeeds } from '../property-seeds.ts';

function member(
  memberId: string,
  topics: readonly string[],
  more: Partial<SubscribedMember> = {},
): SubscribedMember {
  return { memberId, instanceId: null, topics, owned: [], generationId: -1, ...more };
}

/** `a0` is partition 0 of topic `a`. */
function named(text: string): readonly TopicPartition[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({ topic: word.slice(0, 1), partition: Number(word.slice(1)) }));
}

function textOf(assignment: GroupAssignment): Record<string, string> {
  const words = (share: readonly TopicPartition[]): string =>
    share.map(({ topic, partition }) => `${topic}${partition}`).join(' ');
  return Object.fromEntries([...assignment].map(([id, share]) => [id, words(share)]));
}

function assigned(
  name: AssignorName,
  members: readonly SubscribedMember[],
  counts: Readonly<Record<string, number>>,
): Record<string, string> {
  return textOf(assignorNamed(name).assign(members, new Map(Object.entries(counts))));
}

test('range: each topic is cut into runs, the first ones longer', () => {
  const members = [member('y', ['a', 'b']), member('x', ['a', 'b'])];
  deepStrictEqual(assigned('range', members, { a: 3, b: 4 }), {
    x: 'a0 a1 b0 b1',
    y: 'a2 b2 b3',
  });
});

test('range: more members than partitions leave some without', () => {
  const members = ['x', 'y', 'z'].map((id) => member(id, ['a']));
  deepStrictEqual(assigned('range', members, { a: 2 }), { x: 'a0', y: 'a1', z: '' });
});

test('range: only who subscribes to a topic gets of it, and topics that are not there give nothing', () => {
  const members = [member('x', ['a', 'gone']), member('y', ['a', 'b'])];
  deepStrictEqual(assigned('range', members, { a: 2, b: 1 }), { x: 'a0', y: 'a1 b0' });
});

test('roundrobin: partitions of all topics are dealt out in turn', () => {
  const members = [member('y', ['a', 'b']), member('x', ['a', 'b'])];
  deepStrictEqual(assigned('roundrobin', members, { b: 2, a: 3 }), {
    x: 'a0 a2 b1',
    y: 'a1 b0',
  });
});

test('roundrobin: who does not subscribe is passed over', () => {
  const members = [member('x', ['a']), member('y', ['a', 'b']), member('z', ['b'])];
  deepStrictEqual(assigned('roundrobin', members, { a: 2, b: 2 }), {
    x: 'a0',
    y: 'a1 b1',
    z: 'b0',
  });
});

test('static members keep their places by their instance ids, whatever their member ids are', () => {
  const first = { instanceId: 'i1' };
  const second = { instanceId: 'i2' };
  const before = [member('x', ['a'], first), member('y', ['a'], second)];
  const after = [member('z', ['a'], first), member('y', ['a'], second)];
  deepStrictEqual(assigned('range', before, { a: 2 }), { x: 'a0', y: 'a1' });
  deepStrictEqual(assigned('range', after, { a: 2 }), { z: 'a0', y: 'a1' });
});

test('cooperative-sticky: a new member gets nothing before others have given it up', () => {
  const counts = { a: 4 };
  const x = member('x', ['a'], { owned: named('a0 a1 a2 a3'), generationId: 1 });
  const y = member('y', ['a']);
  deepStrictEqual(assigned('cooperative-sticky', [x, y], counts), { x: 'a0 a1', y: '' });
  const gaveUp = { ...x, owned: named('a0 a1'), generationId: 2 };
  deepStrictEqual(assigned('cooperative-sticky', [gaveUp, y], counts), {
    x: 'a0 a1',
    y: 'a2 a3',
  });
});

test('cooperative-sticky: what a member left behind goes to who has the least, and nothing else moves', () => {
  const x = member('x', ['a'], { owned: named('a4 a5'), generationId: 3 });
  const y = member('y', ['a'], { owned: named('a0'), generationId: 3 });
  const assignment = assigned('cooperative-sticky', [x, y], { a: 6 });
  deepStrictEqual(assignment, { x: 'a4 a5 a2', y: 'a0 a1 a3' });
});

test('cooperative-sticky: of two claims the one of the newer generation holds, of equal ones none', () => {
  const old = member('x', ['a'], { owned: named('a0 a1'), generationId: 1 });
  const newer = member('y', ['a'], { owned: named('a0'), generationId: 2 });
  deepStrictEqual(assigned('cooperative-sticky', [old, newer], { a: 2 }), { x: 'a1', y: 'a0' });
  const equal = { ...newer, generationId: 1 };
  deepStrictEqual(assigned('cooperative-sticky', [old, equal], { a: 2 }), { x: 'a1', y: 'a0' });
});

test('cooperative-sticky: claims to what is not there, or not subscribed to, are passed over', () => {
  const x = member('x', ['a'], { owned: named('a7 b0'), generationId: 1 });
  const y = member('y', ['b']);
  deepStrictEqual(assigned('cooperative-sticky', [x, y], { a: 1, b: 1 }), { x: 'a0', y: 'b0' });
});

const topics = ['a', 'b', 'c'];

const anyGroup = fc.record({
  counts: fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }),
  subscriptions: fc.array(fc.subarray(topics), { minLength: 1, maxLength: 7 }),
});

test('every partition that somebody reads has one owner, who subscribes to it', () => {
  const property = fc.property(anyGroup, ({ counts, subscriptions }) => {
    const partitionCounts = new Map(topics.map((topic, index) => [topic, counts[index] ?? 0]));
    const members = subscriptions.map((subscribed, index) => member(`m${index}`, subscribed));
    for (const name of assignorNames) {
      const assignment = assignorNamed(name).assign(members, partitionCounts);
      const owned = new Set<string>();
      for (const { memberId, topics: subscribed } of members) {
        for (const item of assignment.get(memberId) ?? []) {
          ok(subscribed.includes(item.topic), `${name}: ${memberId} reads ${item.topic}`);
          ok(!owned.has(partitionKey(item)), `${name}: ${partitionKey(item)} has two owners`);
          owned.add(partitionKey(item));
        }
      }
      const read = topics.filter((topic) => members.some((some) => some.topics.includes(topic)));
      const expected = read.reduce((sum, topic) => sum + (partitionCounts.get(topic) ?? 0), 0);
      strictEqual(owned.size, expected, name);
    }
  });
  for (const seed of propertySeeds()) fc.assert(property, { seed });
});

test('cooperative-sticky: members come and go, shares stay even, and no partition moves without need', () => {
  const anyChange = fc.record({
    count: fc.integer({ min: 1, max: 20 }),
    before: fc.integer({ min: 1, max: 6 }),
    left: fc.nat(5),
    joined: fc.nat(3),
  });
  const property = fc.property(anyChange, ({ count, before, left, joined }) => {
    const { assign } = assignorNamed('cooperative-sticky');
    const counts = new Map([['a', count]]);
    const ids = Array.from({ length: before }, (_, index) => `m${index}`);
    const first = assign(
      ids.map((id) => member(id, ['a'])),
      counts,
    );
    const stayed = ids.slice(Math.min(left, before - 1));
    const now = [...stayed, ...Array.from({ length: joined }, (_, index) => `n${index}`)];
    const owning = (shares: GroupAssignment, generationId: number): SubscribedMember[] =>
      now.map((id) => member(id, ['a'], { owned: shares.get(id) ?? [], generationId }));
    const second = assign(owning(first, 1), counts);
    const third = assign(owning(second, 2), counts);
    const sizes = now.map((id) => third.get(id)?.length ?? 0);
    strictEqual(
      sizes.reduce((sum, size) => sum + size, 0),
      count,
    );
    ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `uneven: ${sizes.join(' ')}`);
    const most = Math.ceil(count / now.length);
    for (const id of stayed) {
      const had = first.get(id) ?? [];
      const kept = had.filter(({ partition }) =>
        third.get(id)?.some((item) => item.partition === partition),
      );
      ok(kept.length >= Math.min(had.length, Math.floor(count / now.length)), 'kept what it could');
      ok((third.get(id)?.length ?? 0) <= most);
    }
  });
  for (const seed of propertySeeds()) fc.assert(property, { seed });
});

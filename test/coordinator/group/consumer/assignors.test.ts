/**
 * Goal: the assignors assign every partition of every subscribed topic exactly once, evenly, and move no more
 * than they must. Method: random groups, and random changes of them, with both assignors.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type {
  AssignedGroup,
  AssignedMember,
} from '../../../../src/coordinator/group/consumer/assignors/assignor.ts';
import { assignRange } from '../../../../src/coordinator/group/consumer/assignors/range.ts';
import { assignUniform } from '../../../../src/coordinator/group/consumer/assignors/uniform.ts';
import type { Partitions } from '../../../../src/coordinator/group/consumer/partitions.ts';
import { holds } from '../../../config/property.ts';

const topicIds = ['a', 'b', 'c', 'd', 'e'];

interface Scene {
  readonly counts: ReadonlyMap<string, number>;
  /** Subscriptions by member id. */
  readonly subscriptions: ReadonlyMap<string, ReadonlySet<string>>;
}

function groupOf(
  { counts, subscriptions }: Scene,
  targets: ReadonlyMap<string, Partitions> = new Map(),
): AssignedGroup {
  const members: AssignedMember[] = Array.from(subscriptions, ([memberId, subscribed]) => ({
    memberId,
    instanceId: null,
    topicIds: subscribed,
    target: targets.get(memberId) ?? new Map(),
  }));
  const [first] = members;
  return {
    members,
    isHomogeneous: members.every(
      (member) =>
        member.topicIds.size === first?.topicIds.size &&
        [...member.topicIds].every((topicId) => first.topicIds.has(topicId)),
    ),
    partitionCount: (topicId) => counts.get(topicId) ?? 0,
  };
}

const countsArbitrary = fc
  .array(fc.nat(12), { minLength: topicIds.length, maxLength: topicIds.length })
  .map((counts) => new Map(topicIds.map((topicId, index) => [topicId, counts[index] ?? 0])));
const subscription = fc.subarray(topicIds).map((subscribed) => new Set(subscribed));
const memberIds = fc.uniqueArray(fc.integer({ min: 10, max: 40 }).map(String), {
  minLength: 1,
  maxLength: 9,
});

const equalScene: fc.Arbitrary<Scene> = fc
  .record({ counts: countsArbitrary, ids: memberIds, subscribed: subscription })
  .map(({ counts, ids, subscribed }) => ({
    counts,
    subscriptions: new Map(ids.map((memberId) => [memberId, subscribed])),
  }));
const mixedScene: fc.Arbitrary<Scene> = fc
  .record({ counts: countsArbitrary, ids: memberIds })
  .chain(({ counts, ids }) =>
    fc.array(subscription, { minLength: ids.length, maxLength: ids.length }).map((all) => ({
      counts,
      subscriptions: new Map(ids.map((memberId, index) => [memberId, all[index] ?? new Set()])),
    })),
  );

/** By partition, who has it. Asserts that nobody else has it, and that all that can be assigned is. */
function ownersOf(scene: Scene, targets: ReadonlyMap<string, Partitions>): Map<string, string> {
  assert.deepEqual([...targets.keys()].toSorted(), [...scene.subscriptions.keys()].toSorted());
  const owners = new Map<string, string>();
  for (const [memberId, target] of targets) {
    for (const [topicId, partitions] of target) {
      assert.ok(partitions.size > 0);
      assert.ok(scene.subscriptions.get(memberId)?.has(topicId), 'only what is subscribed to');
      for (const partition of partitions) {
        assert.ok(partition < (scene.counts.get(topicId) ?? 0), 'only what there is');
        const key = `${topicId}-${partition}`;
        assert.ok(!owners.has(key), `${key} has one owner`);
        owners.set(key, memberId);
      }
    }
  }
  const subscribed = new Set([...scene.subscriptions.values()].flatMap((topics) => [...topics]));
  const total = [...subscribed].reduce((sum, topic) => sum + (scene.counts.get(topic) ?? 0), 0);
  assert.equal(owners.size, total, 'all partitions are assigned');
  return owners;
}

function loads(targets: ReadonlyMap<string, Partitions>): Map<string, number> {
  return new Map(
    Array.from(targets, ([memberId, target]) => [
      memberId,
      [...target.values()].reduce((sum, { size }) => sum + size, 0),
    ]),
  );
}

function assertEven(targets: ReadonlyMap<string, Partitions>): void {
  const all = [...loads(targets).values()];
  assert.ok(Math.max(...all) - Math.min(...all) <= 1, `not even: ${all.join(' ')}`);
}

test('both assignors give every subscribed partition to exactly one subscriber', () => {
  for (const assign of [assignUniform, assignRange]) {
    holds(
      fc.property(fc.oneof(equalScene, mixedScene), (scene) => {
        ownersOf(scene, assign(groupOf(scene)));
      }),
    );
  }
});

test('uniform: members with equal subscriptions differ by one partition at the most', () => {
  holds(
    fc.property(equalScene, (scene) => {
      assertEven(assignUniform(groupOf(scene)));
    }),
  );
});

test('uniform: no move of one partition would make members with different subscriptions more even', () => {
  holds(
    fc.property(mixedScene, (scene) => {
      const targets = assignUniform(groupOf(scene));
      const load = loads(targets);
      for (const [from, target] of targets) {
        for (const topicId of target.keys()) {
          for (const [to, subscribed] of scene.subscriptions) {
            if (!subscribed.has(topicId)) continue;
            assert.ok((load.get(from) ?? 0) - (load.get(to) ?? 0) <= 1, `${from} to ${to}`);
          }
        }
      }
    }),
  );
});

test('uniform: the same group again moves nothing', () => {
  holds(
    fc.property(fc.oneof(equalScene, mixedScene), (scene) => {
      const before = assignUniform(groupOf(scene));
      const again = assignUniform(groupOf(scene, before));
      assert.deepEqual(ownersOf(scene, again), ownersOf(scene, before));
    }),
  );
});

test('uniform: who joins or leaves an even group moves no more than evenness asks for', () => {
  holds(
    fc.property(equalScene, fc.boolean(), (scene, joins) => {
      const before = assignUniform(groupOf(scene));
      const [first] = scene.subscriptions;
      const subscriptions = new Map(scene.subscriptions);
      if (joins || first === undefined || subscriptions.size === 1) {
        subscriptions.set('newcomer', first?.[1] ?? new Set());
      } else subscriptions.delete(first[0]);
      const changed = { ...scene, subscriptions };
      const after = assignUniform(groupOf(changed, before));
      assertEven(after);
      const ownersBefore = ownersOf(scene, before);
      const ownersAfter = ownersOf(changed, after);
      const moved = [...ownersAfter].filter(([key, owner]) => ownersBefore.get(key) !== owner);
      // Nobody who stays loses anything but for a newcomer's share, and nobody is given more than was free.
      const newShare = loads(after).get('newcomer');
      const freed = [...ownersBefore.values()].filter((owner) => !subscriptions.has(owner)).length;
      assert.equal(moved.length, newShare ?? freed);
    }),
  );
});

test('uniform: new partitions go to whoever has the fewest, and the others stay', () => {
  holds(
    fc.property(equalScene, (scene) => {
      const before = assignUniform(groupOf(scene));
      const counts = new Map(Array.from(scene.counts, ([topicId, count]) => [topicId, count + 2]));
      const after = assignUniform(groupOf({ ...scene, counts }, before));
      assertEven(after);
      const ownersAfter = ownersOf({ ...scene, counts }, after);
      for (const [key, owner] of ownersOf(scene, before)) assert.equal(ownersAfter.get(key), owner);
    }),
  );
});

test('range: members get consecutive partitions in the order of their ids, and the first ones one more', () => {
  const scene = {
    counts: new Map([
      ['a', 5],
      ['b', 5],
      ['c', 2],
    ]),
    subscriptions: new Map([
      ['2', new Set(['a', 'b', 'c'])],
      ['1', new Set(['a', 'b', 'c'])],
      ['3', new Set(['a', 'b', 'c'])],
    ]),
  };
  assert.deepEqual(shown(assignRange(groupOf(scene))), {
    '1': 'a-0,1 b-0,1 c-0',
    '2': 'a-2,3 b-2,3 c-1',
    '3': 'a-4 b-4',
  });
});

test('range: static members keep their ranges when they come back under other member ids', () => {
  const member = (memberId: string, instanceId: string | null): AssignedMember => ({
    memberId,
    instanceId,
    topicIds: new Set(['a']),
    target: new Map(),
  });
  const assigned = (ids: readonly string[]): unknown =>
    shown(
      assignRange({
        members: [member('dynamic', null), member(ids[0] ?? '', 'i1'), member(ids[1] ?? '', 'i0')],
        isHomogeneous: true,
        partitionCount: () => 3,
      }),
    );
  assert.deepEqual(assigned(['x', 'y']), { y: 'a-0', x: 'a-1', dynamic: 'a-2' });
  assert.deepEqual(assigned(['y', 'x']), { x: 'a-0', y: 'a-1', dynamic: 'a-2' });
});

test('uniform: 1,000 members of 100 topics with 10 partitions each are served in bounded time', () => {
  const subscribed = new Set(Array.from({ length: 100 }, (_, index) => `t${index}`));
  const halves = [...subscribed];
  const subscriptions = new Map(
    Array.from({ length: 1000 }, (_, index) => [
      `m${index}`,
      index % 2 === 0 ? subscribed : new Set(halves.slice(0, 50)),
    ]),
  );
  const scene = {
    counts: new Map(halves.map((topicId) => [topicId, 10])),
    subscriptions,
  };
  const targets = assignUniform(groupOf(scene));
  ownersOf(scene, targets);
  assertEven(targets);
});

function shown(targets: ReadonlyMap<string, Partitions>): Record<string, string> {
  return Object.fromEntries(
    Array.from(targets, ([memberId, target]) => [
      memberId,
      Array.from(target, ([topicId, partitions]) => `${topicId}-${[...partitions].join(',')}`).join(
        ' ',
      ),
    ]),
  );
}

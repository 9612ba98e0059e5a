import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../src/controller/decision.ts';
import { placeReplicas } from '../../src/controller/placement.ts';
import type { Placement } from '../../src/controller/placement.ts';
import { clusterOf } from './cluster.ts';
import type { TestBroker } from './cluster.ts';
import { holds } from '../config/property.ts';

function place(
  brokers: readonly TestBroker[],
  partitionCount: number,
  replicationFactor: number,
  start = 0,
): readonly Placement[] {
  const image = clusterOf(...brokers);
  const request = { partitionCount, replicationFactor, firstIndex: 0, start };
  const placed = placeReplicas(image.brokers.values(), request);
  assert.ok(!isRefusal(placed));
  return placed;
}

function counts(ids: readonly number[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const id of ids) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
}

const cluster = fc
  .uniqueArray(fc.nat(50), { minLength: 1, maxLength: 12 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) => fc.record({ id: fc.constant(id), rack: fc.constantFrom('a', 'b', 'c') })),
    ),
  )
  .chain((brokers) =>
    fc.record({
      brokers: fc.constant(brokers),
      replicationFactor: fc.integer({ min: 1, max: brokers.length }),
      partitionCount: fc.integer({ min: 1, max: 40 }),
      start: fc.nat(1000),
    }),
  );

test('each partition has as many replicas as asked for, all different and in sync, the first leading', () => {
  holds(
    fc.property(cluster, ({ brokers, partitionCount, replicationFactor, start }) => {
      const placed = place(brokers, partitionCount, replicationFactor, start);
      assert.equal(placed.length, partitionCount);
      for (const { replicas, isr } of placed) {
        assert.equal(new Set(replicas).size, replicationFactor);
        assert.deepEqual(isr, replicas);
      }
    }),
  );
});

test('the replicas of a partition lie on as many racks as there can be', () => {
  holds(
    fc.property(cluster, ({ brokers, partitionCount, replicationFactor, start }) => {
      const rackOf = new Map(brokers.map(({ id, rack }) => [id, rack]));
      const rackCount = new Set(rackOf.values()).size;
      for (const { replicas } of place(brokers, partitionCount, replicationFactor, start)) {
        const racks = new Set(replicas.map((id) => rackOf.get(id)));
        assert.equal(racks.size, Math.min(rackCount, replicationFactor));
      }
    }),
  );
});

test('leaders are spread evenly over all brokers', () => {
  holds(
    fc.property(cluster, ({ brokers, partitionCount, start }) => {
      const leaders = place(brokers, partitionCount, 1, start).map(
        ({ replicas }) => replicas[0] as number,
      );
      const perBroker = brokers.map(({ id }) => counts(leaders).get(id) ?? 0);
      assert.ok(Math.max(...perBroker) - Math.min(...perBroker) <= 1);
    }),
  );
});

test('the followers of one leader are spread over the other brokers', () => {
  const brokers = [1, 2, 3, 4, 5].map((id) => ({ id }));
  const placed = place(brokers, 100, 2);
  const followersOfOne = placed
    .filter(({ replicas }) => replicas[0] === 1)
    .map(({ replicas }) => replicas[1]);
  assert.equal(new Set(followersOfOne).size, 4);
});

test('a fenced broker is used only where the others do not suffice, and does not lead', () => {
  const brokers = [{ id: 1 }, { id: 2, fenced: true }, { id: 3 }];
  for (const { replicas } of place(brokers, 9, 2)) assert.ok(!replicas.includes(2));
  for (const { replicas, isr } of place(brokers, 9, 3)) {
    assert.notEqual(replicas[0], 2);
    assert.deepEqual(new Set(isr), new Set([1, 3]));
  }
});

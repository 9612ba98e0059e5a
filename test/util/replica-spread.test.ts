import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  planDrain,
  planOnto,
  planReplicationFactor,
  type ReplicaMove,
  type SpreadBroker,
  type SpreadPartition,
} from '../../src/util/replica-spread.ts';
import { holds } from '../config/property.ts';

const brokers = (...nodeIds: readonly number[]): SpreadBroker[] =>
  nodeIds.map((nodeId) => ({ nodeId, rack: null }));

function topic(name: string, ...replicas: readonly (readonly number[])[]): SpreadPartition[] {
  return replicas.map((ids, partition) => ({ topic: name, partition, replicas: ids }));
}

function targets(moves: readonly ReplicaMove[]): Record<string, readonly number[]> {
  return Object.fromEntries(
    moves.map(({ topic: name, partition, to }) => [`${name}-${partition}`, to]),
  );
}

test('a drained broker is replaced where it stood, and partitions without it stay', () => {
  const partitions = topic('t', [1, 2, 3], [2, 3, 4], [3, 1, 2]);
  assert.deepEqual(targets(planDrain(1, brokers(1, 2, 3, 4), partitions)), {
    't-0': [4, 2, 3],
    't-2': [3, 4, 2],
  });
});

test('who leads least becomes the preferred leader where the one before goes', () => {
  const partitions = topic('t', [2, 3], [3, 1], [1, 2], [2, 3]);
  const moves = planOnto(brokers(1, 3), partitions, partitions);
  assert.deepEqual(targets(moves), { 't-0': [1, 3], 't-2': [1, 3], 't-3': [3, 1] });
});

test('where every other broker has a replica already, a drain leaves one fewer', () => {
  assert.deepEqual(targets(planDrain(1, brokers(1, 2, 3), topic('t', [1, 2, 3]))), {
    't-0': [2, 3],
  });
});

test('a broker that is down can be drained, and replicas on others that are down stay', () => {
  assert.deepEqual(targets(planDrain(9, brokers(1, 2, 3), topic('t', [9, 8], [9]))), {
    't-0': [1, 8],
    't-1': [2],
  });
});

test('a topic grows on the emptiest brokers of other racks, and shrinks where racks are shared', () => {
  const racks: SpreadBroker[] = [
    { nodeId: 1, rack: 'a' },
    { nodeId: 2, rack: 'a' },
    { nodeId: 3, rack: 'b' },
    { nodeId: 4, rack: 'b' },
  ];
  const all = [...topic('other', [3], [3]), ...topic('t', [1])];
  const chosen = all.slice(2);
  assert.deepEqual(targets(planReplicationFactor(2, racks, all, chosen)), { 't-0': [1, 4] });
  const wide = topic('t', [1, 2, 3]);
  assert.deepEqual(targets(planReplicationFactor(2, racks, wide, wide)), { 't-0': [1, 3] });
  assert.deepEqual(planReplicationFactor(3, racks, wide, wide), []);
});

test('what grows from one broker is led by all that it comes to, and what is led evenly stays so', () => {
  const on = (...ids: readonly number[]): SpreadPartition[] => topic('t', ...ids.map((id) => [id]));
  const leadersOf = (partitions: readonly SpreadPartition[]): readonly (number | undefined)[] =>
    planReplicationFactor(3, brokers(1, 2, 3), partitions, partitions).map(({ to }) => to[0]);
  assert.deepEqual(new Set(leadersOf(on(1, 1, 1))), new Set([1, 2, 3]));
  assert.deepEqual(leadersOf(on(1, 2, 3)), [1, 2, 3]);
  const ledByTwo = leadersOf(on(1, 1, 1, 1, 1, 1)).filter((id) => id === 2);
  assert.equal(ledByTwo.length, 2);
});

test('partitions are spread over the brokers that are named, and what lies well stays', () => {
  const partitions = topic('t', [1, 2], [1, 2], [1, 2], [1, 2]);
  const moves = planOnto(brokers(1, 2, 3, 4), partitions, partitions);
  assert.deepEqual(targets(moves), { 't-0': [2, 1], 't-2': [3, 4], 't-3': [4, 3] });
  const even = topic('t', [1, 2], [2, 1]);
  assert.deepEqual(planOnto(brokers(1, 2), even, even), []);
  assert.deepEqual(targets(planOnto(brokers(3), topic('t', [1]), topic('t', [1]))), { 't-0': [3] });
});

const anyCluster = fc
  .record({
    racks: fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: 2, maxLength: 8 }),
    factor: fc.integer({ min: 1, max: 4 }),
    starts: fc.array(fc.nat(100), { minLength: 1, maxLength: 30 }),
  })
  .map(({ racks, factor, starts }) => {
    const nodes = racks.map((rack, nodeId): SpreadBroker => ({ nodeId, rack }));
    const count = Math.min(factor, nodes.length);
    const replicas = starts.map((start) =>
      Array.from({ length: count }, (_, i) => (start + i) % nodes.length),
    );
    return { nodes, partitions: topic('t', ...replicas) };
  });

function racksOf(ids: readonly number[], nodes: readonly SpreadBroker[]): number {
  return new Set(ids.map((id) => nodes[id]?.rack ?? `node ${id}`)).size;
}

test('a drain leaves nothing behind, doubles nobody, and shares no rack that it need not', () => {
  holds(
    fc.property(anyCluster, ({ nodes, partitions }) => {
      for (const { from, to } of planDrain(0, nodes, partitions)) {
        assert.ok(!to.includes(0));
        assert.equal(new Set(to).size, to.length);
        assert.equal(to.length, Math.min(from.length, nodes.length - 1));
        const kept = from.filter((id) => id !== 0);
        assert.ok(kept.every((id) => to.includes(id)));
        if (to.length < from.length) continue;
        const freeRack = nodes.some(
          ({ nodeId }) =>
            nodeId !== 0 &&
            !kept.includes(nodeId) &&
            racksOf([...kept, nodeId], nodes) > racksOf(kept, nodes),
        );
        assert.equal(racksOf(to, nodes), racksOf(kept, nodes) + (freeRack ? 1 : 0));
      }
    }),
  );
});

test('a drain shares out what it moves: no broker gets a replica that one with two fewer could have', () => {
  holds(
    fc.property(fc.integer({ min: 3, max: 8 }), fc.integer({ min: 1, max: 40 }), (count, moved) => {
      const ids = Array.from({ length: count }, (_, id) => id);
      const partitions = topic('t', ...Array.from({ length: moved }, () => [0]));
      const held = new Map<number | undefined, number>();
      for (const { to } of planDrain(0, brokers(...ids), partitions)) {
        held.set(to[0], (held.get(to[0]) ?? 0) + 1);
      }
      const counts = ids.slice(1).map((id) => held.get(id) ?? 0);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join(' '));
    }),
  );
});

test('however a topic is spread, each partition has as many replicas as before on the named brokers', () => {
  holds(
    fc.property(anyCluster, fc.integer({ min: 2, max: 8 }), ({ nodes, partitions }, some) => {
      const named = nodes.slice(0, some);
      for (const { from, to } of planOnto(named, partitions, partitions)) {
        assert.equal(to.length, Math.min(from.length, named.length));
        assert.ok(to.every((id) => named.some(({ nodeId }) => nodeId === id)));
        assert.equal(new Set(to).size, to.length);
      }
    }),
  );
});

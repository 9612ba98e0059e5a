import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { ReaderNotes } from '../../src/replication/reader-notes.ts';
import { Traffic, windowTicks } from '../../src/replication/traffic.ts';

const quiet = { bytesIn: 0, messagesIn: 0, bytesOut: 0 };

test('what happened before anybody looked belongs to no window, and to the totals', () => {
  const traffic = new Traffic();
  const totals = new Traffic();
  traffic.add(1000, 10, 5);
  traffic.sample(0, totals);
  deepStrictEqual(traffic.recent(), quiet);
  strictEqual(traffic.isActive, false);
  strictEqual(totals.bytesIn, 1000);
});

test('a window has what its ticks had, and forgets what is older', () => {
  const traffic = new Traffic();
  traffic.sample(0);
  for (let tick = 1; tick <= 2 * windowTicks; tick++) {
    traffic.add(tick, 1, 0);
    traffic.sample(tick);
  }
  const expected = Array.from({ length: windowTicks }, (_, i) => 2 * windowTicks - i);
  const bytesIn = expected.reduce((sum, bytes) => sum + bytes, 0);
  deepStrictEqual(traffic.recent(), { bytesIn, messagesIn: windowTicks, bytesOut: 0 });
});

test('a window is let go of once nothing has happened in it', () => {
  const traffic = new Traffic();
  traffic.sample(0);
  traffic.add(0, 0, 7);
  traffic.sample(1);
  deepStrictEqual(traffic.recent(), { ...quiet, bytesOut: 7 });
  for (let tick = 2; tick <= windowTicks; tick++) {
    traffic.sample(tick);
    strictEqual(traffic.recent().bytesOut, 7, `tick ${tick}`);
  }
  traffic.sample(windowTicks + 1);
  strictEqual(traffic.isActive, false);
  deepStrictEqual(traffic.recent(), quiet);
});

test('who looks again after a while finds no window of before', () => {
  const traffic = new Traffic();
  traffic.sample(0);
  traffic.add(5, 1, 0);
  traffic.sample(1);
  traffic.add(5_000_000, 1000, 0);
  traffic.sample(0);
  deepStrictEqual(traffic.recent(), quiet);
});

test('of a partition with many consumers those that came last are remembered', () => {
  const readers = new ReaderNotes();
  const fetched = (id: number, cameMs: number): void => {
    const reader = { clientId: `client-${id}`, clientHost: '127.0.0.1', cameMs };
    readers.fetched(reader, 'orders', cameMs);
  };
  for (let i = 0; i < 20; i++) fetched(i, i);
  fetched(12, 30);
  fetched(20, 31);
  const clients = readers.all().map(({ clientId }) => clientId);
  strictEqual(clients.length, 8);
  deepStrictEqual(
    new Set(clients),
    new Set(
      ['client-12', 'client-20', 14, 15, 16, 17, 18, 19].map((id) =>
        typeof id === 'number' ? `client-${id}` : id,
      ),
    ),
  );
});

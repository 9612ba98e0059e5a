import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { describeWriters } from '../../../src/broker/figures/describe-writers.ts';
import { MemberHeartbeats } from '../../../src/broker/figures/member-heartbeats.ts';
import { isSameSecret, newSecret } from '../../../src/broker/figures/secret.ts';
import { SlidingCount } from '../../../src/broker/figures/sliding-count.ts';
import { Writers } from '../../../src/broker/figures/writers.ts';
import { createSimulation } from '../../../src/runtime/simulated/simulation.ts';

const batch = { sizeBytes: 100, recordCount: 2 };
const source = (clientPort: number) => ({ clientHost: '127.0.0.1', clientPort });

test('of many connections a thousand are told apart, and of a connection 64 partitions', () => {
  const writers = new Writers();
  for (let i = 0; i < 3000; i++)
    writers.wrote(source(i), 'till', { topic: 'a', index: 0 }, batch, 1);
  strictEqual(writers.size, 1000);
  const one = source(0);
  const alone = new Writers();
  for (let index = 0; index < 500; index++) {
    alone.wrote(one, 'till', { topic: 'a', index }, batch, 1);
  }
  const [writer] = describeWriters(alone, { producersMax: 5, nowMs: 1, wallMs: 1 }).producers;
  strictEqual(writer?.topics[0]?.partitions.length, 64);
});

test('who wrote last is told of before others, and whoever writes no more is forgotten', () => {
  const writers = new Writers();
  const partition = { topic: 'a', index: 0 };
  const [busy, quiet] = [source(1), source(2)];
  writers.wrote(quiet, 'quiet', partition, batch, 1000);
  writers.wrote(busy, 'busy', partition, batch, 1000);
  writers.sample(0, 1000);
  for (let tick = 1; tick <= 3; tick++) {
    writers.wrote(busy, 'busy', partition, batch, 1000 * tick);
    writers.sample(tick, 1000 * tick);
  }
  const told = describeWriters(writers, { producersMax: 1, nowMs: 3000, wallMs: 50_000 });
  deepStrictEqual(told.producersMore, 1);
  deepStrictEqual(told.producers[0], {
    id: '2',
    clientId: 'busy',
    address: '127.0.0.1:1',
    lastWroteMs: 50_000,
    topics: [{ topic: 'a', partitions: [0], bytesIn: 300, messagesIn: 6 }],
  });
  writers.sample(4, 12_500);
  strictEqual(writers.size, 1);
  writers.stop();
  strictEqual(writers.size, 0);
});

test('of members that make themselves up without end, those that came last are remembered', () => {
  const heartbeats = new MemberHeartbeats();
  for (let i = 0; i < 30_000; i++) heartbeats.seen('billing', `member-${i}`, i);
  strictEqual(heartbeats.lastMs('billing', 'member-0'), undefined);
  strictEqual(heartbeats.lastMs('billing', 'member-29999'), 29_999);
  heartbeats.seen('a/b', 'c', 1);
  strictEqual(heartbeats.lastMs('a', 'b/c'), undefined);
  heartbeats.seen('billing', '', 1);
  strictEqual(heartbeats.lastMs('billing', ''), undefined);
});

test('a count tells what came within the window', () => {
  const count = new SlidingCount();
  count.total = 1000;
  count.sample(0);
  strictEqual(count.recent, 0);
  for (let tick = 1; tick <= 8; tick++) {
    count.total += 10;
    count.sample(tick);
  }
  strictEqual(count.recent, 50);
  strictEqual(count.total, 1080);
});

test('a secret is what it is, and an empty one opens nothing', () => {
  const { random } = createSimulation({ seed: 1 }).runtime('broker');
  const secret = newSecret(random);
  const bytes = new TextEncoder().encode(secret);
  strictEqual(isSameSecret(bytes, secret), true);
  strictEqual(isSameSecret(bytes.slice(1), secret), false);
  strictEqual(isSameSecret(new Uint8Array([...bytes, 0]), secret), false);
  strictEqual(isSameSecret(new Uint8Array(0), ''), false);
});

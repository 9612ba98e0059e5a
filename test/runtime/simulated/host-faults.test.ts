import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, Runtime } from '../../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../../src/runtime/simulated/simulation.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function every(runtime: Runtime, ms: number, action: () => void): void {
  runtime.timers.setTimer(ms, () => {
    action();
    every(runtime, ms, action);
  });
}

/** A connection from `a` to `b`, with what has arrived at either side. */
async function pair(simulation: Simulation) {
  const arrived: { a: string[]; b: string[] } = { a: [], b: [] };
  const start = (connection: Connection, at: string[]): void => {
    connection.start({
      onData: (chunk) => at.push(Buffer.from(chunk).toString()),
      onDrain() {},
      onClose: (error) => at.push(error === undefined ? 'closed' : 'broken'),
    });
  };
  let fromB: Connection | undefined;
  await simulation.runtime('b').network.listen({ host: '0.0.0.0', port: 1 }, (connection) => {
    fromB = connection;
    start(connection, arrived.b);
  });
  const fromA = await simulation.complete(simulation.runtime('a').network.connect('b', 1));
  start(fromA, arrived.a);
  await simulation.runFor(10);
  assert.ok(fromB !== undefined);
  return { fromA, fromB, arrived };
}

test('nothing happens in a paused process; once it goes on, all it missed happens in order', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { fromA, arrived } = await pair(simulation);
  const ticks: number[] = [];
  const b = simulation.runtime('b');
  b.timers.setTimer(30, () => ticks.push(30));
  b.timers.setTimer(20, () => ticks.push(20));
  simulation.pause('b');
  fromA.write([bytes('x')]);
  await simulation.runFor(5000);
  assert.deepEqual([ticks, arrived.b], [[], []]);
  assert.equal(simulation.isUp('b'), true);
  simulation.resume('b');
  await simulation.runFor(1);
  assert.deepEqual([ticks, arrived.b], [[20, 30], ['x']]);
});

test('a timer that is cleared while its process is paused does not go off', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { timers } = simulation.runtime('a');
  const calls: string[] = [];
  const second = timers.setTimer(20, () => calls.push('second'));
  timers.setTimer(10, () => {
    calls.push('first');
    timers.clearTimer(second);
  });
  simulation.pause('a');
  await simulation.runFor(100);
  simulation.resume('a');
  await simulation.runFor(100);
  assert.deepEqual(calls, ['first']);
});

test('others can connect to a paused process, and are heard when it goes on', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { arrived } = await pair(simulation);
  simulation.pause('b');
  const other = await simulation.complete(simulation.runtime('c').network.connect('b', 1));
  other.write([bytes('y')]);
  await simulation.runFor(1000);
  assert.deepEqual(arrived.b, []);
  simulation.resume('b');
  await simulation.runFor(20);
  assert.deepEqual(arrived.b, ['y']);
});

test('a paused process may end; then nothing that waited for it happens', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { fromA, arrived } = await pair(simulation);
  simulation.pause('b');
  fromA.write([bytes('x')]);
  await simulation.runFor(100);
  simulation.crash('b');
  await simulation.runFor(100);
  simulation.restart('b');
  await simulation.runFor(1000);
  assert.deepEqual([arrived.a, arrived.b], [['broken'], []]);
});

test('what is cut in one direction passes in the other', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { fromA, fromB, arrived } = await pair(simulation);
  simulation.cutOneWay('a', 'b');
  fromA.write([bytes('x')]);
  fromB.write([bytes('y')]);
  await simulation.runFor(1000);
  assert.deepEqual([arrived.a, arrived.b], [['y'], []]);
  simulation.heal('b', 'a');
  await simulation.runFor(20);
  assert.deepEqual(arrived.b, ['x']);
});

test('nobody can connect over a direction that is cut, whichever it is', async () => {
  for (const [from, to] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    const simulation = createSimulation({ seed: 1 });
    await pair(simulation);
    simulation.cutOneWay(from, to);
    const connecting = simulation.complete(simulation.runtime('a').network.connect('b', 1));
    await assert.rejects(connecting, (error) => hasCode(error, 'CONNECTION_FAILED'));
    simulation.heal(from, to);
    await simulation.complete(simulation.runtime('a').network.connect('b', 1));
  }
});

test('a slow disk takes so many times as long, and fails nothing', async () => {
  const took = async (times: number): Promise<number> => {
    const simulation = createSimulation({ seed: 1 });
    const file = simulation.runtime('a').files.open('/data/f', 'create');
    file.writev([bytes('x')], 0);
    simulation.disk('a').setSlowness(times);
    const fromMs = simulation.elapsedMs;
    await simulation.complete(file.sync());
    return simulation.elapsedMs - fromMs;
  };
  const [quick, slow] = [await took(1), await took(100)];
  assert.ok(slow > quick * 90 && slow < quick * 110, `${quick} ms, then ${slow} ms`);
});

test('a clock that gains gives its host more ticks, and never goes back', async () => {
  const simulation = createSimulation({ seed: 1 });
  const [fast, right] = [simulation.runtime('fast'), simulation.runtime('right')];
  await simulation.runFor(1000);
  const fromMs = fast.clock.monotonicMs();
  const wallMs = fast.clock.nowMs();
  simulation.setClockRate('fast', 1.1);
  assert.equal(fast.clock.monotonicMs(), fromMs);
  const ticks = { fast: 0, right: 0 };
  every(fast, 10, () => ticks.fast++);
  every(right, 10, () => ticks.right++);
  await simulation.runFor(10_000);
  assert.ok(Math.abs(fast.clock.monotonicMs() - fromMs - 11_000) < 1);
  assert.ok(Math.abs(fast.clock.nowMs() - wallMs - 11_000) < 2);
  assert.ok(ticks.right >= 999 && ticks.right <= 1000 && ticks.fast >= 1098, JSON.stringify(ticks));
});

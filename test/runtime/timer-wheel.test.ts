import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { TimerWheel, unscheduled, type WheelEntry } from '../../src/runtime/timer-wheel.ts';

const seed = Number(process.env['ODRADEK_SEED'] ?? 20_260);

function createWheel(tickMs: number): {
  simulation: Simulation;
  wheel: TimerWheel;
  timersSet: () => number;
} {
  const simulation = createSimulation({ seed: 1 });
  const { clock, timers } = simulation.runtime('a');
  let set = 0;
  const counted: typeof timers = {
    ...timers,
    setTimer(delayMs, callback) {
      set++;
      return timers.setTimer(delayMs, callback);
    },
  };
  return {
    simulation,
    wheel: new TimerWheel({ tickMs }, { clock, timers: counted }),
    timersSet: () => set,
  };
}

describe('TimerWheel', () => {
  it(`against a model: each entry fires once, in its tick, unless it was cancelled (seed ${seed})`, async () => {
    // Delays of every level, and time passing between the calls by amounts of every level too.
    const delay = fc.oneof(
      fc.integer({ min: 0, max: 70 }),
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 0, max: 400_000_000 }),
    );
    const action = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('schedule' as const), value: delay }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('cancel' as const), value: fc.nat(50) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), value: delay }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), value: delay }) },
    );
    const property = fc.asyncProperty(
      fc.constantFrom(1, 4, 10),
      fc.array(action, { maxLength: 60 }),
      async (tickMs, actions) => {
        const { simulation, wheel } = createWheel(tickMs);
        const waits: { entry: WheelEntry; dueMs: number; firedMs: number[]; cancelled: boolean }[] =
          [];
        for (const { kind, value } of actions) {
          const wait = waits[value % Math.max(1, waits.length)];
          if (kind === 'pass') await simulation.runFor(value + 0.37);
          else if (kind === 'schedule') {
            const firedMs: number[] = [];
            const dueMs = simulation.elapsedMs + value;
            const entry = wheel.schedule(value, () => firedMs.push(simulation.elapsedMs));
            waits.push({ entry, dueMs, firedMs, cancelled: false });
          } else if (wait !== undefined && wait.firedMs.length === 0) {
            if (kind === 'cancel') wheel.cancel(wait.entry);
            else wheel.scheduleEntry(value, wait.entry);
            wait.cancelled = kind === 'cancel';
            wait.dueMs = simulation.elapsedMs + value;
          }
        }
        await simulation.runFor(400_001_000);
        assert.equal(wheel.size, 0);
        for (const { dueMs, firedMs, cancelled } of waits) {
          assert.equal(firedMs.length, cancelled ? 0 : 1);
          const lateMs = (firedMs[0] ?? dueMs) - dueMs;
          assert.ok(lateMs >= -1e-6 && lateMs <= tickMs + 0.1, `${lateMs} ms late`);
        }
      },
    );
    await fc.assert(property, { seed, numRuns: 150 });
  });

  it('any number of waits keeps one timer, and a cancelled one costs none', async () => {
    const { simulation, wheel, timersSet } = createWheel(4);
    let fired = 0;
    for (let i = 0; i < 10_000; i++) wheel.schedule(500, () => fired++);
    const cancelled = Array.from({ length: 10_000 }, () => wheel.schedule(400, () => fired++));
    for (const entry of cancelled) wheel.cancel(entry);
    assert.equal(wheel.size, 10_000);
    await simulation.runFor(1_000);
    assert.equal(fired, 10_000);
    assert.ok(timersSet() < 12, `${timersSet()} timers`);
  });

  it('nothing runs while nothing waits', async () => {
    const { simulation, wheel, timersSet } = createWheel(4);
    wheel.schedule(5, () => {});
    await simulation.runFor(10_000);
    assert.equal(timersSet(), 1);
    assert.equal(await simulation.step(), false);
  });

  it("a caller's object is the entry, and may wait again from its own expire", async () => {
    const { simulation, wheel } = createWheel(4);
    const firedMs: number[] = [];
    const fetch = {
      ...unscheduled,
      left: 3,
      expire() {
        firedMs.push(Math.floor(simulation.elapsedMs / 10));
        if (--this.left > 0) wheel.scheduleEntry(10, this);
      },
    };
    wheel.scheduleEntry(10, fetch);
    await simulation.runFor(1_000);
    assert.deepEqual(firedMs, [1, 2, 3]);
    wheel.cancel(fetch);
  });

  it('an expire may cancel and close: what it stopped does not fire', async () => {
    const { simulation, wheel } = createWheel(4);
    const fired: string[] = [];
    const victim = { ...unscheduled, expire: () => fired.push('victim') };
    wheel.schedule(10, () => {
      fired.push('first');
      wheel.cancel(victim);
    });
    wheel.scheduleEntry(10, victim);
    wheel.schedule(10, () => {
      fired.push('closer');
      wheel.close();
    });
    wheel.schedule(10, () => fired.push('after the close'));
    await simulation.runFor(100);
    wheel.schedule(1, () => fired.push('late'));
    await simulation.runFor(100);
    assert.deepEqual(fired, ['first', 'closer']);
    assert.equal(wheel.size, 0);
  });

  it('an expire that throws does not take its neighbours with it', async () => {
    const { simulation, wheel } = createWheel(4);
    let fired = 0;
    wheel.schedule(10, () => {
      throw new Error('broken');
    });
    wheel.schedule(10, () => fired++);
    wheel.schedule(50, () => fired++);
    await assert.rejects(simulation.runFor(100), /broken/);
    await simulation.runFor(100);
    assert.equal(fired, 2);
  });
});

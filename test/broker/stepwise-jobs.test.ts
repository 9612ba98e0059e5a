import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepwiseJobs } from '../../src/broker/stepwise-jobs.ts';

/** A clock and the turns of an event loop, which go by when a test says so. */
class Turns {
  nowMs = 0;
  #waiting: (() => void)[] = [];
  readonly clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };
  readonly timers = {
    setTimer: () => ({}),
    clearTimer: () => {},
    atTurnEnd: (callback: () => void) => void this.#waiting.push(callback),
  };

  end(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }
}

function* steps(count: number, step: (index: number) => void): Generator<void> {
  for (let index = 0; index < count; index++) {
    step(index);
    yield;
  }
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await Promise.resolve();
  await Promise.resolve();
  return settled;
}

test('a short job is done within the call', () => {
  const jobs = new StepwiseJobs(new Turns());
  let done = 0;
  jobs.advance(7);
  jobs.add(steps(20, () => done++));
  assert.equal(done, 20);
  assert.equal(jobs.revision, 7);
});

test('a long job takes as many turns as it needs, and all jobs together no more of each', () => {
  const turns = new Turns();
  const jobs = new StepwiseJobs(turns);
  const done: string[] = [];
  jobs.advance(7);
  jobs.add(steps(30, (index) => done.push(`a${index}`)));
  jobs.advance(8);
  jobs.add(steps(90, (index) => done.push(`b${index}`)));
  jobs.advance(9);
  jobs.add(steps(1, () => done.push('c')));
  const perTurn: number[] = [done.length];
  while (done.length < 121) {
    assert.equal(jobs.revision, 7);
    const before = done.length;
    turns.end();
    perTurn.push(done.length - before);
  }
  assert.ok(perTurn.length >= 3 && Math.max(...perTurn) <= 50, perTurn.join(' '));
  assert.deepEqual(done.slice(0, 2), ['a0', 'a1']);
  assert.equal(done.at(-1), 'c');
  turns.end();
  assert.equal(jobs.revision, 9);
});

test('slow steps end their turn sooner', () => {
  const turns = new Turns();
  const jobs = new StepwiseJobs(turns);
  let done = 0;
  const slow = (): void => {
    done++;
    turns.nowMs += 5;
  };
  jobs.add(steps(10, slow));
  assert.equal(done, 2);
  turns.end();
  assert.equal(done, 4);
});

test('who waits for a revision is told when all up to it is done', async () => {
  const turns = new Turns();
  const jobs = new StepwiseJobs(turns);
  jobs.advance(3);
  assert.ok(await isSettled(jobs.reached(3)));
  jobs.add(steps(60, () => {}));
  jobs.advance(4);
  jobs.add(steps(60, () => {}));
  const [third, fourth] = [jobs.reached(3), jobs.reached(4)];
  assert.ok(await isSettled(jobs.reached(2)));
  assert.ok(!(await isSettled(third)));
  turns.end();
  assert.ok(await isSettled(third));
  assert.ok(!(await isSettled(fourth)));
  turns.end();
  turns.end();
  assert.ok(await isSettled(fourth));
});

test('what is left can be done at once', async () => {
  const jobs = new StepwiseJobs(new Turns());
  let done = 0;
  jobs.add(steps(1000, () => done++));
  const all = jobs.reached(0);
  jobs.finish();
  assert.equal(done, 1000);
  assert.ok(await isSettled(all));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilterTurns, type TurnTaker } from '../../../src/apis/filtered/filter-turns.ts';

/** An event loop whose turns a test takes, and a clock that goes on as it says. */
class Loop {
  nowMs = 0;
  readonly defects: unknown[] = [];
  readonly turns: FilterTurns;
  #next: (() => void) | undefined;

  constructor() {
    this.turns = new FilterTurns({
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      timers: {
        atTurnEnd: (callback) => {
          assert.equal(this.#next, undefined, 'one turn at a time');
          this.#next = callback;
        },
        setTimer: () => assert.fail(),
        clearTimer: () => assert.fail(),
      },
      defect: (error) => this.defects.push(error),
    });
  }

  /** Whether somebody asked for the turn. */
  turn(): boolean {
    const callback = this.#next;
    this.#next = undefined;
    callback?.();
    return callback !== undefined;
  }
}

/** Work of some pieces, each of which takes its time. */
class Worker implements TurnTaker {
  readonly #loop: Loop;
  readonly #pieceMs: number;
  left: number;

  constructor(loop: Loop, { pieces, pieceMs }: { pieces: number; pieceMs: number }) {
    this.#loop = loop;
    this.#pieceMs = pieceMs;
    this.left = pieces;
  }

  takeTurn(): boolean {
    this.left--;
    this.#loop.nowMs += this.#pieceMs;
    return this.left > 0;
  }
}

test('a turn of the event loop has a few milliseconds of it, shared out among all', () => {
  const loop = new Loop();
  const workers = [1, 2, 3].map(() => new Worker(loop, { pieces: 4, pieceMs: 2 }));
  for (const worker of workers) loop.turns.ask(worker);
  const lefts: number[][] = [];
  while (loop.turn()) lefts.push(workers.map(({ left }) => left));
  assert.deepEqual(lefts, [
    [3, 3, 3],
    [2, 2, 2],
    [1, 1, 1],
    [0, 0, 0],
  ]);
  assert.equal(loop.nowMs, 24);
});

test('one piece that takes longer than a turn is done all the same, and others come next', () => {
  const loop = new Loop();
  const slow = new Worker(loop, { pieces: 2, pieceMs: 50 });
  const quick = new Worker(loop, { pieces: 1, pieceMs: 0 });
  loop.turns.ask(slow);
  loop.turns.ask(quick);
  loop.turn();
  assert.deepEqual([slow.left, quick.left], [1, 1]);
  loop.turn();
  assert.deepEqual([slow.left, quick.left], [0, 0]);
  assert.equal(loop.turn(), false);
});

test('who is forgotten has no turn, and where the clock stands still turns end too', () => {
  const loop = new Loop();
  const endless = new Worker(loop, { pieces: Infinity, pieceMs: 0 });
  const gone = new Worker(loop, { pieces: 5, pieceMs: 0 });
  loop.turns.ask(gone);
  loop.turns.ask(endless);
  loop.turns.forget(gone);
  loop.turn();
  assert.equal(gone.left, 5);
  loop.turns.forget(endless);
  loop.turn();
  assert.equal(loop.turn(), false);
});

test('a defect of one is told, and keeps nobody else from its turn', () => {
  const loop = new Loop();
  const broken = { takeTurn: () => assert.fail('broken') };
  const other = new Worker(loop, { pieces: 1, pieceMs: 0 });
  loop.turns.ask(broken);
  loop.turns.ask(other);
  loop.turn();
  assert.deepEqual([loop.defects.length, other.left], [1, 0]);
});

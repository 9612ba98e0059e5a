import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerMemory, type RoomWaiter } from '../../src/apis/answer-memory.ts';

/** Takes `takes` bytes when it is let in. */
class Waiter implements RoomWaiter {
  readonly memory: AnswerMemory;
  readonly takes: number;
  isLetIn = false;
  constructor(memory: AnswerMemory, takes: number) {
    this.memory = memory;
    this.takes = takes;
    memory.wait(this);
  }
  roomFreed(): void {
    this.isLetIn = true;
    this.memory.hold(this.takes);
  }
}

test('an answer may take a quarter of the room, and something while there is any', () => {
  const memory = new AnswerMemory(100, () => {});
  assert.deepEqual([memory.roomBytes, memory.shareBytes], [100, 25]);
  memory.hold(97);
  assert.deepEqual([memory.roomBytes, memory.shareBytes], [3, 1]);
  memory.hold(50);
  assert.deepEqual([memory.roomBytes, memory.shareBytes], [0, 0]);
  memory.release(147);
  assert.equal(memory.heldBytes, 0);
});

test('who waits is let in, in order, while there is room', () => {
  const memory = new AnswerMemory(100, () => {});
  memory.hold(150);
  const waiters = [60, 60, 60].map((takes) => new Waiter(memory, takes));
  memory.release(50);
  assert.deepEqual(
    waiters.map(({ isLetIn }) => isLetIn),
    [false, false, false],
  );
  memory.release(100);
  assert.deepEqual(
    waiters.map(({ isLetIn }) => isLetIn),
    [true, true, false],
  );
  assert.equal(memory.isContended, true);
  memory.release(60);
  assert.equal(waiters[2]?.isLetIn, true);
  assert.equal(memory.isContended, false);
});

test('who has left the line is not let in; who is let in and gives back at once lets the next in', () => {
  const memory = new AnswerMemory(100, () => {});
  memory.hold(100);
  const gone = new Waiter(memory, 1);
  memory.forget(gone);
  let letIn = 0;
  for (let i = 0; i < 10_000; i++) {
    memory.wait({
      roomFreed: () => {
        letIn++;
        memory.hold(100);
        memory.release(100);
      },
    });
  }
  memory.release(100);
  assert.deepEqual([gone.isLetIn, letIn, memory.heldBytes], [false, 10_000, 0]);
});

test('the first who waits is told of, and the first after the line was empty', () => {
  let contentions = 0;
  const memory = new AnswerMemory(10, () => contentions++);
  memory.hold(10);
  for (let i = 0; i < 3; i++) new Waiter(memory, 0);
  assert.equal(contentions, 1);
  memory.release(10);
  memory.hold(10);
  new Waiter(memory, 0);
  assert.equal(contentions, 2);
});

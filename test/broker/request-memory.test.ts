import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestMemory } from '../../src/broker/request-memory.ts';

class Waiter {
  readonly granted: string[];
  readonly name: string;
  constructor(name: string, granted: string[]) {
    this.name = name;
    this.granted = granted;
  }
  memoryGranted(): void {
    this.granted.push(this.name);
  }
}

test('a reservation that fits is made at once', () => {
  const memory = new RequestMemory(100, () => {});
  const granted: string[] = [];
  assert.equal(memory.reserve(60, new Waiter('a', granted)), true);
  assert.equal(memory.reserve(40, new Waiter('b', granted)), true);
  assert.equal(memory.reservedBytes, 100);
  assert.deepEqual(granted, []);
});

test('one frame larger than the bound is let in when nothing else is reserved', () => {
  const memory = new RequestMemory(100, () => {});
  assert.equal(memory.reserve(500, new Waiter('a', [])), true);
  assert.equal(memory.reserve(1, new Waiter('b', [])), false);
});

test('who waits is served in the order of arrival, and nobody passes one that does not fit yet', () => {
  const memory = new RequestMemory(100, () => {});
  const granted: string[] = [];
  memory.reserve(80, new Waiter('first', granted));
  assert.equal(memory.reserve(90, new Waiter('large', granted)), false);
  assert.equal(memory.reserve(5, new Waiter('small', granted)), false);
  memory.release(80);
  assert.deepEqual(granted, ['large', 'small']);
  assert.equal(memory.reservedBytes, 95);
});

test('a connection that goes while it waits makes room for those behind it', () => {
  const memory = new RequestMemory(100, () => {});
  const granted: string[] = [];
  memory.reserve(50, new Waiter('first', granted));
  const gone = new Waiter('gone', granted);
  memory.reserve(90, gone);
  memory.reserve(40, new Waiter('next', granted));
  memory.forget(gone);
  assert.deepEqual(granted, ['next']);
});

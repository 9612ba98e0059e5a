import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { nodeClock } from '../../src/runtime/node/node-clock.ts';
import { hasCode } from '../../src/util/odradek-error.ts';

const megabyte = 1024 * 1024;

test('memory files: over the budget is DISK_FULL; truncating and removing give room again', () => {
  const files = createMemoryFiles({ budgetBytes: megabyte, clock: nodeClock });
  files.makeDirectory('/data');
  const handle = files.open('/data/log', 'create');
  handle.writev([new Uint8Array(megabyte / 2)], 0);
  const free = files.freeBytes('/data') ?? 0;
  assert.ok(free <= megabyte / 2);
  const tooMuch = (): void => handle.writev([new Uint8Array(megabyte)], megabyte / 2);
  assert.throws(tooMuch, (error) => hasCode(error, 'DISK_FULL'));
  handle.truncate(megabyte / 2);
  handle.writev([new Uint8Array(megabyte / 4)], megabyte / 2);
  files.remove('/data/log');
  assert.ok((files.freeBytes('/data') ?? 0) < megabyte, 'it is open');
  handle.close();
  assert.equal(files.freeBytes('/data'), megabyte);

  files.replaceFile('/data/a', new Uint8Array(megabyte));
  assert.throws(
    () => files.replaceFile('/data/b', new Uint8Array(1)),
    (error) => hasCode(error, 'DISK_FULL'),
  );
  files.removeTree('/data');
  assert.equal(files.freeBytes('/data'), megabyte);
});

test('memory files: one open file more than may be is TOO_MANY_OPEN_FILES, until another is closed', () => {
  const files = createMemoryFiles({ budgetBytes: megabyte, clock: nodeClock, openFilesMax: 2 });
  const first = files.open('/tmp/first', 'create');
  files.open('/tmp/second', 'create');
  const tooMany = { code: 'TOO_MANY_OPEN_FILES' };
  assert.throws(() => files.open('/tmp/third', 'create'), tooMany);
  assert.throws(() => files.replaceFile('/tmp/third', new Uint8Array(1)), tooMany);
  assert.equal(files.stat('/tmp/third'), undefined);
  first.close();
  files.replaceFile('/tmp/third', new Uint8Array(1));
});

test('memory files: what was written is a copy, and two of them share nothing', () => {
  const files = createMemoryFiles({ budgetBytes: megabyte, clock: nodeClock });
  const other = createMemoryFiles({ budgetBytes: megabyte, clock: nodeClock });
  const content = new Uint8Array([1, 2, 3]);
  files.replaceFile('/file', content);
  content.fill(9);
  assert.deepEqual(files.readFile('/file'), new Uint8Array([1, 2, 3]));
  assert.equal(other.stat('/file'), undefined);
});

import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeFiles } from '../../../src/runtime/node/node-files.ts';
import { fileError } from '../../../src/runtime/node/system-error.ts';
import { writeRemainder } from '../../../src/runtime/node/write-remainder.ts';
import { concatenated } from '../../../src/util/bytes.ts';

test('system errors become the codes of the port, with the system error as their cause', () => {
  const system = (code: string, errno = 0): Error =>
    Object.assign(new Error(code), { code, errno });
  const codeOf = (error: Error): string => fileError(error, 'write', '/log').code;
  assert.equal(codeOf(system('ENOENT')), 'FILE_NOT_FOUND');
  assert.equal(codeOf(system('ENOSPC')), 'DISK_FULL');
  assert.equal(codeOf(system('EDQUOT')), 'DISK_FULL');
  assert.equal(codeOf(system('Unknown system error -122', -constants.errno.EDQUOT)), 'DISK_FULL');
  assert.equal(codeOf(system('EIO')), 'IO_ERROR');
  assert.equal(codeOf(system('EMFILE')), 'TOO_MANY_OPEN_FILES');
  assert.equal(codeOf(system('ENFILE')), 'TOO_MANY_OPEN_FILES');
  assert.match(fileError(system('EMFILE'), 'open', '/log').message, /ulimit -n/);
  const cause = system('EIO');
  const error = fileError(cause, 'write', '/log');
  assert.equal(error.cause, cause);
  assert.deepEqual(error.details, { code: 'IO_ERROR', path: '/log', operation: 'write' });
  assert.equal(fileError(error, 'sync', '/other'), error);
});

test('a tree that cannot be removed for want of descriptors is TOO_MANY_OPEN_FILES, whatever Node calls it', () => {
  const asNode24 = Object.assign(new Error(', Unknown error: Too many open files /tree'), {
    code: '',
    errno: -4094,
  });
  assert.equal(fileError(asNode24, 'remove', '/tree').code, 'TOO_MANY_OPEN_FILES');
});

test('what a partial write left is all the rest and nothing else', () => {
  const buffers = fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 8 });
  const property = fc.property(buffers, fc.nat(40), (all, count) => {
    const whole = concatenated(all);
    const written = Math.min(count, whole.length);
    const rest = writeRemainder(all, written);
    assert.deepEqual(Uint8Array.from(concatenated(rest)), Uint8Array.from(whole.subarray(written)));
    assert.equal(rest.length === 0, written === whole.length);
  });
  fc.assert(property, { seed: 3 });
});

test(
  'a directory that cannot be made is refused, where Node would try for ever',
  { skip: process.platform !== 'linux' && 'there is no /proc' },
  () => {
    assert.throws(() => nodeFiles.makeDirectory('/proc/odradek/data'), { code: 'IO_ERROR' });
  },
);

test('a full device is DISK_FULL', { skip: process.platform !== 'linux' }, async () => {
  const handle = nodeFiles.open('/dev/full', 'write');
  const full = { code: 'DISK_FULL' };
  assert.throws(() => handle.writev([new Uint8Array(10)], 0), full);
  await assert.rejects(handle.writevAsync([new Uint8Array(10), new Uint8Array(1)], 0), full);
  handle.close();
});

test('a handle that is closed is not used', () => {
  const handle = nodeFiles.open(process.execPath, 'read');
  handle.close();
  assert.throws(() => handle.size(), { name: 'AssertionFailure' });
  assert.throws(() => handle.close(), { name: 'AssertionFailure' });
});

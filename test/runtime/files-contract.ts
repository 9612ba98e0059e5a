import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FileHandle, Files } from '../../src/runtime/runtime.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { hasCode, type OdradekErrorCode } from '../../src/util/odradek-error.ts';

/** A fresh `Files` with an empty directory of its own, and how a promise of it comes to its end. */
export interface FilesUnderTest {
  readonly files: Files;
  readonly root: string;
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
  readonly cleanUp: () => void;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const pattern = (size: number, salt = 0): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) + salt) & 0xff);

const failsWith =
  (code: OdradekErrorCode) =>
  (error: unknown): boolean => {
    assert.ok(hasCode(error, code), `expected ${code}, got ${String(error)}`);
    return true;
  };

/** What every `Files` does, held against one of them. */
export function testFilesContract(name: string, create: () => FilesUnderTest): void {
  const test = (
    title: string,
    body: (under: FilesUnderTest, at: (...parts: string[]) => string) => Promise<void> | void,
  ): void => {
    it(title, async () => {
      const under = create();
      try {
        await body(under, (...parts) => under.files.join(under.root, ...parts));
      } finally {
        under.cleanUp();
      }
    });
  };
  const contentOf = (files: Files, path: string): Uint8Array =>
    Uint8Array.from(files.readFile(path));
  const use = <T>(handle: FileHandle, body: (handle: FileHandle) => T): T => {
    try {
      return body(handle);
    } finally {
      handle.close();
    }
  };

  describe(`Files: ${name}`, () => {
    test('what writev wrote is read back, in both forms', async ({ files, settle }, at) => {
      const handle = files.open(at('log'), 'create');
      handle.writev([text('one'), text(''), text('two')], 0);
      await settle(handle.writevAsync([text(''), text('three'), text('four')], 6));
      assert.equal(handle.size(), 15);
      const whole = new Uint8Array(20);
      assert.equal(handle.read(whole, 0), 15);
      assert.deepEqual(whole.subarray(0, 15), text('onetwothreefour'));
      const part = new Uint8Array(5);
      assert.equal(await settle(handle.readAsync(part, 6)), 5);
      assert.deepEqual(part, text('three'));
      assert.equal(await settle(handle.readAsync(new Uint8Array(5), 12)), 3);
      assert.equal(handle.read(new Uint8Array(5), 15), 0);
      assert.equal(handle.read(new Uint8Array(5), 99), 0);
      assert.equal(handle.read(new Uint8Array(0), 0), 0);
      handle.close();
    });

    test('more buffers than one system call takes are all written', async (under, at) => {
      const { files, settle } = under;
      const buffers = Array.from({ length: 2500 }, (_, i) => pattern(1 + (i % 7), i));
      const expected = concatenated(buffers);
      const handle = files.open(at('many'), 'create');
      handle.writev(buffers, 0);
      await settle(handle.writevAsync(buffers, expected.length));
      handle.close();
      assert.deepEqual(contentOf(files, at('many')), concatenated([expected, expected]));
    });

    test('large content, overwritten in the middle, keeps its surroundings', ({ files }, at) => {
      const expected = pattern(300_000);
      use(files.open(at('large'), 'create'), (handle) => {
        handle.writev([expected.slice()], 0);
        handle.writev([pattern(70_000, 9)], 100_001);
      });
      expected.set(pattern(70_000, 9), 100_001);
      assert.deepEqual(contentOf(files, at('large')), expected);
    });

    test('truncate cuts, and extends with zeros; a write past the end leaves zeros', ({
      files,
    }, at) => {
      use(files.open(at('cut'), 'create'), (handle) => {
        handle.writev([pattern(100_000)], 0);
        handle.truncate(70_000);
        assert.equal(handle.size(), 70_000);
        handle.truncate(70_010);
        handle.writev([text('end')], 140_000);
        const expected = new Uint8Array(140_003);
        expected.set(pattern(70_000), 0);
        expected.set(text('end'), 140_000);
        assert.deepEqual(contentOf(files, at('cut')), expected);
        handle.truncate(0);
        assert.equal(handle.size(), 0);
      });
    });

    test('sync in all its forms succeeds', async ({ files, root, settle }, at) => {
      const handle = files.open(at('synced'), 'create');
      handle.writev([text('x')], 0);
      await settle(handle.sync());
      handle.syncNow();
      handle.close();
      await settle(files.syncDirectory(root));
    });

    test('close lets a call that is under way finish', async ({ files, settle }, at) => {
      const handle = files.open(at('closing'), 'create');
      const written = handle.writevAsync([text('late')], 0);
      handle.close();
      await settle(written);
      assert.deepEqual(contentOf(files, at('closing')), text('late'));
    });

    test('open: read and write want a file that is there, create makes it', ({ files }, at) => {
      assert.throws(() => files.open(at('absent'), 'read'), failsWith('FILE_NOT_FOUND'));
      assert.throws(() => files.open(at('absent'), 'write'), failsWith('FILE_NOT_FOUND'));
      assert.throws(() => files.open(at('no', 'file'), 'create'), failsWith('FILE_NOT_FOUND'));
      assert.throws(() => files.readFile(at('absent')), failsWith('FILE_NOT_FOUND'));
      files.open(at('present'), 'create').close();
      use(files.open(at('present'), 'create'), (handle) => handle.writev([text('kept')], 0));
      files.open(at('present'), 'create').close();
      assert.deepEqual(contentOf(files, at('present')), text('kept'));
      files.makeDirectory(at('directory'));
      assert.throws(() => files.open(at('directory'), 'write'), failsWith('IO_ERROR'));
    });

    test('a handle opened to be read does not write', async ({ files, settle }, at) => {
      files.open(at('readonly'), 'create').close();
      const handle = files.open(at('readonly'), 'read');
      assert.throws(() => handle.writev([text('x')], 0), failsWith('IO_ERROR'));
      await assert.rejects(settle(handle.writevAsync([text('x')], 0)), failsWith('IO_ERROR'));
      handle.close();
    });

    test('stat and list tell what is there', ({ files, root }, at) => {
      assert.equal(files.stat(at('absent')), undefined);
      files.makeDirectory(at('b', 'deep'));
      files.makeDirectory(at('b'));
      use(files.open(at('a'), 'create'), (handle) => handle.writev([text('four')], 0));
      files.open(at('C'), 'create').close();
      assert.deepEqual(files.list(root), ['C', 'a', 'b']);
      assert.equal(files.stat(at('b'))?.kind, 'directory');
      const found = files.stat(at('a'));
      assert.equal(found?.kind, 'file');
      assert.equal(found.sizeBytes, 4);
      assert.ok(Number.isInteger(found.modifiedMs));
      assert.equal(files.stat(at('a', 'below-a-file')), undefined);
      assert.throws(() => files.list(at('absent')), failsWith('FILE_NOT_FOUND'));
      assert.throws(() => files.list(at('a')), failsWith('IO_ERROR'));
      assert.throws(() => files.makeDirectory(at('a')), failsWith('IO_ERROR'));
    });

    test('join, basename and dirname take paths apart and together', ({ files, root }, at) => {
      assert.equal(files.basename(at('x', 'y')), 'y');
      assert.equal(files.dirname(at('x', 'y')), at('x'));
      assert.equal(files.join(root, 'x', '..', 'y'), at('y'));
    });

    test('rename replaces a file, moves a directory, and never replaces one', ({ files }, at) => {
      use(files.open(at('from'), 'create'), (handle) => handle.writev([text('new')], 0));
      use(files.open(at('to'), 'create'), (handle) => handle.writev([text('old content')], 0));
      files.rename(at('from'), at('to'));
      assert.deepEqual(contentOf(files, at('to')), text('new'));
      assert.equal(files.stat(at('from')), undefined);

      files.makeDirectory(at('dir', 'inner'));
      files.rename(at('dir'), at('moved'));
      assert.deepEqual(files.list(at('moved')), ['inner']);
      files.makeDirectory(at('empty'));
      assert.throws(() => files.rename(at('moved'), at('empty')), failsWith('IO_ERROR'));
      assert.throws(() => files.rename(at('to'), at('empty')), failsWith('IO_ERROR'));
      assert.throws(() => files.rename(at('absent'), at('any')), failsWith('FILE_NOT_FOUND'));
      assert.throws(() => files.rename(at('moved'), at('moved', 'itself')), failsWith('IO_ERROR'));
    });

    test('a directory is renamed while files in it are open, and they go on', ({ files }, at) => {
      if (process.platform === 'win32') return;
      files.makeDirectory(at('topic-0'));
      use(files.open(at('topic-0', 'log'), 'create'), (handle) => {
        files.rename(at('topic-0'), at('topic-0-delete'));
        handle.writev([text('still')], 0);
      });
      assert.deepEqual(contentOf(files, at('topic-0-delete', 'log')), text('still'));
    });

    test('remove and removeTree are fine with what is absent', ({ files, root }, at) => {
      files.remove(at('absent'));
      files.removeTree(at('absent'));
      files.makeDirectory(at('tree', 'a', 'b'));
      files.open(at('tree', 'a', 'file'), 'create').close();
      assert.throws(() => files.remove(at('tree')), failsWith('IO_ERROR'));
      files.removeTree(at('tree'));
      files.open(at('file'), 'create').close();
      files.remove(at('file'));
      assert.deepEqual(files.list(root), []);
    });

    test('a file that is removed while open can still be read and written', ({ files }, at) => {
      use(files.open(at('gone'), 'create'), (handle) => {
        handle.writev([text('abc')], 0);
        files.remove(at('gone'));
        handle.writev([text('def')], 3);
        const content = new Uint8Array(6);
        assert.equal(handle.read(content, 0), 6);
        assert.deepEqual(content, text('abcdef'));
      });
      assert.equal(files.stat(at('gone')), undefined);
    });

    test('replaceFile leaves the new content and nothing beside it', ({ files, root }, at) => {
      for (const sync of [false, true]) {
        files.replaceFile(at('checkpoint'), text('a longer content'), { sync });
        files.replaceFile(at('checkpoint'), text('short'), { sync });
        assert.deepEqual(contentOf(files, at('checkpoint')), text('short'));
      }
      files.replaceFile(at('checkpoint'), new Uint8Array(0));
      assert.equal(files.stat(at('checkpoint'))?.sizeBytes, 0);
      assert.deepEqual(files.list(root), ['checkpoint']);
      const below = at('absent', 'checkpoint');
      assert.throws(() => files.replaceFile(below, text('x')), failsWith('FILE_NOT_FOUND'));
    });

    test('a directory is locked once, and again after its release', async (under, at) => {
      const { files, root, settle } = under;
      const lock = await settle(files.lock(root));
      assert.ok('release' in lock);
      const second = await settle(files.lock(files.join(root, '.')));
      assert.ok('heldBy' in second);
      assert.equal(typeof second.heldBy, 'string');
      files.makeDirectory(at('other'));
      const other = await settle(files.lock(at('other')));
      assert.ok('release' in other);
      await other.release();
      await lock.release();
      await lock.release();
      const third = await settle(files.lock(root));
      assert.ok('release' in third);
      await third.release();
      await assert.rejects(settle(files.lock(at('absent'))), failsWith('FILE_NOT_FOUND'));
    });

    test('free space, the boot id and the temporary directory are told', ({ files, root }) => {
      const free = files.freeBytes(root);
      assert.ok(free === undefined || free > 0);
      assert.equal(files.bootId(), files.bootId());
      assert.equal(files.stat(files.temporaryDirectory())?.kind, 'directory');
    });
  });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Files } from '../../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../../src/runtime/simulated/simulation.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';

const filled = (size: number, value: number): Uint8Array => new Uint8Array(size).fill(value);

/** Runs `before`, then a power loss, then hands what is left to `after`; with many seeds. */
async function losePower(
  before: (files: Files, simulation: Simulation) => Promise<void>,
  after: (files: Files, simulation: Simulation) => void,
): Promise<void> {
  for (let seed = 1; seed <= 60; seed++) {
    const simulation = createSimulation({ seed });
    await simulation.complete(before(simulation.runtime('a').files, simulation));
    simulation.powerLoss('a');
    after(simulation.restart('a').files, simulation);
  }
}

describe('Files on a simulated disk', () => {
  it('a crash of the process keeps all that was written, synced or not', async () => {
    const simulation = createSimulation({ seed: 1 });
    const { files } = simulation.runtime('a');
    files.makeDirectory('/data/t-0');
    files.open('/data/t-0/log', 'create').writev([filled(3000, 1)], 0);
    files.rename('/data/t-0/log', '/data/t-0/moved');
    simulation.crash('a');
    assert.throws(
      () => files.list('/data'),
      (error) => hasCode(error, 'IO_ERROR'),
    );
    const restarted = simulation.restart('a').files;
    assert.deepEqual(restarted.readFile('/data/t-0/moved'), filled(3000, 1));
    assert.equal(restarted.bootId(), files.bootId());
  });

  it('what was synced, with its name, survives every power loss', async () => {
    await losePower(
      async (files) => {
        const handle = files.open('/data/log', 'create');
        await files.syncDirectory('/data');
        handle.writev([filled(5000, 1)], 0);
        handle.writev([filled(100, 2)], 4000);
        handle.truncate(4500);
        await handle.sync();
        files.replaceFile('/data/checkpoint', filled(10, 3), { sync: true });
      },
      (files) => {
        const expected = filled(4500, 1);
        expected.fill(2, 4000, 4100);
        assert.deepEqual(files.readFile('/data/log'), expected);
        assert.deepEqual(files.readFile('/data/checkpoint'), filled(10, 3));
      },
    );
  });

  it('what was not synced is there whole, in part by sectors, or not at all', async () => {
    const kinds = new Set<string>();
    await losePower(
      async (files) => {
        const handle = files.open('/data/log', 'create');
        handle.writev([filled(1000, 1)], 0);
        await files.syncDirectory('/data');
        await handle.sync();
        handle.writev([filled(4000, 2)], 1000);
      },
      (files) => {
        const content = files.readFile('/data/log');
        assert.deepEqual(content.subarray(0, 1000), filled(1000, 1), 'the synced part is whole');
        const rest = content.subarray(1000);
        const kept = rest.filter((byte) => byte === 2).length;
        assert.ok(rest.every((byte) => byte === 2 || byte === 0));
        kinds.add(kept === 4000 ? 'whole' : kept === 0 ? 'nothing' : 'torn');
        if (kept > 0 && kept < 4000 && rest.at(-1) === 2) kinds.add('a hole before the end');
      },
    );
    assert.deepEqual([...kinds].toSorted(), ['a hole before the end', 'nothing', 'torn', 'whole']);
  });

  it('a file synced under a name that was not may be gone; a rename not synced may be undone', async () => {
    const seen = new Set<string>();
    await losePower(
      async (files) => {
        const handle = files.open('/data/new', 'create');
        handle.writev([filled(10, 1)], 0);
        await handle.sync();
        files.replaceFile('/data/old', filled(10, 2), { sync: true });
        files.rename('/data/old', '/data/renamed');
      },
      (files) => seen.add(files.list('/data').join(' ')),
    );
    // The sync of replaceFile makes the names before it durable too.
    assert.deepEqual([...seen].toSorted(), ['new old', 'new renamed']);

    const created = new Set<string>();
    await losePower(
      async (files) => {
        const handle = files.open('/data/new', 'create');
        await handle.sync();
      },
      (files) => created.add(files.list('/data').join(' ')),
    );
    assert.deepEqual([...created].toSorted(), ['', 'new']);
  });

  it('a file moved to another directory is in one of the two, never in both or neither', async () => {
    const seen = new Set<string>();
    await losePower(
      async (files, simulation) => {
        files.makeDirectory('/data/a');
        files.makeDirectory('/data/b');
        files.replaceFile('/data/a/file', filled(10, 1), { sync: true });
        await files.syncDirectory('/data');
        await files.syncDirectory('/data/a');
        files.rename('/data/a/file', '/data/b/file');
        files.open('/data/a/noise', 'create').close();
        files.open('/data/b/noise', 'create').close();
        if (simulation.random.chance(0.2)) await files.syncDirectory('/data/b');
      },
      (files) => {
        const [a, b] = ['/data/a', '/data/b'].map((path) => files.list(path).includes('file'));
        assert.notEqual(a, b);
        seen.add(a === true ? 'a' : 'b');
      },
    );
    assert.equal(seen.size, 2);
  });

  it('replaceFile with sync leaves the old or the new content at whatever moment power is lost', async () => {
    const seen = new Set<number>();
    await losePower(
      async (files, simulation) => {
        files.replaceFile('/data/checkpoint', filled(2000, 1), { sync: true });
        const lost = { path: '/data', times: Number.POSITIVE_INFINITY, code: 'IO_ERROR' } as const;
        const mend = simulation.disk('a').inject({ ...lost, skip: simulation.random.below(8) });
        try {
          files.replaceFile('/data/checkpoint', filled(3000, 2), { sync: true });
        } catch {
          // The moment at which power is lost.
        }
        mend();
      },
      (files) => {
        const content = files.readFile('/data/checkpoint');
        const value = content.length === 2000 ? 1 : 2;
        assert.deepEqual(content, filled(value === 1 ? 2000 : 3000, value));
        seen.add(value);
      },
    );
    assert.equal(seen.size, 2);
  });

  it('a power loss changes the boot id, frees locks and what nothing names any more', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const simulation = createSimulation({ seed });
      const { files } = simulation.runtime('a');
      simulation.disk('a').setCapacity(200_000);
      assert.ok('release' in (await simulation.complete(files.lock('/data'))));
      const handle = files.open('/data/log', 'create');
      handle.writev([filled(50_000, 1)], 0);
      files.remove('/data/log');
      simulation.powerLoss('a');
      const restarted = simulation.restart('a').files;
      assert.notEqual(restarted.bootId(), files.bootId());
      assert.ok('release' in (await simulation.complete(restarted.lock('/data'))));
      restarted.removeTree('/data/log');
      assert.equal(restarted.freeBytes('/data'), 200_000);
    }
  });

  it('injected failures: a full disk, a torn write, a failed sync that a later one does not mend', async () => {
    const simulation = createSimulation({ seed: 7 });
    const { files } = simulation.runtime('a');
    const disk = simulation.disk('a');
    const handle = files.open('/data/log', 'create');
    await simulation.complete(files.syncDirectory('/data'));

    disk.setCapacity(64 * 1024);
    assert.throws(
      () => handle.writev([filled(100_000, 1)], 0),
      (error) => hasCode(error, 'DISK_FULL'),
    );
    disk.setCapacity(Number.POSITIVE_INFINITY);
    handle.truncate(0);

    disk.inject({ operation: 'write', path: 'log', skip: 1, code: 'IO_ERROR' });
    handle.writev([filled(100, 1)], 0);
    assert.throws(
      () => handle.writev([filled(5000, 2)], 100),
      (error) => hasCode(error, 'IO_ERROR'),
    );
    assert.ok(handle.size() >= 100 && handle.size() <= 5100);
    handle.truncate(100);
    handle.syncNow();

    handle.writev([filled(1000, 3)], 100);
    disk.inject({ operation: 'sync', code: 'IO_ERROR' });
    await assert.rejects(simulation.complete(handle.sync()), (error) => hasCode(error, 'IO_ERROR'));
    await simulation.complete(handle.sync());
    assert.equal(handle.size(), 1100);
    simulation.powerLoss('a');
    const left = simulation.restart('a').files.readFile('/data/log');
    assert.ok(
      left.every((byte, i) => byte === (i < 100 ? 1 : 0)),
      'the lost write does not come back',
    );

    disk.inject({ operation: 'read', code: 'IO_ERROR' });
    const reopened = simulation.runtime('a').files;
    assert.throws(
      () => reopened.readFile('/data/log'),
      (error) => hasCode(error, 'IO_ERROR'),
    );
    assert.equal(reopened.readFile('/data/log').length, left.length);
  });
});

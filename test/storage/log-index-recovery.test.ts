import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLogConfig, type LogConfig } from '../../src/storage/log-config.ts';
import { batchOf, diskFull, LogFixture, startMs, withHandles, write } from './log-fixture.ts';

const offsetIndexName = '00000000000000000000.index';
const timeIndexName = '00000000000000000000.timeindex';
const every100Bytes: LogConfig = { ...defaultLogConfig, indexIntervalBytes: 100 };

/** A disk that knows what was synced of each file. */
class SyncedContent {
  readonly logs: LogFixture;
  readonly #byPath = new Map<string, Uint8Array>();
  syncs = 0;
  /** The file whose writes find no room. */
  fullFor: string | undefined;

  constructor() {
    this.logs = new LogFixture({
      wrapFiles: (files) =>
        withHandles(files, (path, handle) => ({
          size: () => handle.size(),
          read: (target, position) => handle.read(target, position),
          readAsync: (target, position) => handle.readAsync(target, position),
          writev: (buffers, position) => {
            if (this.fullFor !== undefined && path.endsWith(this.fullFor)) throw diskFull(path);
            handle.writev(buffers, position);
          },
          writevAsync: (buffers, position) => handle.writevAsync(buffers, position),
          truncate: (size) => handle.truncate(size),
          sync: async () => {
            await handle.sync();
            this.syncs++;
            this.#byPath.set(path, files.readFile(path));
          },
          syncNow: () => handle.syncNow(),
          close: () => handle.close(),
        })),
    });
  }

  /** Power loss takes from one file what was not synced, and nothing from the others. */
  lose(path: string): void {
    this.logs.files.replaceFile(path, this.#byPath.get(path) ?? new Uint8Array(0));
  }
}

/** Three batches below the recovery point, none of them indexed: the first has the largest timestamp. */
async function threeBatches({ logs }: SyncedContent): Promise<void> {
  const log = logs.create({ config: { ...defaultLogConfig, indexIntervalBytes: 1 << 20 } });
  for (const timestamp of [startMs + 9, startMs + 1, startMs + 2]) {
    write(log, batchOf(['x'.repeat(400_000)], { timestamp }));
  }
  await log.flush();
  assert.equal(log.recoveryPoint, 3);
  log.closeNow();
  assert.equal(logs.content(offsetIndexName).length, 0);
}

const largest = { offset: 0, timestampMs: startMs + 9, leaderEpoch: 0 };
const afterCrash = { recoveryPoint: 3, config: every100Bytes };

/*
 * Goal: what recovery indexes below the recovery point, which later starts believe, is never lost in part.
 * Method: a crash, after which more is indexed than was before, then a power loss that keeps the one index file
 * and takes from the other what was not synced.
 */
for (const lost of [offsetIndexName, timeIndexName]) {
  test(`the largest timestamp outlives a crash and a power loss that takes the new part of ${lost}`, async () => {
    const disk = new SyncedContent();
    await threeBatches(disk);
    const recovered = await disk.logs.open(afterCrash);
    assert.deepEqual(await recovered.offsetOfMaxTimestamp(), largest);
    await recovered.closeUnsynced();
    disk.lose(disk.logs.files.join(recovered.directory, lost));
    const again = await disk.logs.open(afterCrash);
    assert.deepEqual(await again.offsetOfMaxTimestamp(), largest);
  });
}

for (const full of [offsetIndexName, timeIndexName]) {
  test(`the largest timestamp outlives them too where there was no room for ${full}`, async () => {
    const disk = new SyncedContent();
    await threeBatches(disk);
    disk.fullFor = full;
    const recovered = await disk.logs.open(afterCrash);
    assert.deepEqual(await recovered.offsetOfMaxTimestamp(), largest);
    disk.fullFor = undefined;
    await recovered.closeUnsynced();
    disk.lose(disk.logs.files.join(recovered.directory, timeIndexName));
    const again = await disk.logs.open(afterCrash);
    assert.deepEqual(await again.offsetOfMaxTimestamp(), largest);
  });
}

test('after a crash, a time index that is missing is made again from the whole segment', async () => {
  const logs = new LogFixture({ config: { indexIntervalBytes: 100 } });
  const log = logs.create();
  for (const timestamp of [startMs + 9, startMs + 1, startMs + 2]) {
    write(log, batchOf(['x'.repeat(200)], { timestamp }));
  }
  await log.close();
  logs.files.remove(logs.files.join(log.directory, timeIndexName));
  const again = await logs.open({ recoveryPoint: 3 });
  assert.deepEqual(await again.offsetOfMaxTimestamp(), largest);
});

test('a clean restart leaves the distance between index entries as it is', async () => {
  const logs = new LogFixture({ config: { indexIntervalBytes: 600 } });
  let log = logs.create();
  for (let i = 0; i < 12; i++) {
    write(log, batchOf(['x'.repeat(200)], { timestamp: startMs + i }));
    await log.close();
    log = await logs.open({ clean: true });
  }
  assert.equal(logs.content(offsetIndexName).length / 8, 3, 'one for three batches');
});

test('a start after a crash syncs no index that has what it had before', async () => {
  const disk = new SyncedContent();
  const config: LogConfig = { ...defaultLogConfig, indexIntervalBytes: 600 };
  let log = disk.logs.create({ config });
  for (let restart = 0; restart < 4; restart++) {
    for (let i = 0; i < 2; i++) write(log, batchOf(['x'.repeat(200)], { timestamp: startMs + i }));
    await log.close();
    log = await disk.logs.open({ clean: true, config });
  }
  write(log, batchOf(['x'.repeat(200)]));
  log.closeNow();
  const { syncs } = disk;
  await disk.logs.open({ recoveryPoint: log.recoveryPoint, config });
  assert.equal(disk.syncs, syncs);
});

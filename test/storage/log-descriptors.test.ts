/**
 * Goal: a flush that finds no descriptor for one of its files forgets nothing: once a later one has succeeded,
 * power loss takes no byte of the log.
 * Method: a log with all kinds of files on a simulated disk, none of them open. The opens of its flush and the
 * sync of its directory fail from the first on, the second, and so on, until it succeeds; then it is flushed
 * again, the power fails, and what each file holds is compared with what it held.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import type { FileHandle, Files } from '../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { BatchCache } from '../../src/storage/batch-cache.ts';
import { DirectoryPace } from '../../src/storage/directory-pace.ts';
import { defaultLogConfig } from '../../src/storage/log-config.ts';
import type { Log } from '../../src/storage/log.ts';
import { OpenFiles } from '../../src/storage/open-files.ts';
import { createLog } from '../../src/storage/open-log.ts';
import { ReadBuffers } from '../../src/storage/read-buffers.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { appendClient, batchOf, withHandles, write } from './log-fixture.ts';

const directory = '/data/orders-0';
const openFilesMax = 16;
const producer = { producerId: 4, producerEpoch: 0 };

interface Setting {
  readonly simulation: Simulation;
  readonly files: Files;
  readonly log: Log;
  readonly failures: unknown[];
}

/** A log with an aborted transaction, index entries and a leader epoch, whose files are all closed. */
async function openSetting(seed: number, flushFirst: boolean): Promise<Setting> {
  const simulation = createSimulation({ seed });
  const runtime = simulation.runtime('a');
  const { clock } = runtime;
  runtime.files.makeDirectory(directory);
  await simulation.complete(runtime.files.syncDirectory('/data'));
  const files = withHandles(runtime.files, (_, handle) => ({
    ...passing(handle),
    sync: () => handle.sync().then(closeAll),
  }));
  const openFiles = new OpenFiles({ openFilesMax }, { files });
  // Others are in use meanwhile, so that each file has to be opened anew.
  const closeAll = (): void => {
    for (let i = 0; i < openFilesMax * 2; i++) openFiles.file(`/tmp/${i}`).handle(true);
  };
  const failures: unknown[] = [];
  const log = createLog(
    {
      directory,
      topic: 'orders',
      partition: 0,
      topicId: 'A'.repeat(22),
      config: { ...defaultLogConfig, indexIntervalBytes: 0 },
    },
    {
      ...runtime,
      files,
      openFiles,
      pace: new DirectoryPace({ slowCallMs: 1000 }, { clock }),
      logger: silentLogger,
      batchCache: new BatchCache({ budgetBytes: 0 }),
      readBuffers: new ReadBuffers({ pooledBytesMax: 1024 }),
      decompressedBytesMax: 1024,
      blockingWriteBytesMax: 1024,
      beforeCut: () => {},
      flushSoon: () => {},
      onIoFailure: (_, error) => failures.push(error),
    },
  );
  write(log, batchOf(['a'], { ...producer, baseSequence: 0, transactional: true }), 1);
  if (flushFirst) await simulation.complete(log.flush());
  appendMarker(log);
  for (let i = 0; i < 3; i++) write(log, batchOf([`${i}`], { producerId: -1 }), 2);
  if (flushFirst) log.truncateTo(4);
  closeAll();
  return { simulation, files, log, failures };
}

function passing(handle: FileHandle): FileHandle {
  return {
    size: () => handle.size(),
    read: (target, position) => handle.read(target, position),
    readAsync: (target, position) => handle.readAsync(target, position),
    writev: (buffers, position) => handle.writev(buffers, position),
    writevAsync: (buffers, position) => handle.writevAsync(buffers, position),
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    sync: () => handle.sync(),
    syncNow: () => handle.syncNow(),
    close: () => handle.close(),
  };
}

function appendMarker(log: Log): void {
  const marker = buildEndTxnMarker({
    result: 'ABORT',
    ...producer,
    coordinatorEpoch: 0,
    timestamp: 0,
  });
  log.append(marker, { origin: 'coordinator', leaderEpoch: 1 });
}

function contents(files: Files): Map<string, Uint8Array> {
  const names = files.list(directory).filter((name) => !name.endsWith('.tmp'));
  return new Map(
    names.map((name) => [name, Uint8Array.from(files.readFile(files.join(directory, name)))]),
  );
}

for (const flushFirst of [false, true]) {
  const state = flushFirst ? 'that was flushed and cut' : 'never flushed';
  for (const operation of ['open', 'sync directory'] as const) {
    test(`a log ${state}: ${operation} fails anywhere in a flush, a later flush makes all durable`, async () => {
      let failedFlushes = 0;
      for (let skip = 0; ; skip++) {
        let isStarved = false;
        for (let seed = 1; seed <= 8; seed++) {
          const { simulation, files, log, failures } = await openSetting(seed, flushFirst);
          const feed = simulation.disk('a').inject({
            operation,
            path: directory,
            skip,
            times: Infinity,
            code: 'TOO_MANY_OPEN_FILES',
          });
          isStarved = await simulation.complete(
            log.flush().then(
              () => false,
              () => true,
            ),
          );
          feed();
          await simulation.complete(log.flush());
          assert.deepEqual(failures, []);
          assert.equal(log.recoveryPoint, log.logEndOffset);
          const before = contents(files);
          assert.ok(before.has('leader-epoch-checkpoint'));
          simulation.powerLoss('a');
          assert.deepEqual(contents(simulation.restart('a').files), before, `${skip}, ${seed}`);
        }
        if (!isStarved) break;
        failedFlushes++;
      }
      assert.ok(failedFlushes >= (operation === 'open' ? 5 : 1), `${failedFlushes} failed`);
    });
  }
}

test('an append whose segment cannot be opened is refused and takes nothing offline', async () => {
  const { simulation, log, failures } = await openSetting(1, false);
  const { logEndOffset } = log;
  const feed = simulation
    .disk('a')
    .inject({ operation: 'open', times: Infinity, code: 'TOO_MANY_OPEN_FILES' });
  const lost: number[] = [];
  log.listener = { onWritten: () => {}, onWriteFailed: (_, first) => lost.push(first) };
  appendClient(log, batchOf(['lost']));
  log.writePending();
  assert.deepEqual(lost, [logEndOffset]);
  feed();
  assert.equal(write(log, batchOf(['kept'])), logEndOffset);
  assert.deepEqual(failures, []);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { DeletionQueue } from '../../src/storage/deletion-queue.ts';
import { FlushScheduler } from '../../src/storage/flush-scheduler.ts';
import { LogSweep } from '../../src/storage/log-sweep.ts';
import { Repeater } from '../../src/storage/repeater.ts';

class FakeLog {
  readonly name: string;
  readonly config = { flushMs: Number.MAX_SAFE_INTEGER };
  unflushedBytes = 0;
  firstUnflushedMs = 0;
  failure: Error | undefined;
  readonly #flushed: string[];
  readonly #pause: () => Promise<void>;

  constructor(name: string, flushed: string[], pause: () => Promise<void>) {
    this.name = name;
    this.#flushed = flushed;
    this.#pause = pause;
  }

  isFlushDue(nowMs: number): boolean {
    return this.unflushedBytes > 0 && nowMs - this.firstUnflushedMs >= this.config.flushMs;
  }

  async flush(): Promise<void> {
    this.#flushed.push(this.name);
    await this.#pause();
    if (this.failure !== undefined) throw this.failure;
    this.unflushedBytes = 0;
  }
}

function setUpFlushes() {
  const simulation = createSimulation({ seed: 'flushes' });
  const { clock, timers } = simulation.runtime('a');
  const flushed: string[] = [];
  const failed: string[] = [];
  let flushedBytes = 0;
  const pause = () => new Promise<void>((resolve) => void timers.setTimer(10, resolve));
  const logs = ['a', 'b', 'c', 'd'].map((name) => new FakeLog(name, flushed, pause));
  const live = new Set(logs);
  const scheduler = new FlushScheduler<FakeLog>(
    {
      partitionBytesMax: 64,
      directoryBytesMax: 256,
      checkIntervalMs: 1000,
      logs: () => live,
      isLive: (log) => live.has(log),
      onFlushed: (bytes) => (flushedBytes += bytes),
      onFailed: (log) => failed.push(log.name),
    },
    { clock, timers },
  );
  const write = (index: number, bytes: number): void => {
    const log = logs[index] as FakeLog;
    if (log.unflushedBytes === 0) log.firstUnflushedMs = clock.nowMs();
    // Files tell of a write before the log has counted it.
    scheduler.noteWritten(bytes);
    log.unflushedBytes += bytes;
  };
  return {
    simulation,
    scheduler,
    logs,
    live,
    flushed,
    failed,
    write,
    flushedBytes: () => flushedBytes,
  };
}

describe('FlushScheduler', () => {
  it('flushes a partition that is over its bound, and no other', async () => {
    const { simulation, write, flushed, flushedBytes } = setUpFlushes();
    write(0, 40);
    write(1, 63);
    await simulation.runFor(5);
    assert.deepEqual(flushed, []);
    write(0, 30);
    await simulation.runFor(500);
    assert.deepEqual(flushed, ['a']);
    assert.equal(flushedBytes(), 70);
  });

  it('flushes the oldest first from half of a directory’s bound on, until a quarter of that is left', async () => {
    const { simulation, write, flushed } = setUpFlushes();
    for (const [index, bytes] of [
      [2, 20],
      [0, 40],
      [3, 40],
    ] as const) {
      write(index, bytes);
      await simulation.runFor(5);
    }
    write(1, 50);
    await simulation.runFor(500);
    assert.deepEqual(flushed, ['c', 'a', 'd']);
  });

  it('flushes three logs at a time, and each after the other', async () => {
    const { simulation, write, flushed } = setUpFlushes();
    for (const index of [0, 1, 2, 3]) write(index, 64);
    await simulation.runFor(5);
    assert.deepEqual(flushed, ['a', 'b', 'c']);
    write(0, 640);
    await simulation.runFor(2);
    assert.deepEqual(flushed, ['a', 'b', 'c']);
    await simulation.runFor(500);
    assert.deepEqual(flushed, ['a', 'b', 'c', 'd']);
  });

  it('logs whose segment has ended take turns too, once each, whatever they have unflushed', async () => {
    const { simulation, scheduler, logs, write, flushed } = setUpFlushes();
    for (const log of [...logs, ...logs]) scheduler.flushSoon(log);
    await simulation.runFor(5);
    assert.deepEqual(flushed, ['a', 'b', 'c']);
    write(0, 1);
    scheduler.flushSoon(logs[0] as FakeLog);
    await simulation.runFor(4);
    assert.deepEqual(flushed, ['a', 'b', 'c'], 'of one log, one flush at a time');
    await simulation.runFor(500);
    assert.deepEqual(flushed, ['a', 'b', 'c', 'd', 'a']);
  });

  it('flush.ms acts also when nothing more is written', async () => {
    const { simulation, logs, write, flushed } = setUpFlushes();
    (logs[2] as FakeLog).config.flushMs = 1500;
    write(2, 1);
    await simulation.runFor(1400);
    assert.deepEqual(flushed, []);
    await simulation.runFor(1700);
    assert.deepEqual(flushed, ['c']);
  });

  it('does nothing while nothing is written', async () => {
    const { simulation, write } = setUpFlushes();
    write(0, 1);
    await simulation.runFor(3000);
    assert.equal(await simulation.step(), false);
  });

  it('tells of a flush that failed, goes on with the next, and tries the failed one again', async () => {
    const { simulation, logs, write, flushed, failed } = setUpFlushes();
    const log = logs[0] as FakeLog;
    log.failure = new Error('disk is full');
    write(0, 64);
    write(1, 64);
    await simulation.runFor(100);
    assert.deepEqual([flushed, failed], [['a', 'b'], ['a']]);
    log.failure = undefined;
    write(0, 64);
    await simulation.runFor(100);
    assert.deepEqual(flushed, ['a', 'b', 'a']);
  });

  it('leaves logs alone that were deleted while they waited, and begins nothing once stopped', async () => {
    const { simulation, scheduler, logs, live, write, flushed } = setUpFlushes();
    for (const index of [0, 1, 2, 3]) write(index, 64);
    await simulation.runFor(5);
    live.delete(logs[3] as FakeLog);
    await simulation.runFor(100);
    assert.deepEqual(flushed, ['a', 'b', 'c']);
    write(0, 64);
    await simulation.complete(scheduler.stop());
    await simulation.runFor(3000);
    assert.deepEqual(flushed, ['a', 'b', 'c']);
  });
});

describe('DeletionQueue', () => {
  it('removes a directory when its delay has passed, a few files a turn', async () => {
    const simulation = createSimulation({ seed: 'deletions' });
    const { files, timers } = simulation.runtime('a');
    for (let i = 0; i < 30; i += 1) {
      files.makeDirectory('/data/x-0.1-delete');
      files.replaceFile(`/data/x-0.1-delete/${i}.log`, new Uint8Array(10));
    }
    const queue = new DeletionQueue(
      { onFailed: () => assert.fail('nothing fails') },
      { files, timers },
    );
    queue.add('/data/x-0.1-delete', 60_000);
    queue.add('/data/absent', 10);
    await simulation.runFor(59_000);
    assert.equal(files.list('/data/x-0.1-delete').length, 30);
    await simulation.run(() => files.list('/data/x-0.1-delete').length < 30);
    assert.ok(files.list('/data/x-0.1-delete').length > 20);
    await simulation.run(() => files.stat('/data/x-0.1-delete') === undefined);
  });

  it('tells of a failure, and goes on with the next directory', async () => {
    const simulation = createSimulation({ seed: 'deletions' });
    const { files, timers } = simulation.runtime('a');
    files.makeDirectory('/data/a');
    files.makeDirectory('/data/b');
    const failed: string[] = [];
    const queue = new DeletionQueue({ onFailed: (path) => failed.push(path) }, { files, timers });
    simulation.disk('a').inject({ operation: 'remove', path: '/data/a', code: 'IO_ERROR' });
    queue.add('/data/a', 0);
    queue.add('/data/b', 0);
    await simulation.run(() => files.stat('/data/b') === undefined);
    assert.deepEqual(failed, ['/data/a']);
  });

  it('removes nothing once stopped', async () => {
    const simulation = createSimulation({ seed: 'deletions' });
    const { files, timers } = simulation.runtime('a');
    files.makeDirectory('/data/a');
    const queue = new DeletionQueue({ onFailed: () => {} }, { files, timers });
    queue.add('/data/a', 100);
    queue.stop();
    queue.add('/data/a', 0);
    await simulation.runFor(1000);
    assert.notEqual(files.stat('/data/a'), undefined);
  });
});

describe('LogSweep', () => {
  it('visits all that live, in slices, and joins a sweep that is under way', async () => {
    const simulation = createSimulation({ seed: 'sweep' });
    const { timers, clock } = simulation.runtime('a');
    const visited: number[] = [];
    let [ticks, turns] = [0, 0];
    const sweep = new LogSweep<number>(
      {
        logs: () => [1, 2, 3, 4, 5],
        isLive: (log) => log !== 4,
        visit: (log) => void visited.push(log),
      },
      {
        timers: {
          ...timers,
          setTimer: (delayMs, callback) => (turns++, timers.setTimer(delayMs, callback)),
        },
        // Each look at the clock takes 3 ms.
        clock: { nowMs: () => clock.nowMs(), monotonicMs: () => (ticks += 3) },
      },
    );
    const first = sweep.run();
    assert.equal(sweep.run(), first);
    await simulation.complete(first);
    assert.deepEqual(visited, [1, 2, 3, 5]);
    assert.ok(turns >= 2);
  });

  it('ends when it is stopped', async () => {
    const simulation = createSimulation({ seed: 'sweep' });
    const { timers, clock } = simulation.runtime('a');
    const visited: number[] = [];
    const sweep: LogSweep<number> = new LogSweep<number>(
      {
        logs: () => [1, 2, 3],
        isLive: () => true,
        visit: (log) => {
          visited.push(log);
          if (log === 2) sweep.stop();
        },
      },
      { timers, clock },
    );
    await simulation.complete(sweep.run());
    assert.deepEqual(visited, [1, 2]);
  });
});

describe('Repeater', () => {
  it('repeats behind the end of each call until it is stopped, and never at an interval without end', async () => {
    const simulation = createSimulation({ seed: 'repeat' });
    const { timers } = simulation.runtime('a');
    let calls = 0;
    const action = async (): Promise<void> => {
      calls += 1;
      await new Promise<void>((resolve) => void timers.setTimer(50, resolve));
    };
    const repeater = new Repeater({ intervalMs: 100, action }, { timers });
    new Repeater(
      { intervalMs: Number.MAX_SAFE_INTEGER, action: () => assert.fail('never') },
      { timers },
    );
    await simulation.runFor(460);
    assert.equal(calls, 3);
    repeater.stop();
    await simulation.runFor(1000);
    assert.equal(calls, 3);
  });
});

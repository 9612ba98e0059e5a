import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import {
  backgroundOverFiles,
  createNodeBackground,
} from '../../src/runtime/node/node-background.ts';
import type { Background } from '../../src/runtime/runtime.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { endless, exit, fail, read, rest, sum } from './node/background-tasks.ts';

interface BackgroundUnderTest {
  readonly background: Background;
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
}

const workerUrl = new URL('node/background-worker.ts', import.meta.url);

function testBackgroundContract(name: string, create: () => BackgroundUnderTest): void {
  describe(`Background: ${name}`, () => {
    it('a task answers, and several take turns', async () => {
      const { background, settle } = create();
      const long = background.run(sum, { upTo: 20_000 });
      const short = background.run(sum, { upTo: 3 });
      assert.equal(await settle(short), 6);
      assert.equal(await settle(long), 200_010_000);
      await background.close();
    });

    it('what a task throws rejects: an OdradekError with its code, any other with its message', async () => {
      const { background, settle } = create();
      await assert.rejects(settle(background.run(fail, 'odradek')), (error) => {
        assert.ok(hasCode(error, 'CORRUPT_DATA'));
        assert.deepEqual([error.message, error.details.reason], ['torn', 'crc']);
        return true;
      });
      await assert.rejects(settle(background.run(fail, 'plain')), /out of range/);
      const absent = settle(background.run(read, '/absent-file'));
      await assert.rejects(absent, (error) => hasCode(error, 'FILE_NOT_FOUND'));
      await background.close();
    });

    it('an input that cannot be cloned rejects where there is another thread', async () => {
      const { background, settle } = create();
      const input = { upTo: 1, callback: () => {} };
      const run = settle(background.run(sum, input));
      if (name === 'node, slices') assert.equal(await run, 1);
      else await assert.rejects(run, { name: 'DataCloneError' });
      assert.equal(await settle(background.run(sum, { upTo: 2 })), 3);
      await background.close();
    });

    it('a task that rests lets others go first, and goes on where it was', async () => {
      const { background, settle } = create();
      const resting = background.run(rest, { times: 3, ms: 5 });
      const first = await settle(Promise.race([resting, background.run(sum, { upTo: 3 })]));
      assert.equal(first, 6);
      assert.equal(await settle(resting), 'rested 3 times');
      await background.close();
    });

    it('close cuts off a task that rests', async () => {
      const { background, settle } = create();
      const running = settle(background.run(rest, { times: 1, ms: 1e6 }));
      const cutOff = assert.rejects(running, (error) => hasCode(error, 'BROKER_STOPPED'));
      await background.close();
      await cutOff;
    });

    it('close cuts off what is under way, and nothing runs after it', async () => {
      const { background, settle } = create();
      const running = settle(background.run(endless, null));
      const cutOff = assert.rejects(running, (error) => hasCode(error, 'BROKER_STOPPED'));
      await background.close();
      await background.close();
      await cutOff;
      const late = settle(background.run(sum, { upTo: 1 }));
      await assert.rejects(late, (error) => hasCode(error, 'BROKER_STOPPED'));
    });
  });
}

const settle = <T>(promise: Promise<T>): Promise<T> => promise;

testBackgroundContract('node, slices', () => ({
  background: createNodeBackground({ unref: false, workerUrl: undefined }),
  settle,
}));

testBackgroundContract('node, worker thread', () => ({
  background: createNodeBackground({ unref: false, workerUrl }),
  settle,
}));

testBackgroundContract('simulated', () => {
  const simulation = createSimulation({ seed: 4 });
  return {
    background: simulation.runtime('a').background,
    settle: (promise) => simulation.complete(promise),
  };
});

describe('Background: node, worker thread', () => {
  it('a worker that dies rejects its tasks, and the next task has a new one', async () => {
    const background = createNodeBackground({ unref: true, workerUrl });
    const other = assert.rejects(background.run(endless, null), /ended \(exit code 3\)/);
    await assert.rejects(background.run(exit, null), /ended \(exit code 3\)/);
    await other;
    assert.equal(await background.run(sum, { upTo: 4 }), 10);
    await background.close();
  });

  it('a task that the worker does not know is named', async () => {
    const background = createNodeBackground({ unref: true, workerUrl });
    const unknown = background.run({ ...sum, name: 'unheard-of' }, { upTo: 1 });
    await assert.rejects(unknown, /no task named unheard-of/);
    await background.close();
  });

  it('a module that is not there rejects', async () => {
    const missing = new URL('node/no-such-module.ts', import.meta.url);
    const background = createNodeBackground({ unref: true, workerUrl: missing });
    await assert.rejects(background.run(sum, { upTo: 1 }), /no-such-module/);
    await background.close();
  });
});

describe('Background: over files in memory', () => {
  it('a task that uses files finds them, and one that does not runs where it did', async () => {
    const files = createMemoryFiles({
      budgetBytes: 1 << 20,
      clock: { nowMs: () => 0, monotonicMs: () => 0 },
    });
    files.replaceFile('/tmp/here', new Uint8Array(5));
    const worker = createNodeBackground({ unref: true, workerUrl });
    const background = backgroundOverFiles(worker, files);
    assert.equal((await background.run(read, '/tmp/here')).length, 5);
    assert.equal(await background.run(sum, { upTo: 3 }), 6);
    await background.close();
    const late = worker.run(sum, { upTo: 1 });
    await assert.rejects(late, (error) => hasCode(error, 'BROKER_STOPPED'));
  });
});

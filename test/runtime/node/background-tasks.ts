import type { BackgroundTask } from '../../../src/runtime/runtime.ts';
import { OdradekError } from '../../../src/util/odradek-error.ts';

/** Adds numbers up, a step each. */
export const sum: BackgroundTask<{ upTo: number }, number> = {
  name: 'sum',
  *run({ upTo }) {
    let total = 0;
    for (let i = 1; i <= upTo; i++) {
      total += i;
      yield;
    }
    return total;
  },
};

/** Reads a file, as its files tell it. */
export const read: BackgroundTask<string, Uint8Array> = {
  name: 'read',
  usesFiles: true,
  *run(path, files) {
    yield;
    return files.readFile(path);
  },
};

/** Rests as often and as long as it is told. */
export const rest: BackgroundTask<{ times: number; ms: number }, string> = {
  name: 'rest',
  *run({ times, ms }) {
    for (let i = 0; i < times; i++) yield ms;
    return `rested ${times} times`;
  },
};

export const fail: BackgroundTask<'odradek' | 'plain', never> = {
  name: 'fail',
  *run(kind) {
    yield;
    if (kind === 'plain') throw new RangeError('out of range');
    throw new OdradekError('torn', { code: 'CORRUPT_DATA', path: '/log', reason: 'crc' });
  },
};

export const endless: BackgroundTask<null, never> = {
  name: 'endless',
  *run() {
    for (;;) yield;
  },
};

/** Ends the thread that it runs in. */
export const exit: BackgroundTask<null, null> = {
  name: 'exit',
  *run() {
    yield;
    process.exit(3);
  },
};

import { Worker, workerData } from 'node:worker_threads';
import type { TransferablePort } from './node-message-port.ts';

/** What a thread is started with. */
export interface NodeThreadOptions {
  /** Its module. */
  readonly url: URL;
  readonly name: string;
  readonly data: unknown;
  /** Ports in `data`, which are that thread's from now on. */
  readonly transfer: readonly TransferablePort[];
  /** It does not keep the process alive. */
  readonly unref: boolean;
}

/** A thread of this process. */
export interface NodeThread {
  /** Settles when it has ended, with what nobody in it caught, if anything. */
  readonly ended: Promise<{ readonly error: unknown } | undefined>;
  /** Ends it wherever it is; settles when the system has taken back what it had open. */
  terminate(): Promise<void>;
}

/** Starts a thread. */
export function startNodeThread(options: NodeThreadOptions): NodeThread {
  const worker = new Worker(options.url, {
    name: options.name,
    workerData: options.data,
    transferList: [...options.transfer],
    // Not the flags of the process: among them may be some that no worker takes.
    execArgv: [],
  });
  if (options.unref) worker.unref();
  let uncaught: { readonly error: unknown } | undefined;
  worker.on('error', (error) => {
    uncaught = { error };
  });
  const ended = new Promise<typeof uncaught>((resolve) => {
    worker.on('exit', () => resolve(uncaught));
  });
  return {
    ended,
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** What this thread was started with. */
export function nodeThreadData(): unknown {
  return workerData;
}

/**
 * Stops this thread, with all that it does, for the `time`th time, until another calls `letGo` for that. `letGone`
 * is shared by both and begins with 0.
 */
export function standStill(letGone: Int32Array, time: number): void {
  for (;;) {
    const last = Atomics.load(letGone, 0);
    if (last >= time) return;
    Atomics.wait(letGone, 0, last);
  }
}

/** Lets the thread go on that stands still, or is about to, for the `time`th time. */
export function letGo(letGone: Int32Array, time: number): void {
  Atomics.store(letGone, 0, time);
  Atomics.notify(letGone, 0);
}

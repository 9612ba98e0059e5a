import { Worker } from 'node:worker_threads';
import { OdradekError } from '../../util/odradek-error.ts';
import type { Background, BackgroundTask, Files } from '../runtime.ts';
import { realClearTimeout, realSetTimeout } from './captured.ts';
import { nodeFiles } from './node-files.ts';
import { createNodeSlices } from './node-slices.ts';
import { fromErrorImage } from '../../util/error-image.ts';
import type { TaskReply, TaskRequest } from './task-messages.ts';

/** A worker costs several megabytes; one that has had nothing to do for so long is ended. */
const workerIdleMs = 30_000;

/** Where heavy work runs: in one worker thread when `workerUrl` names its module, else in slices on this one. */
export function createNodeBackground(options: {
  readonly unref: boolean;
  readonly workerUrl: URL | undefined;
}): Background {
  return options.workerUrl === undefined
    ? new SlicedBackground(nodeFiles)
    : new WorkerBackground(options.workerUrl, options.unref);
}

/**
 * The same for a broker whose `files` are in this thread's memory, where no worker sees them: tasks that use
 * files run here, in slices, and the others in `background`, which is closed with this one.
 */
export function backgroundOverFiles(background: Background, files: Files): Background {
  const sliced = new SlicedBackground(files);
  return {
    run: (task, input) => (task.usesFiles === true ? sliced : background).run(task, input),
    async close() {
      await sliced.close();
      await background.close();
    },
  };
}

class SlicedBackground implements Background {
  readonly #slices = createNodeSlices();
  readonly #files: Files;
  #closed = false;

  constructor(files: Files) {
    this.#files = files;
  }

  async run<Input, Output>(task: BackgroundTask<Input, Output>, input: Input): Promise<Output> {
    if (this.#closed) throw stopped();
    return await this.#slices.run(task.run(input, this.#files));
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#slices.abort(stopped());
    return Promise.resolve();
  }
}

interface Waiter {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The worker starts with the first task and keeps the process alive only while it has one, if at all. When
 * it dies, the tasks it had reject with the reason and the next task starts another.
 */
class WorkerBackground implements Background {
  readonly #workerUrl: URL;
  readonly #unref: boolean;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #nextId = 0;
  #closed = false;

  constructor(workerUrl: URL, unref: boolean) {
    this.#workerUrl = workerUrl;
    this.#unref = unref;
  }

  run<Input, Output>(task: BackgroundTask<Input, Output>, input: Input): Promise<Output> {
    if (this.#closed) return Promise.reject(stopped());
    const request: TaskRequest = { id: this.#nextId++, name: task.name, input };
    return new Promise<Output>((resolve, reject) => {
      const worker = this.#busyWorker();
      this.#waiters.set(request.id, { resolve: resolve as (output: unknown) => void, reject });
      try {
        worker.postMessage(request);
      } catch (error) {
        // An input that cannot be cloned.
        this.#settle(request.id)?.reject(error);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end(stopped());
  }

  #busyWorker(): Worker {
    realClearTimeout(this.#idleTimer);
    this.#worker ??= this.#startWorker();
    if (!this.#unref) this.#worker.ref();
    return this.#worker;
  }

  #startWorker(): Worker {
    // Not the flags of the process: among them may be some that no worker takes.
    const worker = new Worker(this.#workerUrl, { execArgv: [], name: 'odradek-background' });
    worker.unref();
    worker.on('message', (reply: TaskReply) => {
      const waiter = this.#settle(reply.id);
      if ('error' in reply) waiter?.reject(fromErrorImage(reply.error));
      else waiter?.resolve(reply.output);
    });
    const lost = (reason: unknown): void => {
      if (this.#worker === worker) void this.#end(reason);
    };
    worker.on('error', lost);
    worker.on('messageerror', lost);
    worker.on('exit', (code) => lost(new Error(`The background worker ended (exit code ${code})`)));
    return worker;
  }

  #settle(id: number): Waiter | undefined {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    if (this.#waiters.size === 0) this.#rest();
    return waiter;
  }

  #rest(): void {
    this.#worker?.unref();
    realClearTimeout(this.#idleTimer);
    this.#idleTimer = realSetTimeout(() => void this.#end(stopped()), workerIdleMs).unref();
  }

  async #end(reason: unknown): Promise<void> {
    realClearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#worker = undefined;
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.reject(reason);
    await worker?.terminate();
  }
}

function stopped(): OdradekError {
  return new OdradekError('The broker has stopped, and its background work with it', {
    code: 'BROKER_STOPPED',
  });
}

import type { Runtime } from '../runtime.ts';
import { createNodeBackground } from './node-background.ts';
import { nodeClock } from './node-clock.ts';
import { nodeFiles } from './node-files.ts';
import { createNodeHttp } from './node-http.ts';
import { createNodeNetwork } from './node-network.ts';
import { nodeRandom } from './node-random.ts';
import { createNodeTimers } from './node-timers.ts';

/** Options of `createNodeRuntime`. */
export interface NodeRuntimeOptions {
  /** No timer, listener, connection or worker of this runtime keeps the process alive. Default: false. */
  readonly unref?: boolean;
  /**
   * The module that background work runs in, in a worker thread; it calls `serveBackgroundTasks`. Without
   * it, background work runs in slices on this thread.
   */
  readonly workerUrl?: URL;
}

/** The runtime of a machine. Its owner closes `background` when done; all else has owners of its own. */
export function createNodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const unref = options.unref ?? false;
  return {
    clock: nodeClock,
    timers: createNodeTimers({ unref }),
    random: nodeRandom,
    files: nodeFiles,
    network: createNodeNetwork({ unref }),
    background: createNodeBackground({ unref, workerUrl: options.workerUrl }),
    http: createNodeHttp({ unref }),
    memoryUsage: () => {
      const { rss, heapUsed } = process.memoryUsage();
      return { rssBytes: rss, heapUsedBytes: heapUsed };
    },
  };
}

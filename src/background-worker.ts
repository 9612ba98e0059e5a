import { rewriteTask } from './replication/prepare-batch.ts';
import { serveBackgroundTasks } from './runtime/node/background-worker-port.ts';
import { buildOffsetMapTask, cleanSegmentsTask } from './storage/cleaner-tasks.ts';

/** The entry of the worker thread that takes the heavy work off a broker's own. */
serveBackgroundTasks([rewriteTask, buildOffsetMapTask, cleanSegmentsTask]);

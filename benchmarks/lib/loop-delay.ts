/**
 * Preloaded into each thread of a broker's process (`NODE_OPTIONS=--import …`): writes now and then how long its event
 * loop was held up at most, in milliseconds, to a file of its own in the folder that `LOOP_DELAY_FOLDER` names.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { threadId } from 'node:worker_threads';

const folder = process.env['LOOP_DELAY_FOLDER'];
if (folder !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const path = join(folder, `${process.pid}-${threadId}.delay`);
  setInterval(() => writeFileSync(path, String(delays.max / 1e6)), 200).unref();
}

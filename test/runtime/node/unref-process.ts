/** Uses all of an unref'd runtime and closes nothing; the process must end on its own. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import { sum } from './background-tasks.ts';

const workerUrl = new URL('background-worker.ts', import.meta.url);
const { background, files, network, timers } = createNodeRuntime({ unref: true, workerUrl });
const handler = { onData() {}, onDrain() {}, onClose() {} };

const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
  connection.start(handler);
});
timers.setTimer(60_000, () => {});
const directory = join(tmpdir(), `odradek-unref-${process.pid}`);
files.makeDirectory(directory);
await files.lock(directory);
files.removeTree(directory);
// Nothing but this timer keeps the process while it waits for what is unref'd itself.
const keep = setInterval(() => {}, 1000);
const connection = await network.connect('127.0.0.1', listener.port);
connection.start(handler);
console.log(await background.run(sum, { upTo: 10 }));
clearInterval(keep);

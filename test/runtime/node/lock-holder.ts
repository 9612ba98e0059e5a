/** A process that takes the lock of the directory it is given, starts a child of its own, and stays. */
import { spawn } from 'node:child_process';
import { nodeFiles } from '../../../src/runtime/node/node-files.ts';

const lock = await nodeFiles.lock(process.argv[2] as string);
if (!('release' in lock)) throw new Error(`held by ${lock.heldBy}`);
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
console.log(JSON.stringify({ childPid: child.pid }));
setInterval(() => {}, 1000);

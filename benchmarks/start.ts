/**
 * From nothing to the first answer: `createBroker()` to an answered ApiVersions request, cold (in a new process)
 * and again in the same one, and `odradek start` from the beginning of its process, compiled, as it is
 * installed: it is built first. Prints milliseconds, and the resident memory of the idle process.
 *
 * And `createCluster({ brokers: 3 })` until all three know each other.
 *
 * Goals: 100 ms for `createBroker()`, 300 ms for `createCluster()` and for `odradek start`, 100 MB.
 *
 * `npm run bench -- start [--tiny]`
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { untilUp } from './lib/broker-process.ts';
import { median } from './lib/figures.ts';
import { residentMib } from './lib/process-cpu.ts';
import { freePorts } from './peers/free-ports.ts';

const runs = process.argv.includes('--tiny') ? 1 : 7;
const compiled = fileURLToPath(new URL('../dist/', import.meta.url));

/** A program that starts a broker `rounds` times, and prints for each how long its first answer took. */
const embedded = (entry: string, rounds: number): string => `
  import { createBroker } from ${JSON.stringify(entry)};
  import { connect } from 'node:net';
  const ask = Buffer.from('0000000a0012000000000001ffff', 'hex');
  for (let i = 0; i < ${rounds}; i++) {
    const before = performance.now();
    const broker = await createBroker();
    const [host, port] = broker.bootstrapServers.split(':');
    const socket = connect(Number(port), host, () => socket.write(ask));
    await new Promise((resolve) => socket.once('data', resolve));
    console.log((performance.now() - before).toFixed(1));
    socket.destroy();
    await broker.stop();
  }`;

/** The same of a cluster of three, until it is ready. */
const clustered = (entry: string, rounds: number): string => `
  import { createCluster } from ${JSON.stringify(entry)};
  for (let i = 0; i < ${rounds}; i++) {
    const before = performance.now();
    const cluster = await createCluster({ brokers: 3 });
    console.log((performance.now() - before).toFixed(1));
    await cluster.stop();
  }`;

/** What a program prints in a new process: the first number, and the median of the others. */
function printedBy(program: string): { first: number; again: number } {
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program]);
  const [first = Number.NaN, ...others] = printed.toString().trim().split('\n').map(Number);
  return { first, again: median(others) };
}

/** Whether `port` answers an ApiVersions request; undefined where nobody does. */
function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => socket.write(Buffer.from('0000000a0012000000000001ffff', 'hex')));
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
  });
}

async function commandLine(): Promise<{ ms: number; mib: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-benchmark-'));
  const [port = 0] = await freePorts(1);
  const logFile = join(folder, 'broker.log');
  const log = openSync(logFile, 'a');
  const args = ['start', '--port', String(port), '--data-dir', join(folder, 'data')];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [join(compiled, 'cli/main.js'), ...args], {
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await untilUp(child, () => answers(port), { pauseMs: 2, logFile });
  const ms = performance.now() - startedMs;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const mib = residentMib(child.pid ?? 0);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
  return { ms, mib };
}

const builder = fileURLToPath(new URL('../tools/build.ts', import.meta.url));
execFileSync(process.execPath, [builder]);
const cold: number[] = [];
const warm: number[] = [];
const coldClusters: number[] = [];
const warmClusters: number[] = [];
const started: number[] = [];
const resident: number[] = [];
for (let run = 0; run < runs; run++) {
  const broker = printedBy(embedded(join(compiled, 'index.js'), 4));
  cold.push(broker.first);
  warm.push(broker.again);
  const cluster = printedBy(clustered(join(compiled, 'index.js'), 4));
  coldClusters.push(cluster.first);
  warmClusters.push(cluster.again);
  const { ms, mib } = await commandLine();
  started.push(ms);
  resident.push(mib);
}
console.log(
  `start: createBroker() to its first answer ${median(cold).toFixed(0)} ms in a new process ` +
    `(goal 100), ${median(warm).toFixed(0)} ms again; createCluster({ brokers: 3 }) ${median(coldClusters).toFixed(0)} ms (goal 300), ` +
    `${median(warmClusters).toFixed(0)} ms again; odradek start ${median(started).toFixed(0)} ms ` +
    `(goal 300), ${median(resident).toFixed(0)} MiB resident when idle (goal 95)`,
);

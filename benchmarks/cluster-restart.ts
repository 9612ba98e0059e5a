/**
 * A cluster of three with many partitions, each on all of them: `odradek start --brokers 3` from its sources. Prints
 * how long a topic of 10,000 partitions takes to be made, how long an event loop was held up at most (a lease is 9 s),
 * what a replica takes of memory, how many descriptors are open, and how long it takes, from the start of the process
 * that was killed or stopped, until all partitions have leaders and are in sync on all three.
 *
 * Goal: 10 s, with the machine to itself. `--descriptors 1024` runs the brokers with so many.
 *
 * `npm run bench -- cluster-restart [--tiny] [--partitions=N] [--descriptors=N]`
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient, type Client } from '../src/client/client.ts';
import { createNodeRuntime } from '../src/runtime/node/node-runtime.ts';
import { residentMib } from './lib/process-cpu.ts';
import { freePorts } from './peers/free-ports.ts';

const { values: given } = parseArgs({
  options: {
    tiny: { type: 'boolean', default: false },
    partitions: { type: 'string' },
    descriptors: { type: 'string' },
  },
});
const partitions = Number(given.partitions ?? (given.tiny ? 100 : 10_000));
const topic = 'many';
const brokers = 3;
const upWithinMs = 300_000;
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const preload = new URL('lib/loop-delay.ts', import.meta.url).href;

const folder = mkdtempSync(join(tmpdir(), 'odradek-benchmark-'));
const [firstPort = 0] = await freePorts(1);
const ports = Array.from({ length: brokers }, (_, index) => firstPort + index);
const bootstrapServers = ports.map((port) => `127.0.0.1:${port}`).join(',');

function start(): ChildProcess {
  const limit = given.descriptors === undefined ? '' : `ulimit -n ${Number(given.descriptors)}; `;
  const log = openSync(join(folder, 'brokers.log'), 'a');
  const data = join(folder, 'data');
  const args = ['start', '--brokers', String(brokers), '--port', String(firstPort), '-d', data];
  const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', process.execPath, main, ...args], {
    stdio: ['ignore', log, log],
    env: { ...process.env, NODE_OPTIONS: `--import ${preload}`, LOOP_DELAY_FOLDER: folder },
  });
  closeSync(log);
  return child;
}

async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const options = { bootstrapServers, requestTimeoutMs: 120_000, operationTimeoutMs: 180_000 };
  const client = createClient(options, createNodeRuntime());
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** Asks until `holds` says so; a broker that does not answer is asked again. */
async function until(child: ChildProcess, holds: (client: Client) => Promise<boolean>) {
  const deadlineMs = performance.now() + upWithinMs;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) {
      throw new Error(`the cluster ended\n${readFileSync(join(folder, 'brokers.log'), 'utf8')}`);
    }
    if (await withClient(holds).catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the cluster did not become whole');
}

async function hasBrokers({ admin }: Client): Promise<boolean> {
  return (await admin.describeCluster()).brokers.length === brokers;
}

async function isWhole({ admin }: Client): Promise<boolean> {
  const [found] = await admin.describeTopics([topic]);
  if (found === undefined || 'error' in found) return false;
  const states = found.value.partitions;
  const whole = states.filter(({ leaderId, isr }) => leaderId >= 0 && isr.length === brokers);
  return whole.length === partitions;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const beforeMs = performance.now();
  child.kill(signal);
  await ended;
  return performance.now() - beforeMs;
}

/** The longest that a loop of any thread was held up since the last time this was asked. */
function longestStallMs(): number {
  const paths = readdirSync(folder).filter((name) => name.endsWith('.delay'));
  const delays = paths.map((name) => Number(readFileSync(join(folder, name), 'utf8')));
  for (const name of paths) rmSync(join(folder, name));
  return Math.max(0, ...delays);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

let child = start();
await until(child, hasBrokers);
const idleMib = residentMib(child.pid ?? 0);
const beginsMs = performance.now();
await withClient(({ admin }) =>
  admin.createTopics([{ name: topic, partitions, replicationFactor: brokers }]),
);
await until(child, isWhole);
const madeMs = performance.now() - beginsMs;
await new Promise((resolve) => setTimeout(resolve, 1000));
const fullMib = residentMib(child.pid ?? 0);
const descriptors = readdirSync(`/proc/${child.pid}/fd`).length;
console.log(
  `cluster-restart: ${partitions} partitions on ${brokers} brokers made and in sync after ${seconds(madeMs)}, ` +
    `a loop held up for ${seconds(longestStallMs())} at most; ` +
    `${idleMib.toFixed(0)} MiB before, ${(((fullMib - idleMib) * 1024) / partitions / brokers).toFixed(1)} KiB more a replica; ` +
    `${descriptors} descriptors`,
);
for (const [how, signal] of [
  ['killed', 'SIGKILL'],
  ['stopped in order', 'SIGTERM'],
] as const) {
  const endedMs = await end(child, signal);
  const startedMs = performance.now();
  child = start();
  await until(child, isWhole);
  const wholeMs = performance.now() - startedMs;
  console.log(
    `cluster-restart: ${how} in ${seconds(endedMs)}, all led and in sync ${seconds(wholeMs)} after the start (goal 10), ` +
      `a loop held up for ${seconds(longestStallMs())} at most`,
  );
}
await end(child, 'SIGTERM');
rmSync(folder, { recursive: true, force: true });

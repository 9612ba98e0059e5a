import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../peers/free-ports.ts';

/** A broker in a process of its own, to be measured. */
export interface BrokerProcess {
  readonly name: string;
  readonly bootstrap: string;
  readonly pid: number;
  /** Where its data is; undefined for a broker that was started elsewhere. */
  readonly dataDir: string | undefined;
  stop(): Promise<void>;
}

/** By Kafka's keys. */
export type BrokerSettings = Readonly<Record<string, string | number>>;

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/**
 * The broker that the command line names: `--bootstrap HOST:PORT --pid PID` for one that runs, as Apache
 * Kafka started by `benchmarks/peers/`; else Odradek, from its sources, on a port of its own with its data
 * in a temporary folder on disk, and with `settings`.
 */
export async function brokerToMeasure(
  args: readonly string[] = process.argv,
  settings: BrokerSettings = {},
): Promise<BrokerProcess> {
  const bootstrap = valueOf(args, '--bootstrap');
  if (bootstrap !== undefined) {
    const pid = Number(valueOf(args, '--pid'));
    const name = valueOf(args, '--name') ?? bootstrap;
    return { name, bootstrap, pid, dataDir: undefined, stop: async () => {} };
  }
  return startOdradek(settings);
}

/** Starts Odradek, from its sources, as `brokerToMeasure` does where none is named. */
export async function startOdradek(settings: BrokerSettings = {}): Promise<BrokerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-benchmark-'));
  const [port = 0] = await freePorts(1);
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const child = spawn(
    process.execPath,
    [main, 'start', '--port', String(port), '--data-dir', folder, ...set],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const bootstrap = `127.0.0.1:${port}`;
  await untilUp(child, () => accepts(port), { pauseMs: 20 });
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { name: 'odradek', bootstrap, pid: child.pid ?? 0, dataDir: folder, stop };
}

/** How long a broker may take to come up, on a slow machine with much to recover. */
const upWithinMs = 120_000;

/**
 * Tries until `attempt` answers something, `pauseMs` apart, and answers that. Throws when the broker's process ends
 * before, with what it wrote to `logFile`, or takes longer than any broker should.
 */
export async function untilUp<Result>(
  child: ChildProcess,
  attempt: () => Promise<Result | undefined>,
  { pauseMs, logFile }: { readonly pauseMs: number; readonly logFile?: string },
): Promise<Result> {
  const log = (): string => (logFile === undefined ? '' : `\n${readFileSync(logFile, 'utf8')}`);
  const deadlineMs = performance.now() + upWithinMs;
  while (performance.now() < deadlineMs) {
    const how = child.signalCode ?? child.exitCode;
    if (how !== null) throw new Error(`the broker ended with ${how} before it listened${log()}`);
    const result = await attempt();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  child.kill('SIGKILL');
  throw new Error(`the broker did not come up within ${upWithinMs / 1000} s${log()}`);
}

/** Whether somebody listens on a port of 127.0.0.1; undefined where nobody does. */
export function accepts(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}

/** The value behind a flag. */
export function valueOf(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag);
  return at < 0 ? undefined : args[at + 1];
}

import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, absolute, without a separator at its end. */
export const repositoryFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** How many test files and checks run side by side: one per core, and at least two since all of them wait. */
export const concurrency = Math.max(2, availableParallelism());

const longestTimerMs = 2 ** 31 - 1;

/** How a command ended. `output` holds both streams in the order in which they came, empty when inherited. */
export interface CommandOutcome {
  readonly exitCode: number;
  readonly output: string;
  readonly durationMs: number;
}

/** Where and how a command runs. */
export interface CommandOptions {
  /** The repository unless given. */
  readonly folder?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Streams go to this process's own instead of into `output`. */
  readonly inherit?: boolean;
  /** Written to its standard input, which is empty unless given. */
  readonly input?: string;
  /** After so long the program is killed, and its exit code is 124. Forever unless given. */
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end, found first among the programs of the installed packages (so that `node` is
 * the development dependency, also when this is not called by npm). A program that cannot be started, or
 * that a signal ended, has exit code 127 or 128, and one that took too long 124. Never rejects.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  const startedMs = performance.now();
  const pieces: string[] = [];
  const child = spawn(program, args, {
    cwd: options.folder ?? repositoryFolder,
    env: { ...process.env, PATH: pathWithPackages(), ...options.env },
    stdio: options.inherit === true ? 'inherit' : 'pipe',
    shell: process.platform === 'win32',
    // A group of its own, so that a program that takes too long goes with all that it started.
    detached: options.timeoutMs !== undefined,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  }
  child.stdin?.on('error', () => {}); // a program may end without reading all of it
  child.stdin?.end(options.input ?? '');
  return new Promise((resolve) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, options.timeoutMs ?? longestTimerMs);
    const finish = (exitCode: number): void => {
      clearTimeout(timer);
      const durationMs = performance.now() - startedMs;
      resolve({ exitCode: timedOut ? 124 : exitCode, output: pieces.join(''), durationMs });
    };
    child.on('error', (error) => {
      pieces.push(`${program}: ${error.message}\n`);
      finish(127);
    });
    child.on('close', (exitCode) => finish(exitCode ?? 128));
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // gone already, or a system without process groups
  }
}

function pathWithPackages(): string {
  const packages = join(repositoryFolder, 'node_modules', '.bin');
  return `${packages}${delimiter}${process.env['PATH'] ?? ''}`;
}

/** `durationMs` for people: `0.4 s`. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

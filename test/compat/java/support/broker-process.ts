import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveBrokers } from '../../../../benchmarks/peers/live-brokers.ts';
import { repositoryFolder } from '../../../../tools/run-command.ts';

const main = join(repositoryFolder, 'src', 'cli', 'main.ts');
const startTimeoutMs = 60_000;

/** `odradek start`, from the sources, in a process of its own. */
export class BrokerProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #pieces: string[] = [];

  /** Starts it; `args` stand behind `start` and say that it listens on `port`. */
  constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#child = spawn(process.execPath, [main, 'start', ...args], {
      env: { ...process.env, ODRADEK_BOOTSTRAP: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => this.#pieces.push(piece));
    }
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it printed so far. */
  output(): string {
    return this.#pieces.join('');
  }

  /** Waits until it answers and knows so many brokers to be alive; kills it and throws where that takes too long. */
  async knows(brokers: number): Promise<void> {
    for (const deadlineMs = performance.now() + startTimeoutMs; performance.now() < deadlineMs;) {
      if (this.#hasEnded) break;
      if ((await liveBrokers(this.port)) === brokers) return;
      await sleep(50);
    }
    await this.end('SIGKILL');
    throw new Error(`Odradek does not come up\n${this.output()}`);
  }

  /** Ends it, if it runs, and waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

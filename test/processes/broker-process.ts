import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeProperties } from '../../benchmarks/peers/properties.ts';
import { reap } from './reaper.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tailLinesMax = 30;

/** Where a broker is, and in what cluster. */
export interface BrokerProcessOptions {
  readonly nodeId: number;
  readonly port: number;
  /** Where its properties, its log and its data are. */
  readonly folder: string;
  /** `odradek.metadata.store`. */
  readonly store: string;
  /** More of its properties. */
  readonly config: Readonly<Record<string, string>>;
}

/** `odradek start --config server.properties`, a process that can be killed, stopped and started again. */
export class BrokerProcess {
  readonly nodeId: number;
  readonly port: number;
  readonly dataFolder: string;
  readonly #folder: string;
  readonly #properties: string;
  readonly #tail: string[] = [];
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #isPaused = false;

  constructor({ nodeId, port, folder, store, config }: BrokerProcessOptions) {
    this.nodeId = nodeId;
    this.port = port;
    this.#folder = folder;
    this.dataFolder = join(folder, 'data');
    this.#properties = join(folder, 'server.properties');
    mkdirSync(folder, { recursive: true });
    writeProperties(this.#properties, {
      'node.id': nodeId,
      listeners: `PLAINTEXT://127.0.0.1:${port}`,
      'log.dirs': this.dataFolder,
      'odradek.metadata.store': store,
      ...config,
    });
  }

  /** Whether there is a process that is not stopped. */
  get isRunning(): boolean {
    return this.#child !== undefined && !this.#isPaused;
  }

  /** Settles when it says that it is ready; fails when it ends before. */
  async start(): Promise<void> {
    const args = ['start', '--config', this.#properties, '--log-format', 'json'];
    const child = spawn(process.execPath, [main, ...args, '--log-level', 'debug'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    reap(child);
    this.#child = child;
    this.#ended = once(child, 'exit').then(() => {
      if (this.#child === child) this.#child = undefined;
    });
    const log = createWriteStream(join(this.#folder, 'broker.log'), { flags: 'a' });
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        log.write(`${line}\n`);
        this.#tail.push(line);
        if (this.#tail.length > tailLinesMax) this.#tail.shift();
        if (line.includes('broker is ready')) resolve();
      });
    });
    child.once('close', () => log.end());
    const tooEarly = this.#ended.then(() => Promise.reject(this.#failure('did not start')));
    tooEarly.catch(() => {});
    await Promise.race([ready, tooEarly]);
  }

  #failure(what: string): Error {
    return new Error(`broker ${this.nodeId} ${what}:\n${this.#tail.join('\n')}`);
  }

  /** SIGKILL, also of one that is stopped; settles once it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    this.#isPaused = false;
    await this.#ended;
  }

  /** SIGSTOP. */
  pause(): void {
    this.#isPaused = true;
    this.#child?.kill('SIGSTOP');
  }

  /** SIGCONT. */
  resume(): void {
    this.#child?.kill('SIGCONT');
    this.#isPaused = false;
  }

  /** SIGTERM, and until the process has ended in order; fails where it did not. */
  async stop(): Promise<void> {
    const child = this.#child;
    child?.kill('SIGTERM');
    await this.#ended;
    if (child !== undefined && child.exitCode !== 0) throw this.#failure('did not stop in order');
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { javaCommand, type JavaTool } from '../../../../benchmarks/peers/java-tools.ts';
import { jarsFolder } from './tools.ts';

const pauseMs = 100;
const waitMs = 120_000;
/** An orderly end that takes longer is none. */
const stopMs = 30_000;

/** One of Apache's programs that run until they are stopped. */
export class JavaProgram {
  readonly #child: ChildProcess;
  readonly #pieces: string[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => this.#pieces.push(piece));
    }
  }

  /** Starts it. It ends by `stop` or `kill`, which a test calls whatever happens. */
  static async start(tool: JavaTool, args: readonly string[]): Promise<JavaProgram> {
    const words = javaCommand(await jarsFolder(), tool, args);
    return new JavaProgram(spawn('java', words, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it printed so far. */
  output(): string {
    return this.#pieces.join('');
  }

  /**
   * Waits until something holds that the program brings about, and looks again and again. Throws, with what the
   * program said last, when it has ended or takes too long.
   */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadlineMs = performance.now() + waitMs; !(await holds()); await sleep(pauseMs)) {
      if (this.#hasEnded) throw new Error(`it has ended before ${what}\n${this.#lastLines()}`);
      if (performance.now() > deadlineMs) {
        throw new Error(`it takes too long until ${what}\n${this.#lastLines()}`);
      }
    }
  }

  /** SIGTERM, and waits for its orderly end. Throws, and kills it, where that takes too long. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit').then(() => true);
    this.#child.kill('SIGTERM');
    if (await Promise.race([ended, sleep(stopMs, false, { ref: false })])) return;
    await this.kill();
    throw new Error(`it does not stop\n${this.#lastLines()}`);
  }

  /** SIGKILL, if it runs, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #lastLines(): string {
    return this.output().split('\n').slice(-30).join('\n');
  }
}

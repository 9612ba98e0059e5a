import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Member, MemberOptions } from './member.ts';
import type { MemberReport } from './member-program.ts';
import type { GroupClientName } from './own-clients.ts';

const program = fileURLToPath(new URL('member-program.ts', import.meta.url));

/** A member in a process of its own, which can be killed. */
export class MemberProcess implements Member {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  /** The end of what it has printed. librdkafka prints a line for every connection that fails. */
  #printed = '';
  #report: MemberReport = { partitions: [], assignmentCount: 0, values: [] };
  readonly values: string[] = [];

  private constructor(client: GroupClientName, options: MemberOptions) {
    const words = [client, JSON.stringify(options)];
    this.#child = fork(program, words, { execArgv: [], silent: true });
    this.#ended = once(this.#child, 'exit');
    this.#child.on('message', (report: MemberReport) => {
      this.#report = report;
      this.values.push(...report.values);
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => {
        this.#printed = `${this.#printed}${piece}`.slice(-4000);
      });
    }
    this.#child.on('exit', (exitCode) => {
      if (exitCode !== null) console.error(`a member of ${client} has failed: ${this.#printed}`);
    });
  }

  static start(client: GroupClientName, options: MemberOptions): MemberProcess {
    return new MemberProcess(client, options);
  }

  get partitions(): readonly string[] {
    return this.#report.partitions;
  }

  get assignmentCount(): number {
    return this.#report.assignmentCount;
  }

  async leave(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const [exitCode] = await this.#ended;
    if (exitCode !== null) throw new Error(`a member did not leave: ${this.#printed}`);
  }

  /** Without a word to anybody. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

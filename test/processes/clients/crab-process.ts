import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { HistoryEvent } from '../../history/history.ts';
import { reap } from '../reaper.ts';
import type { ClientOptions, RunningClient, Tell } from './client.ts';

/** What one client of a process does. */
export type CrabRole =
  | { readonly kind: 'producer'; readonly name: string }
  | { readonly kind: 'reader'; readonly name: string }
  | {
      readonly kind: 'member';
      readonly name: string;
      readonly group: string;
      readonly protocol: 'classic' | 'consumer';
    };

/** What a process is to do. */
export interface CrabOrder {
  readonly options: ClientOptions;
  readonly roles: readonly CrabRole[];
}

/** What it tells. */
export type CrabReport =
  | { readonly event: HistoryEvent }
  | { readonly complaint: string }
  | { readonly hasWritten: true };

const program = fileURLToPath(new URL('crab-program.ts', import.meta.url));

/** Clients of kafka-crab-js (librdkafka), in a process of their own. */
export class CrabProcess implements RunningClient {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #hasWritten: Promise<void>;
  /** The last things that it or librdkafka had to say. */
  readonly complaints: string[] = [];

  constructor(roles: readonly CrabRole[], options: ClientOptions, tell: Tell) {
    this.#child = fork(program, [JSON.stringify({ options, roles } satisfies CrabOrder)], {
      execArgv: [],
      silent: true,
    });
    reap(this.#child);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#hasWritten = promise;
    promise.catch(() => {});
    this.#ended = once(this.#child, 'exit').then(() => reject(this.#failure()));
    this.#child.on('message', (report: CrabReport) => {
      if ('event' in report) tell(report.event);
      else if ('complaint' in report) this.#complain(report.complaint);
      else resolve();
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => this.#complain(piece));
    }
  }

  #complain(text: string): void {
    this.complaints.push(text);
    if (this.complaints.length > 20) this.complaints.shift();
  }

  #failure(): Error {
    return new Error(`a process of kafka-crab-js has ended: ${this.complaints.join('\n')}`);
  }

  async endWriting(): Promise<void> {
    if (this.#child.connected) this.#child.send('end');
    await this.#hasWritten;
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

import type { IncomingMessage } from 'node:http';
import type { Timer, Timers } from '../../runtime/runtime.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { HttpProblem } from './problem.ts';

/** The bodies that the whole listener holds in memory, within a bound. */
export class BodyMemory {
  readonly #bytesMax: number;
  #heldBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Takes room for `count` bytes. Throws a `HttpProblem` of 503 where there is none. */
  take(count: number): void {
    if (this.#heldBytes + count > this.#bytesMax) {
      throw new HttpProblem(
        503,
        {
          code: 'OVERLOADED',
          message: 'Too much is being received just now (odradek.http.queued.max.bytes).',
          remedy: 'Try again in a moment.',
        },
        { 'retry-after': '1' },
      );
    }
    this.#heldBytes += count;
  }

  give(count: number): void {
    this.#heldBytes -= count;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }
}

/** What a body may be. */
export interface BodyLimits {
  readonly bytesMax: number;
  /** In all, where it is read whole; without a piece, where it is read piece by piece. */
  readonly timeoutMs: number;
}

/** The body of one request. Its owner calls `release` when the request is answered. */
export class RequestBody {
  readonly #message: IncomingMessage;
  readonly #memory: BodyMemory;
  readonly #timers: Timers;
  #heldBytes = 0;

  constructor(message: IncomingMessage, modules: { memory: BodyMemory; timers: Timers }) {
    this.#message = message;
    this.#memory = modules.memory;
    this.#timers = modules.timers;
  }

  /** The whole of it. Rejects with a `HttpProblem` of 413, 408 or 503; or when the client has gone. */
  async whole(limits: BodyLimits): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const deadline = new Deadline(limits.timeoutMs, this.#timers);
    const coming = this.#received(limits.bytesMax);
    try {
      for (;;) {
        const next = await deadline.race(coming.next());
        if (next.done === true) break;
        this.#memory.take(next.value.length);
        this.#heldBytes += next.value.length;
        pieces.push(next.value);
      }
    } finally {
      deadline.end();
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
  }

  /** It as it comes, with one piece in memory. Rejects likewise. */
  async *pieces(limits: BodyLimits): AsyncGenerator<Uint8Array, void> {
    const coming = this.#received(limits.bytesMax);
    for (;;) {
      const deadline = new Deadline(limits.timeoutMs, this.#timers);
      const next = await deadline.race(coming.next()).finally(() => deadline.end());
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** Gives back the memory that it held. */
  release(): void {
    this.#memory.give(this.#heldBytes);
    this.#heldBytes = 0;
  }

  async *#received(bytesMax: number): AsyncGenerator<Uint8Array, void> {
    const announced = Number(this.#message.headers['content-length'] ?? 0);
    if (announced > bytesMax) throw tooLarge(bytesMax);
    let received = 0;
    try {
      for await (const piece of this.#message.iterator({ destroyOnReturn: false })) {
        received += (piece as Uint8Array).length;
        if (received > bytesMax) throw tooLarge(bytesMax);
        yield piece as Uint8Array;
      }
    } catch (error) {
      if (error instanceof HttpProblem) throw error;
      throw clientGone();
    }
    if (!this.#message.complete) throw clientGone();
  }
}

/** The end of a body's time. */
class Deadline {
  readonly #timers: Timers;
  readonly #timer: Timer;
  readonly #over = Promise.withResolvers<never>();

  constructor(afterMs: number, timers: Timers) {
    this.#timers = timers;
    this.#over.promise.catch(() => {});
    this.#timer = timers.setTimer(afterMs, () => {
      const message = `The body did not come within ${afterMs} ms (odradek.http.body.timeout.ms).`;
      this.#over.reject(new HttpProblem(408, { code: 'REQUEST_TIMED_OUT', message }));
    });
  }

  /** What `coming` settles with, unless time is up before. */
  race<T>(coming: Promise<T>): Promise<T> {
    return Promise.race([coming, this.#over.promise]);
  }

  end(): void {
    this.#timers.clearTimer(this.#timer);
  }
}

function tooLarge(bytesMax: number): HttpProblem {
  return new HttpProblem(413, {
    code: 'BODY_TOO_LARGE',
    message: `The body may have ${bytesMax} bytes at most.`,
    remedy:
      'Send less at a time, or have a greater bound configured (odradek.http.body.max.bytes).',
  });
}

/** Nobody is left to be answered. */
export function clientGone(): OdradekError {
  return new OdradekError('the client has gone', { code: 'CONNECTION_CLOSED', host: '', port: 0 });
}

import type { IncomingMessage } from 'node:http';
import type { Clock, Timer, Timers } from '../../runtime/runtime.ts';
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

/** So fast a body must come at least, but for `timeoutMs` in all. */
const slowestBytesPerMs = 1;

/** The body of one request. Its owner calls `release` when the request is answered. */
export class RequestBody {
  readonly #message: IncomingMessage;
  readonly #memory: BodyMemory;
  readonly #timers: Timers;
  readonly #clock: Clock;
  #heldBytes = 0;

  constructor(
    message: IncomingMessage,
    modules: { memory: BodyMemory; timers: Timers; clock: Clock },
  ) {
    this.#message = message;
    this.#memory = modules.memory;
    this.#timers = modules.timers;
    this.#clock = modules.clock;
  }

  /**
   * The whole of it. Rejects with a `HttpProblem` of 413, 408 or 503; or when the client has gone. It may come a byte
   * at a time: of each nothing is kept but itself.
   */
  whole({ bytesMax, timeoutMs }: BodyLimits): Promise<Uint8Array> {
    const message = this.#message;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    let bytes = new Uint8Array(0);
    let length = 0;
    const add = (piece: Uint8Array): void => {
      const needed = length + piece.length;
      if (needed > bytesMax) throw tooLarge(bytesMax);
      if (needed > bytes.length) bytes = this.#larger(bytes, needed, bytesMax);
      bytes.set(piece, length);
      length = needed;
    };
    const onData = (piece: Uint8Array): void => {
      try {
        add(piece);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = (): void => resolve(bytes.subarray(0, length));
    const onGone = (): void => reject(clientGone());
    const fail = (error: unknown): void => reject(error as Error);
    const timer = this.#timers.setTimer(timeoutMs, () => fail(tooSlow()));
    if (announcedLength(message) > bytesMax) fail(tooLarge(bytesMax));
    else if (message.destroyed) onGone();
    else message.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);
    return promise.finally(() => {
      this.#timers.clearTimer(timer);
      message.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      message.pause();
    });
  }

  /** `bytes` with room for `needed`, and for as much again. */
  #larger(bytes: Uint8Array, needed: number, bytesMax: number): Uint8Array<ArrayBuffer> {
    const size = Math.min(bytesMax, Math.max(needed, 2 * bytes.length));
    this.#memory.take(size - bytes.length);
    this.#heldBytes += size - bytes.length;
    const larger = new Uint8Array(size);
    larger.set(bytes);
    return larger;
  }

  /**
   * It as it comes, with one piece in memory. Rejects likewise, and where it has been waited for much longer than what
   * came is worth: a byte now and then would else go on for ever.
   */
  async *pieces({ bytesMax, timeoutMs }: BodyLimits): AsyncGenerator<Uint8Array, void> {
    const coming = this.#received(bytesMax);
    let patienceMs = timeoutMs;
    for (;;) {
      const beganMs = this.#clock.monotonicMs();
      const deadline = new Deadline(Math.min(timeoutMs, patienceMs), this.#timers);
      const next = await deadline.race(coming.next()).finally(() => deadline.end());
      if (next.done === true) return;
      const waitedMs = this.#clock.monotonicMs() - beganMs;
      patienceMs = Math.max(0, patienceMs - waitedMs) + next.value.length / slowestBytesPerMs;
      yield next.value;
    }
  }

  /** Gives back the memory that it held. */
  release(): void {
    this.#memory.give(this.#heldBytes);
    this.#heldBytes = 0;
  }

  async *#received(bytesMax: number): AsyncGenerator<Uint8Array, void> {
    if (announcedLength(this.#message) > bytesMax) throw tooLarge(bytesMax);
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

/** The end of a piece's time. */
class Deadline {
  readonly #timers: Timers;
  readonly #timer: Timer;
  readonly #over = Promise.withResolvers<never>();

  constructor(afterMs: number, timers: Timers) {
    this.#timers = timers;
    this.#over.promise.catch(() => {});
    this.#timer = timers.setTimer(afterMs, () => {
      this.#over.reject(tooSlow());
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

function announcedLength({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0);
}

function tooSlow(): HttpProblem {
  const message = 'The body did not come in time (odradek.http.body.timeout.ms).';
  return new HttpProblem(408, { code: 'REQUEST_TIMED_OUT', message });
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

import type { BrokerConfig } from '../config/broker-config.ts';
import type { AnswerMemory } from '../apis/answer-memory.ts';
import { FrameDecoder } from '../protocol/frame.ts';
import { encodeResponseFrame } from '../protocol/header.ts';
import type { Clock, Connection, ConnectionHandler, Timers } from '../runtime/runtime.ts';
import { unscheduled, type TimerWheel, type WheelEntry } from '../runtime/timer-wheel.ts';
import type { Logger } from '../util/logger.ts';
import { errorText } from '../util/is-error.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import type { Dispatcher } from './dispatch.ts';
import type { RequestFigures } from './figures/request-figures.ts';
import type { CallOwner, RequestCall } from './request-call.ts';
import type { MemoryWaiter, RequestMemory } from './request-memory.ts';

/** What all connections of a broker share. */
export interface ConnectionModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly wheel: TimerWheel;
  readonly dispatcher: Dispatcher;
  readonly memory: RequestMemory;
  readonly answerMemory: AnswerMemory;
  readonly figures: RequestFigures;
  readonly logger: Logger;
  readonly config: () => BrokerConfig;
  /** A defect that showed itself here: it stops the broker. */
  readonly defect: (error: unknown) => void;
  readonly onClosed: (connection: ClientConnection) => void;
}

/** A request that keeps this much of the memory for requests is hurried when others wait for it. */
const largeRequestBytes = 64 * 1024;

/**
 * Why no further request is begun; the connection is read again when no reason is left.
 * - `memory`: the next frame has no room yet.
 * - `answer`: the last request must be answered first.
 * - `requests`: too many wait for their answers.
 * - `output`: the client does not read its answers.
 * - `draining`: the broker stops.
 * - `closing`: what came cannot be answered; the connection closes once the requests before it are.
 */
type Hold = 'memory' | 'answer' | 'requests' | 'output' | 'draining' | 'closing';

/**
 * A client's connection: frames in, answers out, in the order of the requests.
 *
 * As in Apache's broker, a request is answered before the next one is begun; produce requests alone follow
 * each other at once, and what is asked behind them. Answers leave in the order of their requests, all that
 * are ready in one write at the end of the event-loop turn.
 */
export class ClientConnection implements ConnectionHandler, CallOwner, MemoryWaiter {
  readonly clientHost: string;
  readonly clientPort: number;
  readonly listenerName: string;
  readonly #socket: Connection;
  readonly #modules: ConnectionModules;
  readonly #decoder: FrameDecoder;
  readonly #holds = new Set<Hold>();
  /** Calls whose answers have not left, in the order of their requests. */
  readonly #calls: RequestCall[] = [];
  readonly #flush = (): void => this.#flushAnswers();
  readonly #watchdog: WheelEntry = { ...unscheduled, expire: () => this.#watch() };
  #flushScheduled = false;
  #paused = false;
  #closed = false;
  /** Reserved for the frame that is being read, whose body is awaited since `#bodyBeganMs`. */
  #frameBytes = 0;
  #bodyBeganMs = 0;
  #lastDataMs: number;
  /** Answers on their way to the client that keep memory until they are sent. */
  #unsentAnswers = 0;
  /** When it was first seen that others waited and this client read nothing; undefined once it has read. */
  #unreadSinceMs: number | undefined;
  /** Whether the watchdog comes in time for a body that is being read. */
  #watchingBody = false;

  constructor(socket: Connection, options: { listenerName: string }, modules: ConnectionModules) {
    this.#socket = socket;
    this.#modules = modules;
    this.clientHost = socket.remoteHost;
    this.clientPort = socket.remotePort;
    this.listenerName = options.listenerName;
    this.#decoder = new FrameDecoder({ frameBytesMax: modules.config().socketRequestMaxBytes });
    this.#lastDataMs = modules.clock.monotonicMs();
  }

  start(): void {
    this.#scheduleWatch(this.#modules.config().connectionsMaxIdleMs);
    this.#socket.start(this);
  }

  /** Whether a request has come whose answer has not left. */
  get isBusy(): boolean {
    return this.#calls.length > 0;
  }

  onData(chunk: Uint8Array): void {
    try {
      this.#take(chunk);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** A broken invariant: the broker stops, and this connection at once. */
  #broken(error: unknown): void {
    this.#modules.defect(error);
    this.destroy();
  }

  #take(chunk: Uint8Array): void {
    this.#lastDataMs = this.#modules.clock.monotonicMs();
    this.#decoder.push(chunk);
    if (this.#holds.has('answer')) this.#calls.at(-1)?.followed();
    this.#readFrames();
    if (this.#holds.size > 0 && this.#decoder.bufferedBytes > 0) this.#pause();
    if (this.#decoder.outstandingBytes > 0) this.#watchBody();
  }

  #readFrames(): void {
    while (!this.#closed && this.#holds.size === 0) {
      const step = this.#decoder.next();
      if (step.kind === 'need-more') return;
      if (step.kind === 'error') this.#closeInTurn(step.reason);
      else if (step.kind === 'frame') this.#begin(step.chunks);
      else if (this.#modules.memory.reserve(step.sizeBytes, this)) this.#accept(step.sizeBytes);
      else this.#hold('memory');
    }
  }

  #accept(sizeBytes: number): void {
    this.#frameBytes = sizeBytes;
    this.#bodyBeganMs = this.#lastDataMs;
    this.#decoder.accept();
  }

  /** `MemoryWaiter`: the frame that is offered has its memory. */
  memoryGranted(): void {
    this.#lastDataMs = this.#modules.clock.monotonicMs();
    const step = this.#decoder.next();
    if (step.kind === 'size') this.#accept(step.sizeBytes);
    this.#resume('memory');
  }

  #begin(frame: readonly Uint8Array[]): void {
    const reservedBytes = this.#frameBytes;
    this.#frameBytes = 0;
    try {
      const understood = this.#modules.dispatcher.understand(frame, reservedBytes, this);
      const { call } = understood;
      call.beganMs = this.#lastDataMs;
      this.#calls.push(call);
      if (this.#calls.length >= this.#modules.config().connectionRequestsMax)
        this.#hold('requests');
      if (understood.kind === 'answered') {
        call.respond(understood.answer);
        return;
      }
      this.#modules.dispatcher.begin(call);
      if (call.ended || call.identity.api.pipelined) return;
      this.#hold('answer');
      if (this.#decoder.bufferedBytes > 0) call.followed();
    } catch (error) {
      this.#modules.memory.release(reservedBytes);
      if (error instanceof OdradekError) this.#closeInTurn(error.message);
      else {
        this.#modules.defect(error);
        this.#close('a defect');
      }
    }
  }

  callEnded(call: RequestCall): void {
    this.#modules.memory.release(call.reservedBytes);
    this.callLeftLine(call);
  }

  callLeftLine(call: RequestCall): void {
    if (this.#closed) return;
    if (this.#calls[0] !== call || this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#modules.timers.atTurnEnd(this.#flush);
  }

  hangUp(reason: string, call: RequestCall): void {
    const at = this.#calls.indexOf(call);
    if (at >= 0) this.#dropCalls(at);
    this.#closeInTurn(reason);
  }

  /** Sends the answers from the front of the line that are ready. HOT: bench=produce-small */
  #flushAnswers(): void {
    this.#flushScheduled = false;
    if (this.#closed || this.#holds.has('output')) return;
    const buffers: Uint8Array[] = [];
    const sent: (() => void)[] = [];
    let ended = 0;
    for (const call of this.#calls) {
      if (!call.ended) break;
      ended++;
      if (call.answer === undefined) continue;
      if (!this.#encode(call, buffers)) {
        this.#answersSent(sent);
        return;
      }
      if (call.onSent !== undefined) sent.push(call.onSent);
      call.onSent = undefined;
    }
    const { figures, clock } = this.#modules;
    if (ended > 0) figures.ended(this.#calls, ended, clock.monotonicMs());
    this.#calls.splice(0, ended);
    if (buffers.length > 0) this.#send(buffers, sent);
    if (this.#holds.has('closing')) {
      this.#endOnceAnswered();
      return;
    }
    if (ended > 0) this.#resume('requests');
    if (this.#calls.at(-1)?.ended !== false) this.#resume('answer');
  }

  #encode(call: RequestCall, into: Uint8Array[]): boolean {
    const { api, apiVersion, correlationId } = call.identity;
    try {
      const answer = call.answer as Parameters<typeof encodeResponseFrame>[3];
      const frame = encodeResponseFrame(api.response, apiVersion, correlationId, answer);
      for (const piece of frame) into.push(piece);
      return true;
    } catch (error) {
      // A value that the version cannot carry is a mistake in one answer; anything else is a defect.
      if (!hasCode(error, 'PROTOCOL_ERROR')) this.#modules.defect(error);
      this.#close(`the answer to ${api.name} could not be written: ${errorText(error)}`);
      return false;
    }
  }

  #send(buffers: readonly Uint8Array[], sent: readonly (() => void)[]): void {
    let onSent: (() => void) | undefined;
    if (sent.length > 0) {
      this.#unsentAnswers += sent.length;
      onSent = () => {
        this.#unsentAnswers -= sent.length;
        this.#unreadSinceMs = undefined;
        this.#answersSent(sent);
      };
    }
    if (this.#socket.write(buffers, onSent)) return;
    this.#hold('output');
    // The client has all the time to read it, however long the answer took.
    this.#lastDataMs = this.#modules.clock.monotonicMs();
  }

  /** What answers kept in memory may go. */
  #answersSent(sent: readonly (() => void)[]): void {
    try {
      for (const callback of sent) callback();
    } catch (error) {
      this.#broken(error);
    }
  }

  onDrain(): void {
    if (this.#closed || !this.#holds.delete('output')) return;
    this.#unreadSinceMs = undefined;
    try {
      this.#flushAnswers();
      if (!this.#holds.has('output')) this.#readAgain();
    } catch (error) {
      this.#broken(error);
    }
  }

  #hold(reason: Hold): void {
    // Who waits for an answer mostly sends nothing more. The socket is read on until something comes, so that
    // a client that goes is noticed, and its long poll with it.
    if (reason !== 'answer') this.#pause();
    this.#holds.add(reason);
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  #resume(reason: Hold): void {
    if (this.#holds.delete(reason)) this.#readAgain();
  }

  #readAgain(): void {
    if (this.#closed || this.#holds.size > 0) return;
    this.#lastDataMs = this.#modules.clock.monotonicMs();
    this.#readFrames();
    if (this.#paused && !this.#closed && this.#holds.size === 0) {
      this.#paused = false;
      this.#socket.resume();
    }
    if (this.#decoder.outstandingBytes > 0) this.#watchBody();
  }

  /** No further request is begun; those that were end. */
  drain(): void {
    if (!this.#closed) this.#hold('draining');
  }

  #scheduleWatch(delayMs: number): void {
    if (delayMs < 2 ** 31) this.#modules.wheel.scheduleEntry(delayMs, this.#watchdog);
  }

  /** A body is on its way: see to it that the watchdog comes in time for it. */
  #watchBody(): void {
    if (this.#watchingBody || this.#closed) return;
    this.#watchingBody = true;
    this.#scheduleWatch(this.#modules.config().requestBodyTimeoutMs);
  }

  /** Whether what the client sent waits for this broker. */
  get #isWaitedFor(): boolean {
    if (this.#holds.has('memory')) return true;
    const waitsForClient = this.#holds.has('output') && this.#calls.every(({ ended }) => ended);
    return this.isBusy && !waitsForClient;
  }

  /** Closes what stands still: a body that does not come, or a connection that nobody uses. */
  #watch(): void {
    this.#watchingBody = false;
    const { requestBodyTimeoutMs, connectionsMaxIdleMs } = this.#modules.config();
    const quietMs = this.#modules.clock.monotonicMs() - this.#lastDataMs;
    const inBody = this.#decoder.outstandingBytes > 0 && this.#holds.size === 0;
    const limitMs = inBody ? requestBodyTimeoutMs : connectionsMaxIdleMs;
    if (quietMs < limitMs || (!inBody && this.#isWaitedFor)) {
      this.#watchingBody = inBody;
      this.#scheduleWatch(Math.max(1000, limitMs - quietMs));
    } else {
      this.#close(
        inBody
          ? `a request's body stood still for ${requestBodyTimeoutMs} ms`
          : `idle for ${connectionsMaxIdleMs} ms`,
      );
    }
  }

  /**
   * Others wait for memory: closes the connection where it holds some of that and the client does not move at
   * the least pace. Calls with much of it are hurried.
   */
  closeIfSlow(): void {
    const { memory, answerMemory, clock, config } = this.#modules;
    const nowMs = clock.monotonicMs();
    if (memory.isContended) {
      for (const call of this.#calls) if (call.reservedBytes >= largeRequestBytes) call.hurry();
      if (this.#isBodySlow(nowMs)) {
        const receivedBytes = this.#frameBytes - this.#decoder.outstandingBytes;
        const pace = `${receivedBytes} of ${this.#frameBytes} bytes in ${Math.round(nowMs - this.#bodyBeganMs)} ms`;
        this.#close(`a request's body came too slowly while others waited for its memory: ${pace}`);
      }
    }
    // Behind a full output, too, answers wait that take memory.
    const isUnread = this.#unsentAnswers > 0 || this.#holds.has('output');
    if (!answerMemory.isContended || !isUnread) return;
    this.#unreadSinceMs ??= nowMs;
    const { answerContendedTimeoutMs } = config();
    if (nowMs - this.#unreadSinceMs >= answerContendedTimeoutMs) {
      this.#close(
        `an answer was not read for ${answerContendedTimeoutMs} ms while others waited for its memory`,
      );
    }
  }

  /**
   * Whether a body is on its way that is not there in time at its average rate. That it is not read on, since the
   * client does not read its answers, is no excuse.
   */
  #isBodySlow(nowMs: number): boolean {
    const { outstandingBytes } = this.#decoder;
    const elapsedMs = nowMs - this.#bodyBeganMs;
    const { requestBodyGraceMs, requestBodyContendedTimeoutMs } = this.#modules.config();
    if (outstandingBytes === 0 || elapsedMs < requestBodyGraceMs) return false;
    const receivedBytes = this.#frameBytes - outstandingBytes;
    return receivedBytes * requestBodyContendedTimeoutMs < this.#frameBytes * elapsedMs;
  }

  /**
   * Closes the connection once the requests before are answered, since Apache's broker, too, reads what cannot
   * be answered after that. Says why in one line.
   */
  #closeInTurn(reason: string): void {
    if (this.#closed) return;
    this.#logClosed(reason);
    this.#giveUpFrame();
    this.#hold('closing');
    this.#endOnceAnswered();
  }

  #endOnceAnswered(): void {
    if (this.#calls.length === 0 && !this.#holds.has('output')) this.#socket.end();
  }

  /** Closes the connection, and says why in one line. */
  #close(reason: string): void {
    if (this.#closed) return;
    this.#logClosed(reason);
    this.destroy();
  }

  #logClosed(reason: string): void {
    this.#modules.logger.info('closed a connection', {
      client: this.clientHost,
      port: this.clientPort,
      listener: this.listenerName,
      reason,
    });
  }

  /** Closes the connection at once. */
  destroy(): void {
    if (this.#closed) return;
    this.#socket.destroy();
    this.onClose();
  }

  /** Closes it once what was answered is sent. */
  end(): void {
    if (this.#closed) return;
    this.#flushAnswers();
    this.#socket.end();
  }

  onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#letGo();
    } catch (error) {
      this.#modules.defect(error);
    }
  }

  #letGo(): void {
    const { wheel, onClosed } = this.#modules;
    onClosed(this);
    wheel.cancel(this.#watchdog);
    this.#giveUpFrame();
    this.#dropCalls(0);
  }

  /** The frame that was to be read next never will be. */
  #giveUpFrame(): void {
    const frameBytes = this.#frameBytes;
    this.#frameBytes = 0;
    this.#modules.memory.forget(this);
    this.#modules.memory.release(frameBytes);
  }

  /** Nobody is answered any more from the call at `first` on. */
  #dropCalls(first: number): void {
    for (const call of this.#calls.splice(first)) {
      if (!call.ended) this.#modules.memory.release(call.reservedBytes);
      call.connectionClosed();
    }
  }
}

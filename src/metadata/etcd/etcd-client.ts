import type { Clock } from '../../runtime/runtime.ts';
import { assert } from '../../util/assert.ts';
import { errorText } from '../../util/is-error.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { EtcdLink, EtcdLinks, type EtcdLinksModules, type EtcdLinksOptions } from './etcd-links.ts';
import { noAnswerFromEtcd, refusedByEtcd, isAuthNotEnabled, meaningOf } from './etcd-errors.ts';
import {
  decodeAuthenticate,
  encodeAuthenticate,
  etcdMethods,
  type EtcdAnswer,
  type EtcdMethod,
} from './etcd-messages.ts';
import { grpcCall, grpcStatus, GrpcStream } from './grpc-call.ts';
import type { GrpcOutcome, GrpcStatus, GrpcStreamHandler } from './grpc-call.ts';

/** Who a client is, and its bounds. */
export interface EtcdClientOptions extends Omit<EtcdLinksOptions, 'connectTimeoutMs'> {
  /** Undefined where etcd has no users, or knows us by our certificate. */
  readonly user: { readonly name: string; readonly password: string } | undefined;
  /** How long a call may take in all. */
  readonly timeoutMs: number;
  /** Of one answer. */
  readonly messageBytesMax: number;
}

/** What a client works with. */
export interface EtcdClientModules extends EtcdLinksModules {
  readonly clock: Clock;
}

/** A call of etcd. */
export interface EtcdCall<Answer extends EtcdAnswer> {
  readonly method: EtcdMethod;
  /** For messages, behind "to": `read keys`. */
  readonly operation: string;
  readonly request: Uint8Array;
  readonly decode: (message: Uint8Array) => Answer;
  /** Whether it may be sent again when no answer came. */
  readonly mayRepeat: boolean;
}

/** What came of a call. */
export type EtcdOutcome<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly status: GrpcStatus; readonly error: OdradekError }
  /** It was sent, and may be done, or not, or later yet. Never of a call that may be repeated. */
  | { readonly kind: 'unknown' };

/** The answer to a call that may be repeated; throws the error of one that was refused. */
export function answerOf<Answer>(outcome: EtcdOutcome<Answer>): Answer {
  if (outcome.kind === 'refused') throw outcome.error;
  assert(outcome.kind === 'answer', 'what may be repeated is repeated until it is answered');
  return outcome.answer;
}

/** Pause before everybody is tried again. */
const retryPauseMs = 100;
/** Attempts for which there is time when each one is not answered. */
const attemptsMax = 4;
/** Commits that are under way at a time; others wait in line. */
const callsMax = 64;

/**
 * Calls of etcd: by whichever member can be reached, with a token where etcd has users, each within the time
 * that is allowed. Calls that may be repeated are, as long as there is time.
 */
export class EtcdClient {
  readonly #options: EtcdClientOptions;
  readonly #modules: EtcdClientModules;
  readonly #links: EtcdLinks;
  #token: string | undefined;
  #authenticating: Promise<GrpcOutcome> | undefined;
  /** Which etcd this is; undefined before its first answer. */
  #clusterId: bigint | undefined;
  #callsUnderWay = 0;
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  constructor(options: EtcdClientOptions, modules: EtcdClientModules) {
    this.#options = options;
    this.#modules = modules;
    this.#links = new EtcdLinks({ ...options, connectTimeoutMs: this.#attemptMs(true) }, modules);
  }

  /**
   * Rejects with `TIMED_OUT` when it was not sent in time (one that may be repeated: not answered in time),
   * with `METADATA_REFUSED` when no token is to be had, or it is another etcd than before, and with
   * `BROKER_STOPPED` when the client is closed.
   */
  async call<Answer extends EtcdAnswer>(call: EtcdCall<Answer>): Promise<EtcdOutcome<Answer>> {
    // Small ones, and above all the renewal of a lease, wait for nobody.
    if (call.mayRepeat) return this.#callInTime(call);
    await this.#turn();
    try {
      return await this.#callInTime(call);
    } finally {
      this.#turnEnds();
    }
  }

  /**
   * Begins a call that goes on, on some connection. It ends when that connection is given up; to go on
   * elsewhere is the caller's. Rejects as `call` does.
   */
  async openStream(
    method: EtcdMethod,
    operation: string,
    handler: GrpcStreamHandler,
  ): Promise<EtcdStream> {
    const deadlineMs = this.#modules.clock.monotonicMs() + this.#options.timeoutMs;
    const link = await this.#connected(operation, deadlineMs);
    const token = await this.#tokenFor(link, operation, deadlineMs);
    this.#refuseIfClosed();
    return new EtcdStream(link, { ...this.#options, method, token }, handler);
  }

  /** The token is none any more: the next call gets another. */
  forgetToken(): void {
    this.#token = undefined;
  }

  /** Ends every call; what was sent has an unknown outcome. */
  close(): void {
    this.#closed = true;
    this.#links.close();
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** Settles when it is this call's turn, which counts as under way from then on. */
  async #turn(): Promise<void> {
    if (this.#callsUnderWay < callsMax) {
      this.#callsUnderWay++;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Whoever waits longest takes the place. */
  #turnEnds(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#callsUnderWay--;
    else next();
  }

  async #callInTime<Answer extends EtcdAnswer>(
    call: EtcdCall<Answer>,
  ): Promise<EtcdOutcome<Answer>> {
    const deadlineMs = this.#modules.clock.monotonicMs() + this.#options.timeoutMs;
    let tokensLeft = 2;
    for (;;) {
      const link = await this.#connected(call.operation, deadlineMs);
      const token = await this.#tokenFor(link, call.operation, deadlineMs);
      const outcome = await this.#attempt(call, link, token, deadlineMs);
      if (outcome.kind === 'answer') return outcome;
      if (outcome.kind === 'refused') {
        const meaning = meaningOf(outcome);
        if (meaning === 'token' && token !== undefined && --tokensLeft > 0) {
          if (this.#token === token) this.forgetToken();
          continue;
        }
        if (meaning !== 'unknown') {
          const error = refusedByEtcd(call.operation, link.endpoint, outcome);
          return { kind: 'refused', status: outcome, error };
        }
      }
      const reason = reasonOf(outcome);
      if (call.mayRepeat && outcome.kind === 'lost' && outcome.isTooLarge) {
        return tooLarge(reason, this.#options.messageBytesMax);
      }
      // Another member may be better off: with a leader, or not cut off.
      this.#links.retire(link, reason);
      if (!call.mayRepeat) return { kind: 'unknown' };
      await this.#pause(call.operation, deadlineMs, `${link.endpoint}: ${reason}`);
    }
  }

  async #attempt<Answer extends EtcdAnswer>(
    call: EtcdCall<Answer>,
    link: EtcdLink,
    token: string | undefined,
    deadlineMs: number,
  ): Promise<
    { readonly kind: 'answer'; readonly answer: Answer } | Exclude<GrpcOutcome, { kind: 'answer' }>
  > {
    const leftMs = deadlineMs - this.#modules.clock.monotonicMs();
    const timeoutMs = Math.ceil(Math.max(1, Math.min(leftMs, this.#attemptMs(call.mayRepeat))));
    const outcome = await this.#send(call.method, call.request, link, token, timeoutMs);
    if (outcome.kind !== 'answer') return outcome;
    let answer: Answer;
    try {
      answer = call.decode(outcome.message);
    } catch (error) {
      return { kind: 'lost', reason: errorText(error), isTooLarge: false };
    }
    this.#checkCluster(answer, link);
    return { kind: 'answer', answer };
  }

  async #send(
    method: EtcdMethod,
    request: Uint8Array,
    link: EtcdLink,
    token: string | undefined,
    timeoutMs: number,
  ): Promise<GrpcOutcome> {
    const { timers } = this.#modules;
    const { messageBytesMax } = this.#options;
    link.callBegins();
    try {
      const options = { method, token, messageBytesMax, timeoutMs };
      return await grpcCall(request, options, { connection: link.connection, timers });
    } finally {
      link.callEnds();
    }
  }

  /** How long one attempt may take; what may be repeated leaves time for another member. */
  #attemptMs(mayRepeat: boolean): number {
    const { timeoutMs, endpoints } = this.#options;
    const attempts = mayRepeat ? Math.max(2, Math.min(endpoints.length, attemptsMax)) : 1;
    return Math.ceil(timeoutMs / attempts);
  }

  /** A connection; rejects when there is none in time. */
  async #connected(operation: string, deadlineMs: number): Promise<EtcdLink> {
    for (;;) {
      this.#refuseIfClosed();
      const link = await this.#within(this.#links.get(), deadlineMs);
      this.#refuseIfClosed();
      if (link instanceof EtcdLink) return link;
      await this.#pause(operation, deadlineMs, link?.message ?? 'it cannot be reached');
    }
  }

  /** A token where there are users. */
  async #tokenFor(
    link: EtcdLink,
    operation: string,
    deadlineMs: number,
  ): Promise<string | undefined> {
    const { user, timeoutMs } = this.#options;
    if (user === undefined || this.#token !== undefined) return this.#token;
    // One for all who wait.
    this.#authenticating ??= this.#send(
      etcdMethods.authenticate,
      encodeAuthenticate(user.name, user.password),
      link,
      undefined,
      this.#attemptMs(true),
    ).finally(() => {
      this.#authenticating = undefined;
    });
    const outcome = await this.#within(this.#authenticating, deadlineMs);
    if (outcome?.kind === 'answer') {
      this.#token = decodeAuthenticate(outcome.message).token;
      return this.#token;
    }
    if (outcome?.kind === 'refused' && isAuthNotEnabled(outcome)) return undefined;
    if (outcome?.kind === 'refused' && meaningOf(outcome) !== 'unknown') {
      throw refusedByEtcd(`let ${user.name} in`, link.endpoint, outcome);
    }
    const reason = outcome === undefined ? 'no token in time' : reasonOf(outcome);
    this.#links.retire(link, reason);
    throw noAnswerFromEtcd(operation, timeoutMs, link.endpoint, reason);
  }

  #checkCluster({ header }: EtcdAnswer, link: EtcdLink): void {
    this.#clusterId ??= header.clusterId;
    if (this.#clusterId === header.clusterId) return;
    const reason = `it is another etcd (cluster ${header.clusterId.toString(16)}) than before`;
    this.#links.retire(link, reason);
    throw new OdradekError(
      `etcd at ${link.endpoint} is not to be used: ${reason} (${this.#clusterId.toString(16)}); ` +
        'all endpoints in odradek.metadata.store must belong to one',
      { code: 'METADATA_REFUSED', endpoint: link.endpoint, reason },
    );
  }

  /** What `promise` comes to, or undefined at the deadline. */
  async #within<T>(promise: Promise<T>, deadlineMs: number): Promise<T | undefined> {
    const { timers, clock } = this.#modules;
    const late = Promise.withResolvers<undefined>();
    const leftMs = Math.max(0, deadlineMs - clock.monotonicMs());
    const timer = timers.setTimer(leftMs, () => late.resolve(undefined));
    try {
      return await Promise.race([promise, late.promise]);
    } finally {
      timers.clearTimer(timer);
    }
  }

  /** Waits before the next attempt; rejects where there is no time for it. */
  async #pause(operation: string, deadlineMs: number, reason: string): Promise<void> {
    this.#refuseIfClosed();
    const { timers, clock } = this.#modules;
    if (clock.monotonicMs() + retryPauseMs >= deadlineMs) {
      const { timeoutMs, endpoints } = this.#options;
      const names = endpoints.map(({ name }) => name).join(', ');
      throw noAnswerFromEtcd(operation, timeoutMs, names, reason);
    }
    await new Promise<void>((resolve) => {
      timers.setTimer(retryPauseMs, resolve);
    });
  }

  #refuseIfClosed(): void {
    if (!this.#closed) return;
    throw new OdradekError('the metadata store is closed', { code: 'BROKER_STOPPED' });
  }
}

/** A call that goes on, until it ends or its connection is given up. */
export class EtcdStream {
  readonly endpoint: string;
  readonly #stream: GrpcStream;
  readonly #leave: () => void;

  constructor(
    link: EtcdLink,
    options: ConstructorParameters<typeof GrpcStream>[1],
    handler: GrpcStreamHandler,
  ) {
    this.endpoint = link.endpoint;
    this.#leave = link.addStream((reason) => {
      this.#stream.cancel();
      handler.onEnd({ lost: reason });
    });
    this.#stream = new GrpcStream(link.connection, options, {
      onMessage: (message) => handler.onMessage(message),
      onEnd: (end) => {
        this.#leave();
        handler.onEnd(end);
      },
    });
  }

  send(message: Uint8Array): void {
    this.#stream.send(message);
  }

  /** Ends it now; the handler is told nothing more. */
  cancel(): void {
    this.#leave();
    this.#stream.cancel();
  }
}

function tooLarge(reason: string, maxBytes: number): EtcdOutcome<never> {
  const status = { status: grpcStatus.resourceExhausted, message: reason };
  const error = new OdradekError(reason, { code: 'RECORDS_TOO_LARGE', maxBytes });
  return { kind: 'refused', status, error };
}

function reasonOf(outcome: Exclude<GrpcOutcome, { kind: 'answer' }>): string {
  return outcome.kind === 'lost' ? outcome.reason : outcome.message;
}

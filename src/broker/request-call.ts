import type { ApiCall, ServedApi } from '../apis/api.ts';
import type { ClientSource } from '../apis/figures-service.ts';

/** The header of a request, as far as it is needed to answer it. */
export interface RequestIdentity {
  readonly api: ServedApi;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/** What a call asks of the connection that it came by. */
export interface CallOwner extends ClientSource {
  readonly listenerName: string;
  /** The call has ended; its answer, if any, is `call.answer`. */
  callEnded(call: RequestCall): void;
  /** The call gets no answer, and goes on: those behind it need not wait. `callEnded` follows. */
  callLeftLine(call: RequestCall): void;
  hangUp(reason: string, call: RequestCall): void;
}

/**
 * One request from its arrival to its answer: what its handler is given, and the connection's place in line
 * for the answer. It ends once; what a handler says after that is dropped.
 */
export class RequestCall implements ApiCall<unknown, unknown> {
  /** Undefined once the call has ended, as the answer may have to wait for a client that does not read. */
  request: unknown;
  readonly identity: RequestIdentity;
  /** Reserved in the broker's `RequestMemory` until the call has ended. */
  readonly reservedBytes: number;
  /** When it was begun, monotonic; later by what it has waited of its own will. */
  beganMs = 0;
  readonly #owner: CallOwner;
  #ended = false;
  #leftLine = false;
  /** The answer, to be encoded in its turn; undefined for none. */
  answer: unknown;
  onSent: (() => void) | undefined;
  #onClosed: (() => void) | undefined;
  #onHurried: (() => void) | undefined;
  #onFollowed: (() => void) | undefined;

  constructor(
    request: unknown,
    identity: RequestIdentity,
    reservedBytes: number,
    owner: CallOwner,
  ) {
    this.request = request;
    this.identity = identity;
    this.reservedBytes = reservedBytes;
    this.#owner = owner;
  }

  get apiVersion(): number {
    return this.identity.apiVersion;
  }

  get clientId(): string | null {
    return this.identity.clientId;
  }

  get clientHost(): string {
    return this.#owner.clientHost;
  }

  get source(): ClientSource {
    return this.#owner;
  }

  get listenerName(): string {
    return this.#owner.listenerName;
  }

  /** Whether its answer, or that there is none, is known. */
  get ended(): boolean {
    return this.#ended || this.#leftLine;
  }

  respond(response: unknown, onSent?: () => void): void {
    if (this.#ended) {
      onSent?.();
      return;
    }
    this.answer = response;
    this.onSent = onSent;
    this.#end();
  }

  respondNothing(): void {
    if (!this.#ended) this.#end();
  }

  leaveLine(): void {
    if (this.ended) return;
    this.#leftLine = true;
    this.#owner.callLeftLine(this);
  }

  hangUp(reason: string): void {
    if (this.#ended) return;
    if (this.#leftLine) this.#end();
    this.#owner.hangUp(reason, this);
  }

  leaveOut(waitedMs: number): void {
    this.beganMs += waitedMs;
  }

  whenClosed(callback: () => void): void {
    this.#onClosed = callback;
  }

  whenHurried(callback: () => void): void {
    this.#onHurried = callback;
  }

  whenFollowed(callback: () => void): void {
    this.#onFollowed = callback;
  }

  /** The client has sent something more. */
  followed(): void {
    if (!this.#ended) this.#onFollowed?.();
  }

  /** Others wait for the memory that this call has: it is to end without waiting for more. */
  hurry(): void {
    if (!this.#ended) this.#onHurried?.();
  }

  /** The connection has gone: whoever waits need not, and nothing more is said. */
  connectionClosed(): void {
    if (this.#leftLine) return;
    const waiting = !this.#ended;
    this.#ended = true;
    this.onSent?.();
    this.onSent = undefined;
    if (waiting) this.#onClosed?.();
  }

  #end(): void {
    this.#ended = true;
    this.#onClosed = undefined;
    this.#onHurried = undefined;
    this.#onFollowed = undefined;
    this.request = undefined;
    this.#owner.callEnded(this);
  }
}

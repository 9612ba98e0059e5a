import { assert } from '../../util/assert.ts';
import { totalBytes } from '../../util/bytes.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { defaultSendBufferBytes, type Connection, type ConnectionHandler } from '../runtime.ts';
import type { EventOwner, Scheduler } from './scheduler.ts';
import { digest } from './trace.ts';

/** What a connection needs of the network that it is part of. */
export interface Wire {
  readonly scheduler: Scheduler;
  /** Whether what is sent from one host to another arrives. */
  reaches(from: string, to: string): boolean;
  /** How long the next packet takes. */
  latencyMs(from: string, to: string): number;
  closed(connection: SimulatedConnection): void;
}

/** One end of a connection. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What is on its way to the other side. */
interface Segment {
  readonly arrivesAtUs: number;
  readonly kind: 'data' | 'end' | 'reset';
  readonly data: Uint8Array;
  onSent: (() => void) | undefined;
}

const lingerMs = 5_000;
const nothing = new Uint8Array(0);

/**
 * One side of a simulated connection. Segments go to the other side in order, each no earlier than its
 * latency says; while the hosts are cut off from each other, or the other side has paused, they wait here.
 */
export class SimulatedConnection implements Connection {
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly localHost: string;
  readonly localPort: number;
  readonly owner: EventOwner;
  readonly #wire: Wire;
  readonly #sendBufferBytes: number;
  readonly #outgoing: Segment[] = [];
  #peer: SimulatedConnection | undefined;
  #handler: ConnectionHandler | undefined;
  #pendingBytes = 0;
  #lastArrivalUs = 0;
  #pumping = false;
  #paused = false;
  #needsDrain = false;
  #ended = false;
  #endArrived = false;
  #peerEnded = false;
  #closed = false;
  #closeError: Error | undefined;

  constructor(
    wire: Wire,
    owner: EventOwner,
    local: Address,
    remote: Address,
    sendBufferBytes = defaultSendBufferBytes,
  ) {
    this.#wire = wire;
    this.#sendBufferBytes = sendBufferBytes;
    this.owner = owner;
    this.localHost = local.host;
    this.localPort = local.port;
    this.remoteHost = remote.host;
    this.remotePort = remote.port;
  }

  /** Makes two sides one connection. */
  static join(a: SimulatedConnection, b: SimulatedConnection): void {
    a.#peer = b;
    b.#peer = a;
  }

  get closed(): boolean {
    return this.#closed;
  }

  start(handler: ConnectionHandler): void {
    assert(this.#handler === undefined, 'a connection is started once');
    this.#handler = handler;
    if (this.#closed) this.#later('close', () => handler.onClose(this.#closeError));
    else this.#peer?.pump();
  }

  write(buffers: readonly Uint8Array[], onSent?: () => void): boolean {
    if (this.#ended || this.#closed) {
      if (onSent !== undefined) this.#later('sent', onSent);
      return false;
    }
    const data = new Uint8Array(totalBytes(buffers));
    let at = 0;
    for (const buffer of buffers) {
      data.set(buffer, at);
      at += buffer.length;
    }
    this.#pendingBytes += data.length;
    this.#sendInPieces(data, onSent);
    this.#needsDrain ||= this.#pendingBytes >= this.#sendBufferBytes;
    return !this.#needsDrain;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#peer?.pump();
  }

  end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#send('end', nothing, undefined);
    // What the other side sends is dropped from here on, so it need not wait for a paused owner.
    this.#peer?.pump();
  }

  destroy(): void {
    if (this.#closed) return;
    // What is under way arrives; then the other side learns that nobody is here.
    if (!this.#ended) this.#send('end', nothing, undefined);
    this.#ended = true;
    this.#close(undefined);
  }

  /** The process is gone: its system resets what it had open. */
  abandon(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outgoing.length = 0;
    this.#send('reset', nothing, undefined);
  }

  /** The machine is gone: the other side learns nothing, unless `abandon` is called once it is back. */
  vanish(): void {
    this.#outgoing.length = 0;
  }

  /** Breaks this side, as when the system has given up on the other. */
  fail(reason: string): void {
    const { remoteHost: host, remotePort: port } = this;
    const message = `The connection with ${host}:${port} broke (${reason})`;
    this.#close(new OdradekError(message, { code: 'CONNECTION_CLOSED', host, port }));
  }

  /** Lets what waits go on its way, where it can. */
  pump(): void {
    const segment = this.#outgoing[0];
    if (segment === undefined || this.#pumping || !this.#canDeliver(segment)) return;
    this.#pumping = true;
    const delayMs = (segment.arrivesAtUs - this.#wire.scheduler.nowUs) / 1000;
    const receiver = this.#peer?.owner ?? this.owner;
    // When the receiver dies meanwhile, its own reset ends this side.
    this.#wire.scheduler.schedule(receiver, delayMs, this.#describe(segment), () => {
      this.#pumping = false;
      if (this.#outgoing[0] !== segment || !this.#canDeliver(segment)) return this.pump();
      this.#outgoing.shift();
      this.#peer?.receive(segment.kind, segment.data);
      if (segment.kind !== 'reset') this.#sent(segment);
      this.pump();
    });
  }

  receive(kind: Segment['kind'], data: Uint8Array): void {
    if (kind === 'data' && this.#closed) this.#send('reset', nothing, undefined);
    if (this.#closed) return;
    if (kind === 'reset') return this.fail('ECONNRESET');
    if (kind === 'data') {
      if (!this.#ended) this.#handler?.onData(data);
      return;
    }
    this.#peerEnded = true;
    if (this.#endArrived) this.#close(undefined);
    else this.end();
  }

  /** The sender hears of what arrived: room for more, and its end. */
  #sent(segment: Segment): void {
    this.#pendingBytes -= segment.data.length;
    const drained = this.#needsDrain && this.#pendingBytes < this.#sendBufferBytes;
    if (drained) this.#needsDrain = false;
    if (segment.kind === 'end') return this.#later('end sent', () => this.#onEndArrived());
    if (segment.onSent === undefined && !drained) return;
    this.#later('sent', () => {
      segment.onSent?.();
      if (drained && !this.#closed && !this.#ended) this.#handler?.onDrain();
    });
  }

  #onEndArrived(): void {
    this.#endArrived = true;
    if (this.#peerEnded) this.#close(undefined);
    else if (!this.#closed) {
      this.#wire.scheduler.schedule(this.owner, lingerMs, 'linger', () => this.destroy());
    }
  }

  #canDeliver(segment: Segment): boolean {
    const peer = this.#peer;
    if (peer === undefined || !this.#wire.reaches(this.owner.name, peer.owner.name)) return false;
    if (segment.kind === 'reset' || peer.#closed || peer.#ended) return true;
    return peer.#handler !== undefined && !peer.#paused;
  }

  /** A stream has no message boundaries; the receiver must cope with any. */
  #sendInPieces(data: Uint8Array, onSent: (() => void) | undefined): void {
    const { random } = this.#wire.scheduler;
    let rest = data;
    while (rest.length > 1 && random.chance(0.2)) {
      const cut = 1 + random.below(rest.length - 1);
      this.#send('data', rest.subarray(0, cut), undefined);
      rest = rest.slice(cut);
    }
    this.#send('data', rest, onSent);
  }

  #send(kind: Segment['kind'], data: Uint8Array, onSent: (() => void) | undefined): void {
    const { scheduler } = this.#wire;
    const latencyMs = this.#wire.latencyMs(this.owner.name, this.#peer?.owner.name ?? '');
    const arrivesAtUs = Math.max(this.#lastArrivalUs, scheduler.nowUs + latencyMs * 1000);
    this.#lastArrivalUs = arrivesAtUs;
    this.#outgoing.push({ arrivesAtUs, kind, data, onSent });
    this.pump();
  }

  #close(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeError = error;
    this.#wire.closed(this);
    const waiting = this.#outgoing.map((segment) => segment.onSent);
    for (const segment of this.#outgoing) segment.onSent = undefined;
    if (error !== undefined) this.#outgoing.length = 0;
    this.#later('close', () => {
      for (const onSent of waiting) onSent?.();
      this.#handler?.onClose(error);
    });
    this.#peer?.pump();
  }

  #later(kind: string, run: () => void): void {
    this.#wire.scheduler.schedule(this.owner, 0, kind, run);
  }

  #describe({ kind, data }: Segment): string {
    const from = `from ${this.owner.name}:${this.localPort} to port ${this.remotePort}`;
    return kind === 'data' ? `data ${data.length}B ${digest(data)} ${from}` : `${kind} ${from}`;
  }
}

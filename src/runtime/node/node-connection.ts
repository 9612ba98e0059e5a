import type { Socket } from 'node:net';
import { assert } from '../../util/assert.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { Connection, ConnectionHandler } from '../runtime.ts';
import { realClearTimeout, realQueueMicrotask, realSetTimeout } from './captured.ts';
import { systemCode } from './system-error.ts';

/** How long the other side may take to close after `end`. */
const lingerMs = 5_000;

/** A TCP connection; it is given a socket that is connected and paused. */
export class NodeConnection implements Connection {
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly localHost: string;
  readonly localPort: number;
  readonly #socket: Socket;
  #handler: ConnectionHandler | undefined;
  #paused = false;
  #ended = false;
  #closed = false;
  #error: Error | undefined;
  #lingering: NodeJS.Timeout | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remoteHost = plainAddress(socket.remoteAddress);
    this.remotePort = socket.remotePort ?? 0;
    this.localHost = plainAddress(socket.localAddress);
    this.localPort = socket.localPort ?? 0;
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', () => {
      this.#closed = true;
      realClearTimeout(this.#lingering);
      this.#handler?.onClose(this.#closeReason());
    });
  }

  start(handler: ConnectionHandler): void {
    assert(this.#handler === undefined, 'a connection is started once');
    this.#handler = handler;
    if (this.#closed) {
      realQueueMicrotask(() => handler.onClose(this.#closeReason()));
      return;
    }
    this.#socket.on('data', (chunk: Buffer) => {
      if (!this.#ended) handler.onData(chunk);
    });
    this.#socket.on('drain', () => handler.onDrain());
    if (!this.#paused || this.#ended) this.#socket.resume();
  }

  // HOT: bench=fetch
  write(buffers: readonly Uint8Array[], onSent?: () => void): boolean {
    const socket = this.#socket;
    if (this.#ended || socket.destroyed || !socket.writable || buffers.length === 0) {
      if (onSent !== undefined) realQueueMicrotask(onSent);
      return !this.#ended && socket.writable && !socket.writableNeedDrain;
    }
    const last = buffers.length - 1;
    if (last > 0) socket.cork();
    for (let i = 0; i < last; i++) socket.write(buffers[i] as Uint8Array);
    const roomLeft = socket.write(buffers[last] as Uint8Array, onSent);
    if (last > 0) socket.uncork();
    return roomLeft;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#handler !== undefined) this.#socket.resume();
  }

  /**
   * A socket that is closed with input unread resets the connection, and the other side may lose the last
   * answer by it. So input is read and dropped until the other side has closed too, for a while.
   */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const socket = this.#socket;
    socket.end(() => {
      if (this.#closed) return;
      this.#lingering = realSetTimeout(() => socket.destroy(), lingerMs).unref();
    });
    socket.resume();
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #closeReason(): Error | undefined {
    if (this.#error === undefined) return undefined;
    const { remoteHost: host, remotePort: port } = this;
    return new OdradekError(
      `The connection with ${host}:${port} broke (${systemCode(this.#error) || this.#error.message})`,
      { code: 'CONNECTION_CLOSED', host, port },
      { cause: this.#error },
    );
  }
}

/** IPv4 in IPv6's clothes (`::ffff:10.0.0.1`), as a dual-stack listener gives it, is named as IPv4. */
function plainAddress(address = ''): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(address) ? address.slice(7) : address;
}

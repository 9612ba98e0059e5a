import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/** Counts what goes over the sockets of somebody: how many there are, and the bytes in and out. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  #sentBefore = 0;
  #receivedBefore = 0;

  /** What kafkajs opens its connections with when this is its `socketFactory`. */
  readonly open: ISocketFactory = ({ host, port, onConnect }) =>
    this.watch(connect({ host, port, noDelay: true }, onConnect));

  /** Counts a socket, once however often it is named. */
  watch(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket;
  }

  get openSockets(): number {
    return [...this.#sockets].filter(({ destroyed }) => !destroyed).length;
  }

  /** Bytes since the start, or since `reset`. */
  get sentBytes(): number {
    return sum([...this.#sockets].map(({ bytesWritten }) => bytesWritten)) - this.#sentBefore;
  }

  get receivedBytes(): number {
    return sum([...this.#sockets].map(({ bytesRead }) => bytesRead)) - this.#receivedBefore;
  }

  reset(): void {
    this.#sentBefore += this.sentBytes;
    this.#receivedBefore += this.receivedBytes;
  }
}

/** The sum of numbers. */
export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

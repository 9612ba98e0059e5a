import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Wire } from '../common/wire.ts';
import type { Price } from './exchanges.ts';

/** Somebody who wants prices: a port of its own, on which each exchange sends a line for each price. */
export class DirectReader {
  readonly heard: Price[] = [];
  readonly wire = new Wire();
  readonly #server: Server;
  readonly #hear: (price: Price) => void;

  constructor(hear: (price: Price) => void = () => {}) {
    this.#hear = hear;
    this.#server = createServer((socket) => this.#listenTo(this.wire.watch(socket)));
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  #listenTo(socket: Socket): void {
    createInterface({ input: socket }).on('line', (line) => {
      const price = JSON.parse(line) as Price;
      this.heard.push(price);
      this.#hear(price);
    });
  }

  close(): void {
    this.#server.close();
  }
}

/** Somebody who has prices, and who has to know each of those who want them. */
export class DirectSource {
  readonly wire = new Wire();
  readonly #sockets: Socket[] = [];

  async connectTo(port: number): Promise<void> {
    const socket = this.wire.watch(connect({ port, host: '127.0.0.1', noDelay: true }));
    await once(socket, 'connect');
    this.#sockets.push(socket);
  }

  /** Says the same to each: once for everybody who listens. */
  tell(prices: readonly Price[]): void {
    const lines = prices.map((price) => `${JSON.stringify(price)}\n`).join('');
    for (const socket of this.#sockets) socket.write(lines);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

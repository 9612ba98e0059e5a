import * as net from 'node:net';
import type { Prng } from '../../../src/runtime/simulated/prng.ts';

/** Passes bytes between clients and a server on loopback, and cuts each connection after so many answered bytes. */
export class CuttingProxy {
  readonly endpoint: string;
  /** How many connections were cut. */
  cuts = 0;
  /** Whether connections are cut at all. */
  isCutting = true;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server) {
    this.#server = server;
    this.endpoint = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  }

  /** Where each connection is cut follows from `random`. */
  static async start(port: number, bytesMax: number, random: Prng): Promise<CuttingProxy> {
    const server = net.createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const proxy = new CuttingProxy(server);
    server.on('connection', (client) => {
      const upstream = net.connect(port, '127.0.0.1');
      for (const socket of [client, upstream]) {
        proxy.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          proxy.#sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      let left = random.below(bytesMax);
      client.on('data', (chunk) => upstream.write(chunk));
      upstream.on('data', (chunk: Buffer) => {
        if (!proxy.isCutting || chunk.length <= left) {
          left -= chunk.length;
          client.write(chunk);
          return;
        }
        proxy.cuts++;
        client.write(chunk.subarray(0, Math.max(0, left)), () => client.destroy());
      });
    });
    return proxy;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

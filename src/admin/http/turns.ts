import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on a connection for the one before them. */
const waitingMax = 16;

interface Queue {
  /** Settles when the last that came is answered. */
  last: Promise<void>;
  /** Under way, and waiting. */
  count: number;
}

/**
 * One request at a time on each connection, in their order. Who sends many without waiting for answers (pipelining)
 * would else have them all worked at together, and be bound by nothing but what a connection may carry.
 */
export class Turns {
  readonly #queues = new WeakMap<Socket, Queue>();

  /**
   * Does `work` when the requests before it on its connection are answered; it must not fail. The connection of who
   * does not wait at all is broken off.
   */
  async take({ socket }: IncomingMessage, work: () => Promise<void>): Promise<void> {
    const queue = this.#queues.get(socket) ?? { last: Promise.resolve(), count: 0 };
    this.#queues.set(socket, queue);
    if (queue.count > waitingMax) {
      socket.destroy();
      return;
    }
    const before = queue.last;
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.last = promise;
    queue.count++;
    try {
      await before;
      if (!socket.destroyed) await work();
    } finally {
      queue.count--;
      resolve();
    }
  }
}

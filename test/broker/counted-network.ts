import type { Connection, ConnectionHandler, Runtime } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';

/** What went through the broker's end of one connection. */
export interface Counts {
  readBytes: number;
  writtenBytes: number;
}

/** The broker's network, with counts by the port of the client. */
export class CountedNetwork {
  readonly byPort = new Map<number, Counts>();

  readonly around = (runtime: Runtime): Runtime => {
    const { network } = runtime;
    return {
      ...runtime,
      network: {
        ...network,
        listen: (options, onConnection) =>
          network.listen(options, (connection) => onConnection(this.#counted(connection))),
      },
    };
  };

  /** The counts of the connection that was opened last. */
  last(): Counts {
    return must([...this.byPort.values()].at(-1));
  }

  #counted(inner: Connection): Connection {
    const counts: Counts = { readBytes: 0, writtenBytes: 0 };
    this.byPort.set(inner.remotePort, counts);
    const { remoteHost, remotePort, localHost, localPort } = inner;
    return {
      remoteHost,
      remotePort,
      localHost,
      localPort,
      start: (handler: ConnectionHandler) => {
        inner.start({
          onData: (chunk) => {
            counts.readBytes += chunk.length;
            handler.onData(chunk);
          },
          onDrain: () => handler.onDrain(),
          onClose: (error) => handler.onClose(error),
        });
      },
      write: (buffers, onSent) => {
        for (const { length } of buffers) counts.writtenBytes += length;
        return inner.write(buffers, onSent);
      },
      pause: () => inner.pause(),
      resume: () => inner.resume(),
      end: () => inner.end(),
      destroy: () => inner.destroy(),
    };
  }
}

import { apiName } from '../../src/protocol/api-keys.ts';
import { FrameDecoder } from '../../src/protocol/frame.ts';
import type { Connection, Runtime } from '../../src/runtime/runtime.ts';
import { concatenated, readInt16 } from '../../src/util/bytes.ts';

/** A request that a client sent, and when. */
export interface WatchedRequest {
  readonly api: string;
  readonly atMs: number;
}

/** What a client asks for, in the order in which it does. */
export class WatchedRequests {
  readonly sent: WatchedRequest[] = [];
  readonly #nowMs: () => number;

  constructor(modules: { readonly nowMs: () => number }) {
    this.#nowMs = modules.nowMs;
  }

  /** The client's runtime, with an ear on its connections. */
  around(runtime: Runtime): Runtime {
    const { network } = runtime;
    return {
      ...runtime,
      network: {
        listen: (options, onConnection) => network.listen(options, onConnection),
        connect: async (host, port) => this.#watched(await network.connect(host, port)),
      },
    };
  }

  /** When the first request of this API was sent at `sinceMs` or later; undefined where none was. */
  firstOf(api: string, sinceMs = 0): number | undefined {
    return this.sent.find((request) => request.api === api && request.atMs >= sinceMs)?.atMs;
  }

  /** When the last one was. */
  lastOf(api: string): number | undefined {
    return this.sent.findLast((request) => request.api === api)?.atMs;
  }

  countOf(api: string): number {
    return this.sent.filter((request) => request.api === api).length;
  }

  #watched(inner: Connection): Connection {
    const decoder = new FrameDecoder({ frameBytesMax: 1 << 30 });
    const { remoteHost, remotePort, localHost, localPort } = inner;
    return {
      remoteHost,
      remotePort,
      localHost,
      localPort,
      start: (handler) => inner.start(handler),
      write: (buffers, onSent) => {
        decoder.push(concatenated(buffers).slice());
        this.#note(decoder);
        return inner.write(buffers, onSent);
      },
      pause: () => inner.pause(),
      resume: () => inner.resume(),
      end: () => inner.end(),
      destroy: () => inner.destroy(),
    };
  }

  #note(decoder: FrameDecoder): void {
    for (let step = decoder.next(); step.kind !== 'need-more'; step = decoder.next()) {
      if (step.kind === 'error') return;
      if (step.kind === 'size') decoder.accept();
      if (step.kind !== 'frame') continue;
      const api = apiName(readInt16(concatenated(step.chunks), 0));
      this.sent.push({ api: api ?? 'unknown', atMs: this.#nowMs() });
    }
  }
}

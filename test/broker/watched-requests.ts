import { apiName } from '../../src/protocol/api-keys.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { readInt16 } from '../../src/util/bytes.ts';
import { overheard } from './overheard-network.ts';

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
    return overheard(runtime, () => ({
      requested: (frame) => {
        const api = apiName(readInt16(frame, 0)) ?? 'unknown';
        this.sent.push({ api, atMs: this.#nowMs() });
      },
    }));
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
}

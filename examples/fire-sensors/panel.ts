import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Reading } from './building.ts';

/** A panel beside the door of a block: a web page, which subscribes over HTTP. In a browser it is an `EventSource`. */
export class Panel {
  readonly heard: Reading[] = [];
  readonly #end = new AbortController();
  #reading: Promise<void> | undefined;

  async subscribe(httpUrl: string, topic: string, where: string): Promise<void> {
    const url = new URL(`/topics/${topic}/stream`, httpUrl);
    url.searchParams.set('where', where);
    const { body, ok, status } = await fetch(url, { signal: this.#end.signal });
    if (!ok || body === null) throw new Error(`${url.href} answered ${status}`);
    this.#reading = this.#read(Readable.fromWeb(body as ReadableStream)).catch((error: unknown) => {
      if (!this.#end.signal.aborted) throw error;
    });
  }

  /** Each event is lines, of which those that begin with `data:` hold the record. */
  async #read(events: Readable): Promise<void> {
    for await (const line of createInterface({ input: events })) {
      if (!line.startsWith('data:')) continue;
      const record = JSON.parse(line.slice('data:'.length)) as { value: string };
      this.heard.push(JSON.parse(record.value) as Reading);
    }
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#reading;
  }
}

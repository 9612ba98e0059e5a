import { get, type ClientRequest, type IncomingMessage } from 'node:http';

/** One server-sent event. */
export interface ServerEvent {
  /** The last that was sent, with this event or before. */
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads server-sent events as HTML 9.2 has it. Close it. */
export class EventReader {
  readonly status: number;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  readonly #events: AsyncIterator<ServerEvent>;
  /** What a browser would send in Last-Event-ID. */
  lastId = '';

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.status = response.statusCode ?? 0;
    this.#request = request;
    this.#response = response;
    this.#events = this.#read();
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers, agent: false }, (response) =>
        resolve(new EventReader(request, response)),
      );
      request.on('error', reject);
    });
  }

  /** The next event; undefined at the end. */
  async next(): Promise<ServerEvent | undefined> {
    const { value, done } = await this.#events.next();
    return done === true ? undefined : (value as ServerEvent);
  }

  /** So many events. */
  async take(count: number): Promise<ServerEvent[]> {
    const events: ServerEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (event === undefined) break;
      events.push(event);
    }
    return events;
  }

  /** All up to the end, or up to and with the first of this name. */
  async until(name: string): Promise<ServerEvent[]> {
    const events: ServerEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (event === undefined) return events;
      events.push(event);
      if (event.event === name) return events;
    }
  }

  /** All of an answer that is none of events. */
  async text(): Promise<string> {
    let text = '';
    for await (const chunk of this.#response) text += String(chunk);
    return text;
  }

  /** Reads no further. */
  pause(): void {
    this.#response.pause();
  }

  close(): void {
    this.#response.on('error', () => {});
    this.#request.destroy();
  }

  async *#read(): AsyncGenerator<ServerEvent> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.#response) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = this.#parse(block);
        if (event !== undefined) yield event;
      }
    }
  }

  #parse(block: string): ServerEvent | undefined {
    let name = 'message';
    let data: string | undefined;
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^(\w*): ?(.*)$/s.exec(line) ?? [];
      if (field === 'id') this.lastId = value;
      if (field === 'event') name = value;
      if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
    }
    return data === undefined
      ? undefined
      : { id: this.lastId, event: name, data: JSON.parse(data) as unknown };
  }
}

/** What a request is answered with: all at once, or piece by piece as long as it takes. */
export type AdminAnswer = WholeAnswer | StreamedAnswer;

/** Headers of an answer, by their names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** An answer that is at hand. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Uint8Array | string;
}

/** An answer that comes while it is written. It counts among `odradek.http.streams.max`. */
export interface StreamedAnswer {
  readonly headers: AnswerHeaders;
  /** Written where nothing else was for a while, so that a connection that is dead is found out. */
  readonly keepAlive?: string;
  /**
   * Writes the answer, which ends when this settles. A rejection before anything was written is answered as any
   * other; later it breaks the connection off, so that nobody takes a part for the whole. That of `write` once the
   * client has gone may be let through.
   */
  readonly run: (writer: AnswerWriter) => Promise<void>;
}

/** The way of a streamed answer to its client. */
export interface AnswerWriter {
  /**
   * Writes, and settles when more may be written: who awaits it holds one piece in memory, however slow the client
   * is. Rejects once the client has gone, or has left what was written unread for `odradek.http.send.timeout.ms`.
   */
  write(piece: Uint8Array | string): Promise<void>;
  /** Whether the client has not read yet what was written. What is old in a moment need not be written then. */
  readonly isBehind: boolean;
  /** Aborts when the client has gone, or the broker stops. */
  readonly signal: AbortSignal;
}

/** An answer in JSON. */
export function json(value: unknown, status = 200, headers: AnswerHeaders = {}): WholeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** A sentence or two for people. */
export function plainText(text: string, status = 200): WholeAnswer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `${text}\n`,
  };
}

/** Done, and there is nothing to say. */
export function noContent(headers: AnswerHeaders = {}): WholeAnswer {
  return { status: 204, headers, body: '' };
}

/** Server-sent events (HTML, 9.2), which `run` sends; the stream ends when it settles. */
export function events(run: (stream: EventStream) => Promise<void>): StreamedAnswer {
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    keepAlive: ':\n\n',
    run: (writer) => run(new EventStream(writer)),
  };
}

/** How soon a browser connects again. */
const retryAfterMs = 1000;

/** What sends server-sent events. */
export class EventStream {
  readonly #writer: AnswerWriter;

  constructor(writer: AnswerWriter) {
    this.#writer = writer;
  }

  /** As of `AnswerWriter`. */
  get isBehind(): boolean {
    return this.#writer.isBehind;
  }

  /** As of `AnswerWriter`. */
  get signal(): AbortSignal {
    return this.#writer.signal;
  }

  /** Tells the client that all is well before there is anything to send, and how soon to come back after a break. */
  open(): Promise<void> {
    return this.#writer.write(`retry: ${retryAfterMs}\n\n`);
  }

  /** Sends what `eventText` made, several of them at once maybe. As `write`. */
  write(text: string): Promise<void> {
    return this.#writer.write(text);
  }

  /** Sends `data` as JSON, which has no line breaks. `id` is where the client would go on. As `write`. */
  send(event: string, data: unknown, id?: string): Promise<void> {
    return this.#writer.write(eventText(event, data, id));
  }
}

/** One event as it stands in a stream. */
function eventText(event: string, data: unknown, id?: string): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

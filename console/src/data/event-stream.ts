import { toApiError, type ApiError } from './api-error.ts';
import { request } from './api.ts';
import { missedBroker } from './connection.ts';
import { createEventParser, type ServerEvent } from './event-parser.ts';

/** Who is told what a stream brings. */
export interface StreamHandlers {
  onEvent(event: ServerEvent): void;
  /** It stands, for the first time or again. */
  onOpen?(): void;
  /** The server refused it, or it ended or broke without being opened again. */
  onEnd?(error: ApiError | null): void;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * Reads server-sent events of `path` until what it answers is called. With `reconnect` it is opened again whenever it
 * ends or breaks, after a growing pause; a refusal (400 and above, but not 5xx) ends it all the same.
 */
export function openStream(
  path: string,
  handlers: StreamHandlers,
  { reconnect }: { readonly reconnect: boolean },
): () => void {
  const stop = new AbortController();
  void run(path, handlers, reconnect, stop.signal);
  return () => stop.abort();
}

async function run(
  path: string,
  handlers: StreamHandlers,
  reconnect: boolean,
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = firstPauseMs;
  let lastId = '';
  const onEvent = (event: ServerEvent): void => {
    if (signal.aborted) return;
    pauseMs = firstPauseMs;
    lastId = event.id;
    handlers.onEvent(event);
  };
  while (!signal.aborted) {
    let error: ApiError | null = null;
    try {
      await readOnce(path, lastId, onEvent, handlers, signal);
    } catch (thrown) {
      error = toApiError(thrown);
    }
    if (signal.aborted) return;
    const refused = error !== null && error.status >= 400 && error.status < 500;
    if (!reconnect || refused) {
      handlers.onEnd?.(error);
      return;
    }
    missedBroker();
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

async function readOnce(
  path: string,
  lastId: string,
  onEvent: (event: ServerEvent) => void,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<void> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastId !== '') headers['last-event-id'] = lastId;
  const response = await request(path, { headers, signal });
  handlers.onOpen?.();
  const feed = createEventParser(onEvent);
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    feed(decoder.decode(value, { stream: true }));
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

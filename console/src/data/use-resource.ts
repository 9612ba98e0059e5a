import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { toApiError, type ApiError } from './api-error.ts';
import { apiGet } from './api.ts';

/** What the server holds under a path, kept fresh. */
export interface Resource<T> {
  /** The last that came, also while it is asked again or could not be had. */
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  /** Nothing came yet for this path. */
  readonly loading: boolean;
  /** Asks at once, after a change say. */
  refresh(): void;
}

/** The last answers, so that going back shows at once what was there. */
const seen = new Map<string, unknown>();
const seenMax = 60;

function remember(path: string, data: unknown): void {
  seen.delete(path);
  seen.set(path, data);
  const [oldest] = seen.keys();
  if (seen.size > seenMax && oldest !== undefined) seen.delete(oldest);
}

/**
 * `GET path`, again every `refreshMs` while the page is looked at. With another path the data of the one before stay
 * until the new ones come if `keep` is set (paging, sorting), else they go. A path of null asks for nothing.
 */
export function useResource<T>(
  path: string | null,
  { refreshMs = 3000, keep = false }: { refreshMs?: number; keep?: boolean } = {},
): Resource<T> {
  const [state, setState] = useState<{ path: string | null; data?: T; error?: ApiError }>({
    path: null,
  });
  const ask = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (path === null) return undefined;
    const refresher = createRefresher<T>(path, refreshMs, (outcome) => {
      if ('data' in outcome) remember(path, outcome.data);
      setState((before) =>
        'data' in outcome
          ? { path, data: outcome.data }
          : { ...(before.path === path ? before : { path }), error: outcome.error },
      );
    });
    ask.current = refresher.ask;
    return refresher.stop;
  }, [path, refreshMs]);

  const refresh = useCallback(() => ask.current(), []);
  const current = state.path === path;
  const known = path === null ? undefined : (seen.get(path) as T | undefined);
  const data = current || keep ? (state.data ?? known) : known;
  return {
    data: path === null ? undefined : data,
    error: current ? state.error : undefined,
    loading: path !== null && data === undefined && !(current && state.error !== undefined),
    refresh,
  };
}

type Outcome<T> = { readonly data: T } | { readonly error: ApiError };

/** Asks now and every `refreshMs`, one request at a time, not while the page is hidden. */
function createRefresher<T>(
  path: string,
  refreshMs: number,
  report: (outcome: Outcome<T>) => void,
): { ask(): void; stop(): void } {
  const stopped = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  const ask = (): void => {
    clearTimeout(timer);
    turn += 1;
    void answer(turn);
  };
  const answer = async (mine: number): Promise<void> => {
    let outcome: Outcome<T>;
    try {
      outcome = { data: await apiGet<T>(path, stopped.signal) };
    } catch (thrown) {
      outcome = { error: toApiError(thrown) };
    }
    if (stopped.signal.aborted || mine !== turn) return;
    report(outcome);
    timer = setTimeout(again, refreshMs);
  };
  const again = (): void => {
    if (!document.hidden) ask();
  };
  document.addEventListener('visibilitychange', again, { signal: stopped.signal });
  ask();
  return {
    ask,
    stop() {
      clearTimeout(timer);
      stopped.abort();
    },
  };
}

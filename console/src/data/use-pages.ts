import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { toApiError, type ApiError } from './api-error.ts';
import { apiGet } from './api.ts';
import { pagesAround } from './page-ranges.ts';

/** A part of a long list, as the server answers it. */
export interface ListPage<Row> {
  readonly total: number;
  readonly matching: number;
  readonly offset: number;
  readonly rows: readonly Row[];
}

/** A long list of which only the pages near what is seen were asked for. */
export interface PagedList<Row> {
  /** As long as what matches; undefined where a page has not come yet. */
  readonly rows: readonly (Row | undefined)[];
  /** How many there are without the search; undefined before the first page. */
  readonly total: number | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  /** To be told which rows are drawn, `[first, last)`. */
  readonly onWindow: (first: number, last: number) => void;
  /** Asks at once, after a change say. */
  readonly refresh: () => void;
}

const pageRows = 100;
const refreshMs = 3000;

interface State<Row> {
  readonly key: string;
  readonly total: number;
  readonly rows: readonly (Row | undefined)[];
}

/**
 * The list that `pathOf` asks for, whose address is told by `key` (another key is another list; the rows of the one
 * before stay until it comes). What is seen is asked for again every three seconds while the page is looked at.
 */
export function usePages<Row>(
  key: string,
  pathOf: (offset: number, limit: number) => string,
  read: (answer: unknown) => ListPage<Row>,
): PagedList<Row> {
  const [state, setState] = useState<State<Row>>();
  const [error, setError] = useState<ApiError>();
  const seen = useRef({ first: 0, last: 1 });
  const ask = useRef<() => void>(() => undefined);

  useEffect(() => {
    const stopped = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async (): Promise<void> => {
      clearTimeout(timer);
      try {
        for (const offset of pagesAround(seen.current, pageRows)) {
          const page = read(await apiGet(pathOf(offset, pageRows), stopped.signal));
          if (stopped.signal.aborted) return;
          setState((before) => withPage(before, key, page));
        }
        setError(undefined);
      } catch (thrown) {
        if (!stopped.signal.aborted) setError(toApiError(thrown));
      }
      if (!stopped.signal.aborted) timer = setTimeout(again, refreshMs);
    };
    const again = (): void => {
      if (!document.hidden) void load();
    };
    ask.current = () => void load();
    document.addEventListener('visibilitychange', again, { signal: stopped.signal });
    void load();
    return () => {
      clearTimeout(timer);
      stopped.abort();
    };
  }, [key]);

  const onWindow = useCallback((first: number, last: number) => {
    const before = pagesAround(seen.current, pageRows).join();
    seen.current = { first, last };
    if (pagesAround(seen.current, pageRows).join() !== before) ask.current();
  }, []);
  const refresh = useCallback(() => ask.current(), []);
  return {
    rows: state?.rows ?? [],
    total: state?.total,
    error,
    loading: state === undefined && error === undefined,
    onWindow,
    refresh,
  };
}

function withPage<Row>(
  before: State<Row> | undefined,
  key: string,
  page: ListPage<Row>,
): State<Row> {
  const known = before?.key === key ? before.rows : [];
  const rows = Array.from({ length: page.matching }, (_, index): Row | undefined => known[index]);
  for (const [index, row] of page.rows.entries()) rows[page.offset + index] = row;
  return { key, total: page.total, rows };
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type {
  RecordView,
  SearchDone,
  SearchProgress,
} from '../../../src/admin/contract/messages.ts';
import type { Problem } from '../../../src/admin/contract/session.ts';
import { ApiError } from '../data/api-error.ts';
import { openStream } from '../data/event-stream.ts';

/** A search as it goes on. */
export interface Search {
  readonly records: readonly RecordView[];
  readonly progress: SearchProgress | null;
  readonly done: SearchDone | null;
  readonly error: ApiError | null;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly cancel: () => void;
  readonly restart: () => void;
}

type Outcome = Omit<Search, 'cancel' | 'restart'>;

const begun: Outcome = { records: [], progress: null, done: null, error: null, state: 'running' };
/** How often what came is drawn at most. */
const drawMs = 80;

/** Streams what is found under `path`, and how far the search has come; null searches nothing. */
export function useSearch(path: string | null): Search {
  const [outcome, setOutcome] = useState<Outcome>(begun);
  const [turn, setTurn] = useState(0);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (path === null) return undefined;
    const close = runSearch(path, setOutcome);
    stop.current = close;
    return close;
  }, [path, turn]);
  const cancel = useCallback(() => {
    stop.current();
    setOutcome((now) => (now.state === 'running' ? { ...now, state: 'cancelled' } : now));
  }, []);
  const restart = useCallback(() => setTurn((before) => before + 1), []);
  return { ...outcome, cancel, restart };
}

function runSearch(path: string, report: (outcome: Outcome) => void): () => void {
  const records: RecordView[] = [];
  let outcome: Outcome = begun;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    report({ ...outcome, records: records.slice() });
  };
  const change = (part: Partial<Outcome>): void => {
    outcome = { ...outcome, ...part };
    timer ??= setTimeout(draw, drawMs);
  };
  // What was found before stays until the first of the new comes, so that nothing flickers.
  timer = setTimeout(draw, 200);
  const close = openStream(
    path,
    {
      onEvent({ name, data }) {
        if (name === 'records') {
          records.push(...(JSON.parse(data) as RecordView[]));
          change({});
        } else if (name === 'progress') change({ progress: JSON.parse(data) as SearchProgress });
        else if (name === 'done') {
          const done = JSON.parse(data) as SearchDone;
          change({ done, progress: done, state: 'done' });
          draw();
        } else if (name === 'failed') {
          change({
            error: new ApiError(500, (JSON.parse(data) as Problem).error),
            state: 'failed',
          });
          draw();
        }
      },
      onEnd(error) {
        if (outcome.state === 'running') {
          change({ error: error ?? cutOff, state: 'failed' });
        }
        draw();
      },
    },
    { reconnect: false },
  );
  return () => {
    clearTimeout(timer);
    close();
  };
}

const cutOff = new ApiError(0, {
  code: 'CUT_OFF',
  message: 'The search was cut off before its end.',
  remedy: 'What was found until then is below; search again for all of it.',
});

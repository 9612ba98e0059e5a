import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { RecordView, SearchProgress } from '../../../src/admin/contract/messages.ts';
import type { Problem } from '../../../src/admin/contract/session.ts';
import { ApiError } from '../data/api-error.ts';
import { missedBroker } from '../data/connection.ts';
import { openStream } from '../data/event-stream.ts';
import { emptyTail, revealed, withTail, type TailBuffer } from './tail-buffer.ts';

/** A live tail. */
export interface Tail {
  readonly tail: TailBuffer;
  readonly progress: SearchProgress | null;
  /** Why the broker refused it; a connection that is lost comes back by itself. */
  readonly error: ApiError | null;
  readonly reveal: () => void;
}

/** What a tail follows. */
export interface TailSource {
  /** `api/topics/NAME/messages?follow=true&…` without `from`; null follows nothing. */
  readonly path: string | null;
  /** Where it begins, in the words of the contract; undefined for the end. */
  readonly from: string | undefined;
  /** The end of each partition that is followed, as it was known before. */
  readonly ends: ReadonlyMap<number, number>;
  /** How many partitions are followed. */
  readonly partitions: number;
}

const drawMs = 250;
const pauseMs = 1000;

/** Follows what is written; while `isReading`, what comes waits and nothing moves. */
export function useTail(source: TailSource, isReading: boolean): Tail {
  const [state, setState] = useState<Omit<Tail, 'reveal'>>({
    tail: emptyTail,
    progress: null,
    error: null,
  });
  const reading = useRef(isReading);
  reading.current = isReading;
  useEffect(() => {
    if (source.path === null) return undefined;
    setState({ tail: emptyTail, progress: null, error: null });
    return followTail(source, source.path, (came, progress, error) =>
      setState((before) => ({
        tail: withTail(before.tail, came, reading.current),
        progress: progress ?? before.progress,
        error,
      })),
    );
  }, [source.path, source.from]);
  const reveal = useCallback(
    () => setState((before) => ({ ...before, tail: revealed(before.tail) })),
    [],
  );
  return { ...state, reveal };
}

type Report = (
  came: readonly RecordView[],
  progress: SearchProgress | null,
  error: ApiError | null,
) => void;

/** Opens the stream again where it stopped, so that nothing is missed, until what it answers is called. */
function followTail(source: TailSource, path: string, report: Report): () => void {
  const positions = new Map(source.ends);
  let came: RecordView[] = [];
  let progress: SearchProgress | null = null;
  let close: () => void = () => undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    if (came.length > 0 || progress !== null) report(came, progress, null);
    came = [];
    progress = null;
  };
  const drawing = setInterval(flush, drawMs);
  const open = (from: string | undefined): void => {
    const url = from === undefined ? path : `${path}&from=${encodeURIComponent(from)}`;
    close = openStream(
      url,
      {
        onEvent({ name, data }) {
          if (name === 'progress') progress = JSON.parse(data) as SearchProgress;
          if (name === 'failed') {
            report([], null, new ApiError(500, (JSON.parse(data) as Problem).error));
          }
          if (name !== 'records') return;
          const records = JSON.parse(data) as RecordView[];
          for (const { partition, offset } of records) positions.set(partition, offset + 1);
          came.push(...records);
        },
        onEnd(error) {
          flush();
          const refused = error !== null && error.status >= 400 && error.status < 500;
          if (refused) {
            report([], null, error);
            return;
          }
          if (error !== null) missedBroker();
          retry = setTimeout(() => open(cursorOf(source, positions) ?? from), pauseMs);
        },
      },
      { reconnect: false },
    );
  };
  open(source.from);
  return () => {
    clearInterval(drawing);
    clearTimeout(retry);
    close();
  };
}

/** Where to go on; undefined where that is not known of every partition, since one left out is read from its beginning. */
function cursorOf(
  { partitions }: TailSource,
  positions: ReadonlyMap<number, number>,
): string | undefined {
  if (positions.size < partitions) return undefined;
  return [...positions].map(([partition, offset]) => `${partition}:${offset}`).join(',');
}

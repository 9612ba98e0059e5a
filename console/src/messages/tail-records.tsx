import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Empty, ErrorNotice } from '../ui/empty.tsx';
import { exact } from '../ui/figures.ts';
import { messagesRequest, type MessagesQuery } from './messages-query.ts';
import type { MessagesProps } from './messages-view.tsx';
import { positionText } from './position.ts';
import { RecordsPane } from './records-pane.tsx';
import { failedSummary } from './search-summary.ts';
import type { TailBuffer } from './tail-buffer.ts';
import { useTail, type Tail, type TailSource } from './use-tail.ts';

/** Records as they are written. While one reads, nothing moves: what comes is counted, and shown when one asks. */
export function TailRecords({ topic, query, show }: MessagesProps): ComponentChildren {
  const [isPaused, setPaused] = useState(false);
  const [isAtTop, setAtTop] = useState(true);
  const isReading = isPaused || !isAtTop || query.open !== null || query.selected.length > 0;
  const live = useTail(sourceOf(topic, query), isReading);
  const { tail } = live;
  const reveal = (): void => {
    setPaused(false);
    live.reveal();
    document.querySelector('.records .table-frame')?.scrollTo({ top: 0 });
    if (query.open !== null || query.selected.length > 0)
      show({ ...query, open: null, selected: [] });
  };
  return (
    <>
      <TailStatus
        live={live}
        isPaused={isPaused}
        onPause={setPaused}
        hasFilter={query.where !== ''}
      />
      {live.error !== null && <ErrorNotice error={live.error} />}
      {tail.waiting.length > 0 && (
        <div class="pill-place">
          <button type="button" class="pill" onClick={reveal}>
            {waitingText(tail)}
          </button>
        </div>
      )}
      {tail.shown.length === 0 && live.error === null && (
        <Empty title="Waiting for records">
          <p>
            What is written to {topic.name} from now on is shown here
            {query.where === '' ? '' : ' when it matches'}.
          </p>
        </Empty>
      )}
      <RecordsPane
        topic={topic}
        query={query}
        show={show}
        records={tail.shown}
        onAtTop={setAtTop}
      />
      {tail.goneFromShown > 0 && (
        <p class="faint">
          {exact(tail.goneFromShown)} older records are no longer shown here; Newest has them.
        </p>
      )}
    </>
  );
}

function sourceOf(topic: MessagesProps['topic'], query: MessagesQuery): TailSource {
  const wanted = topic.partitionFigures.filter(
    ({ index }) => query.partitions.length === 0 || query.partitions.includes(index),
  );
  const ends = new Map<number, number>();
  for (const { index, highWatermark } of wanted) {
    if (highWatermark !== null) ends.set(index, highWatermark);
  }
  const request = messagesRequest({ ...query, from: null, cursor: null });
  return {
    path: `api/topics/${encodeURIComponent(topic.name)}/messages?${request}`,
    from: query.from === null ? undefined : positionText(query.from),
    ends,
    partitions: wanted.length,
  };
}

function waitingText({ waiting, goneUnseen }: TailBuffer): string {
  const count = waiting.length;
  const left = goneUnseen === 0 ? '' : `, and ${exact(goneUnseen)} before them that Newest has`;
  return `${exact(count)} new ${count === 1 ? 'record' : 'records'}${left}: show`;
}

function TailStatus({
  live: { progress },
  isPaused,
  onPause,
  hasFilter,
}: {
  readonly live: Tail;
  readonly isPaused: boolean;
  readonly onPause: (isPaused: boolean) => void;
  readonly hasFilter: boolean;
}): ComponentChildren {
  const failed = failedSummary(progress);
  return (
    <div class="search-status">
      <span class={isPaused ? 'muted' : 'live-mark dot'}>{isPaused ? 'Paused' : 'Live'}</span>
      <span class="muted">
        {progress !== null &&
          (hasFilter
            ? `${exact(progress.matched)} matched of ${exact(progress.scanned)} written`
            : `${exact(progress.scanned)} written since`)}
      </span>
      {failed !== null && <span class="warn-text">{failed}</span>}
      <span class="spread" />
      <Button
        small
        icon={isPaused ? 'play' : 'pause'}
        pressed={isPaused}
        onClick={() => onPause(!isPaused)}
      >
        Pause
      </Button>
    </div>
  );
}

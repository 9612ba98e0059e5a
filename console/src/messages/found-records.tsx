import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useLive } from '../data/live.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/empty.tsx';
import { exact } from '../ui/figures.ts';
import { Icon } from '../ui/icons.tsx';
import { exportRequest, messagesRequest, type MessagesQuery } from './messages-query.ts';
import type { MessagesProps } from './messages-view.tsx';
import { Mistake } from './filter-field.tsx';
import { RecordsPane } from './records-pane.tsx';
import { endSummary, failedSummary, searchShare, searchSummary } from './search-summary.ts';
import { useSearch, type Search } from './use-search.ts';

/** A page of records: what was found, how far the search has come, and where it goes on. */
export function FoundRecords({ topic, query, show }: MessagesProps): ComponentChildren {
  const path = `api/topics/${encodeURIComponent(topic.name)}/messages?${messagesRequest(query)}`;
  const search = useSearch(path);
  const fresh = useNewRecords(topic.name, query, search);
  return (
    <>
      <SearchStatus topic={topic.name} query={query} search={search} />
      {search.error !== null && <SearchProblem query={query} search={search} />}
      {fresh > 0 && search.state !== 'running' && (
        <div class="pill-place">
          <button type="button" class="pill" onClick={search.restart}>
            {exact(fresh)} new {fresh === 1 ? 'record' : 'records'}: show
          </button>
        </div>
      )}
      <RecordsPane topic={topic} query={query} show={show} records={search.records} />
      <SearchEnd query={query} show={show} search={search} />
    </>
  );
}

/** How many records were written since the page of the newest was asked for. */
function useNewRecords(topic: string, query: MessagesQuery, search: Search): number {
  const picture = useLive({ topic });
  const found = picture?.topics.find(({ name }) => name === topic);
  let end = 0;
  for (const { index, highWatermark } of found?.partitions ?? []) {
    if (query.partitions.length === 0 || query.partitions.includes(index))
      end += highWatermark ?? 0;
  }
  const seen = useRef({ key: '', end: 0 });
  const isRunning = search.state === 'running';
  const key = `${topic} ${messagesRequest(query)}`;
  if (found !== undefined && (isRunning || seen.current.key !== key)) seen.current = { key, end };
  const isNewest = query.order === 'newest' && query.cursor === null;
  return isNewest && found !== undefined && !isRunning ? Math.max(0, end - seen.current.end) : 0;
}

function SearchStatus({
  topic,
  query,
  search,
}: {
  readonly topic: string;
  readonly query: MessagesQuery;
  readonly search: Search;
}): ComponentChildren {
  const { state, progress } = search;
  const share = searchShare(progress);
  const failed = failedSummary(progress);
  const href = `api/topics/${encodeURIComponent(topic)}/export?${exportRequest(query)}`;
  return (
    <div class="search-status">
      {state === 'running' && (
        <progress
          aria-label="Progress of the search"
          {...(share === null ? {} : { value: share, max: 1 })}
        />
      )}
      <span class="muted">{searchSummary(progress, state, query.where !== '')}</span>
      {failed !== null && <span class="warn-text">{failed}</span>}
      <span class="spread" />
      {state === 'running' ? (
        <Button small icon="close" onClick={search.cancel}>
          Stop
        </Button>
      ) : (
        <Button small icon="refresh" onClick={search.restart}>
          Search again
        </Button>
      )}
      <a class="button small" href={href} download>
        <Icon name="download" />
        Export {query.where === '' ? 'all' : 'all matches'}
      </a>
    </div>
  );
}

function SearchProblem({
  query,
  search: { error },
}: {
  readonly query: MessagesQuery;
  readonly search: Search;
}): ComponentChildren {
  if (error === null) return null;
  const isFilter = error.problem.at !== undefined && query.where !== '';
  return isFilter ? <Mistake filter={query.where} error={error} /> : <ErrorNotice error={error} />;
}

function SearchEnd({
  query,
  show,
  search: { done, records, state },
}: Omit<MessagesProps, 'topic'> & { readonly search: Search }): ComponentChildren {
  if (state !== 'done' || done === null) return null;
  const next = done.reason === 'limit' ? done.next : null;
  const turn = (cursor: string | null): void =>
    show({ ...query, cursor, open: null, selected: [] }, { push: true });
  return (
    <div class="search-end" role="status">
      <span class="muted">{endSummary(done, records.length, query.where !== '')}</span>
      <span class="spread" />
      {query.cursor !== null && (
        <Button small onClick={() => turn(null)}>
          First page
        </Button>
      )}
      {next !== null && (
        <Button small onClick={() => turn(next)}>
          {query.order === 'newest' ? 'Older records' : 'Next records'}
        </Button>
      )}
    </div>
  );
}

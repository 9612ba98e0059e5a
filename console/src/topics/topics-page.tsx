import type { ComponentChildren } from 'preact';
import type { TopicPage, TopicRow } from '../../../src/admin/contract/topics.ts';
import { Page } from '../app/page.tsx';
import { navigate, useLocation } from '../app/router.ts';
import { hrefOf } from '../app/routes.ts';
import { useDialog } from '../app/use-dialog.ts';
import { mayChange, session } from '../data/session.ts';
import { usePages, type ListPage } from '../data/use-pages.ts';
import { useStore } from '../data/use-store.ts';
import { Button } from '../ui/button.tsx';
import { DataTable, type Column, type Sort } from '../ui/data-table.tsx';
import { Empty, ErrorNotice, Loading } from '../ui/empty.tsx';
import { CheckField } from '../ui/field.tsx';
import { bytes, countNote, exact, perSecond } from '../ui/figures.ts';
import { SearchField } from '../ui/search-field.tsx';
import { NewTopicDialog } from './new-topic-dialog.tsx';
import { TopicBadges } from './topic-badges.tsx';
import { topicListCommand } from './topic-commands.ts';
import {
  formatTopicsQuery,
  parseTopicsQuery,
  topicsRequest,
  type TopicSort,
  type TopicsQuery,
} from './topics-query.ts';
import './topics.css';
import { useSearchText } from '../ui/use-search-text.ts';

const columns: readonly Column<TopicRow>[] = [
  {
    name: 'name',
    title: 'Topic',
    sortable: true,
    cell: (topic) => (
      <span class="name-cell">
        <a href={hrefOf({ view: 'topic', topic: topic.name, tab: '' })}>{topic.name}</a>
        <TopicBadges topic={topic} />
      </span>
    ),
  },
  {
    name: 'partitions',
    title: 'Partitions',
    number: true,
    sortable: true,
    cell: ({ partitions, replicationFactor }) => (
      <>
        {exact(partitions)} <span class="faint">× {replicationFactor}</span>
      </>
    ),
  },
  {
    name: 'messages',
    title: 'Messages',
    number: true,
    sortable: true,
    cell: ({ filtered, messages }) =>
      filtered === null ? exact(messages) : <span class="faint">as its source</span>,
  },
  {
    name: 'size',
    title: 'Size',
    number: true,
    sortable: true,
    cell: ({ filtered, sizeBytes }) =>
      filtered === null ? bytes(sizeBytes) : <span class="faint">none</span>,
  },
  {
    name: 'rate',
    title: 'Written',
    number: true,
    sortable: true,
    cell: ({ filtered, messagesPerSecond: rate }) =>
      filtered !== null || rate === 0 ? <span class="faint">–</span> : perSecond(rate),
  },
];

/** All topics: a list that is searched and sorted by the broker, and drawn where it is seen. */
export function TopicsPage(): ComponentChildren {
  const { query: address } = useLocation();
  const dialog = useDialog();
  const current = useStore(session);
  const query = parseTopicsQuery(address.toString());
  const key = formatTopicsQuery(query);
  const list = usePages<TopicRow>(
    key,
    (offset, limit) => `api/topics?${topicsRequest(query, offset, limit)}`,
    readPage,
  );
  const create = mayChange(current) && (
    <Button kind="primary" icon="plus" onClick={() => dialog.show('create')}>
      New topic
    </Button>
  );
  return (
    <Page
      title="Topics"
      note={countNote(list.rows.length, list.total, 'topic')}
      actions={create}
      command={topicListCommand(current?.bootstrapServers ?? '', query)}
    >
      <TopicsToolbar query={query} />
      {list.error !== undefined && <ErrorNotice error={list.error} />}
      {list.loading && <Loading />}
      {list.total !== undefined && list.rows.length === 0 && (
        <NoTopics query={query} action={create} />
      )}
      {list.rows.length > 0 && (
        <DataTable
          label="Topics"
          columns={columns}
          rows={list.rows}
          keyOf={({ name }) => name}
          sort={{ by: query.sort, order: query.descending ? 'desc' : 'asc' }}
          onSort={(sort) => goTo(withSort(query, sort))}
          onWindow={list.onWindow}
          onRowClick={({ name }) => navigate(hrefOf({ view: 'topic', topic: name, tab: '' }))}
        />
      )}
      {dialog.open === 'create' && <NewTopicDialog onClose={dialog.close} />}
    </Page>
  );
}

function readPage(answer: unknown): ListPage<TopicRow> {
  const page = answer as TopicPage;
  return { ...page, rows: page.topics };
}

function goTo(query: TopicsQuery): void {
  const address = new URLSearchParams(formatTopicsQuery(query));
  navigate(hrefOf({ view: 'topics' }, address), { replace: true });
}

function withSort(query: TopicsQuery, { by, order }: Sort): TopicsQuery {
  return { ...query, sort: by as TopicSort, descending: order === 'desc' };
}

function TopicsToolbar({ query }: { readonly query: TopicsQuery }): ComponentChildren {
  const [text, setText] = useSearchText(query.text, (sought) => goTo({ ...query, text: sought }));
  return (
    <div class="toolbar">
      <SearchField label="Search topics" value={text} onInput={setText} />
      <CheckField
        label="Internal topics"
        checked={query.internal}
        onChange={(internal) => goTo({ ...query, internal })}
      />
    </div>
  );
}

function NoTopics({
  query,
  action,
}: {
  readonly query: TopicsQuery;
  readonly action: ComponentChildren;
}): ComponentChildren {
  if (query.text !== '') {
    return (
      <Empty title={`No topic has “${query.text}” in its name`}>
        <Button onClick={() => goTo({ ...query, text: '' })}>Show all topics</Button>
      </Empty>
    );
  }
  return (
    <Empty title="There are no topics yet">
      <p>A topic is made here, or by the first message that is written to it.</p>
      {action}
    </Empty>
  );
}

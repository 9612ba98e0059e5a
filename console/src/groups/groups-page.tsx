import type { ComponentChildren } from 'preact';
import type { GroupPage, GroupRow } from '../../../src/admin/contract/topics.ts';
import { Page } from '../app/page.tsx';
import { navigate, useLocation } from '../app/router.ts';
import { hrefOf } from '../app/routes.ts';
import { session } from '../data/session.ts';
import { usePages, type ListPage } from '../data/use-pages.ts';
import { useStore } from '../data/use-store.ts';
import { Button } from '../ui/button.tsx';
import { DataTable, type Column, type Sort } from '../ui/data-table.tsx';
import { Empty, ErrorNotice, Loading } from '../ui/empty.tsx';
import { SelectField } from '../ui/field.tsx';
import { countNote, exact } from '../ui/figures.ts';
import { SearchField } from '../ui/search-field.tsx';
import { Behind, GroupState, Trend } from './group-state.tsx';
import { groupListCommand } from './group-commands.ts';
import {
  formatGroupsQuery,
  groupsRequest,
  groupStates,
  parseGroupsQuery,
  type GroupSort,
  type GroupsQuery,
} from './groups-query.ts';
import './groups.css';
import { useSearchText } from '../ui/use-search-text.ts';

const columns: readonly Column<GroupRow>[] = [
  {
    name: 'name',
    title: 'Group',
    sortable: true,
    cell: ({ groupId }) => (
      <a href={hrefOf({ view: 'group', group: groupId, tab: '' })}>{groupId}</a>
    ),
  },
  { name: 'state', title: 'State', cell: (group) => <GroupState state={group.state} /> },
  {
    name: 'members',
    title: 'Members',
    number: true,
    sortable: true,
    cell: ({ members }) => exact(members),
  },
  { name: 'topics', title: 'Topics', cell: ({ topics }) => <TopicNames topics={topics} /> },
  {
    name: 'lag',
    title: 'Lag',
    number: true,
    sortable: true,
    cell: ({ lag, trend }) => (
      <>
        <Trend trend={trend} /> {exact(lag)}
      </>
    ),
  },
  {
    name: 'lagSeconds',
    title: 'Behind by',
    number: true,
    cell: ({ lagSeconds }) => <Behind seconds={lagSeconds} />,
  },
  {
    name: 'type',
    title: 'Protocol',
    cell: ({ type }) => <span class="muted">{type}</span>,
  },
];

function TopicNames({ topics }: { readonly topics: readonly string[] }): ComponentChildren {
  const [first, second] = topics;
  if (first === undefined) return <span class="faint">none</span>;
  const more = topics.length - 2;
  return (
    <span class="muted" title={topics.slice(0, 30).join(', ')}>
      {first}
      {second !== undefined && `, ${second}`}
      {more > 0 && ` and ${exact(more)} more`}
    </span>
  );
}

/** All groups: how far behind each is, in messages and in time. */
export function GroupsPage(): ComponentChildren {
  const { query: address } = useLocation();
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const query = parseGroupsQuery(address.toString());
  const list = usePages<GroupRow>(
    formatGroupsQuery(query),
    (offset, limit) => `api/groups?${groupsRequest(query, offset, limit)}`,
    readPage,
  );
  return (
    <Page
      title="Groups"
      note={countNote(list.rows.length, list.total, 'group')}
      command={groupListCommand(bootstrap, query)}
    >
      <GroupsToolbar query={query} />
      {list.error !== undefined && <ErrorNotice error={list.error} />}
      {list.loading && <Loading />}
      {list.total !== undefined && list.rows.length === 0 && <NoGroups query={query} />}
      {list.rows.length > 0 && (
        <DataTable
          label="Groups"
          columns={columns}
          rows={list.rows}
          keyOf={({ groupId }) => groupId}
          sort={{ by: query.sort, order: query.descending ? 'desc' : 'asc' }}
          onSort={(sort) => goTo(withSort(query, sort))}
          onWindow={list.onWindow}
          onRowClick={({ groupId }) => navigate(hrefOf({ view: 'group', group: groupId, tab: '' }))}
        />
      )}
    </Page>
  );
}

function readPage(answer: unknown): ListPage<GroupRow> {
  const page = answer as GroupPage;
  return { ...page, rows: page.groups };
}

function goTo(query: GroupsQuery): void {
  const address = new URLSearchParams(formatGroupsQuery(query));
  navigate(hrefOf({ view: 'groups' }, address), { replace: true });
}

function withSort(query: GroupsQuery, { by, order }: Sort): GroupsQuery {
  return { ...query, sort: by as GroupSort, descending: order === 'desc' };
}

function GroupsToolbar({ query }: { readonly query: GroupsQuery }): ComponentChildren {
  const [text, setText] = useSearchText(query.text, (sought) => goTo({ ...query, text: sought }));
  return (
    <div class="toolbar">
      <SearchField label="Search groups" value={text} onInput={setText} />
      <SelectField
        label="State"
        hideLabel
        value={query.state}
        choices={[
          { value: '', text: 'Any state' },
          ...groupStates.map((state) => ({ value: state as string, text: state as string })),
        ]}
        onChange={(state) => goTo({ ...query, state })}
      />
    </div>
  );
}

function NoGroups({ query }: { readonly query: GroupsQuery }): ComponentChildren {
  if (query.text !== '' || query.state !== '') {
    return (
      <Empty title="No group is like that">
        <Button onClick={() => goTo({ ...query, text: '', state: '' })}>Show all groups</Button>
      </Empty>
    );
  }
  return (
    <Empty title="There are no groups yet">
      <p>A group is there as soon as a consumer joins it or commits an offset.</p>
    </Empty>
  );
}

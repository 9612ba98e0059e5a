import { choiceIn, queryText } from '../data/query-text.ts';

/** What groups can be sorted by. */
export type GroupSort = 'name' | 'lag' | 'members';

/** What the list of groups shows; all of it stands in its address. */
export interface GroupsQuery {
  readonly text: string;
  /** Groups in any state when empty. */
  readonly state: string;
  readonly sort: GroupSort;
  readonly descending: boolean;
}

/** The states that groups of both protocols can be in, in Kafka's words. */
export const groupStates = [
  'Stable',
  'Empty',
  'Dead',
  'PreparingRebalance',
  'CompletingRebalance',
  'Assigning',
  'Reconciling',
] as const;

/** What the query of an address says. Figures are sorted from the greatest down unless it says otherwise. */
export function parseGroupsQuery(text: string): GroupsQuery {
  const query = new URLSearchParams(text);
  const sort = choiceIn(query, 'sort', ['name', 'lag', 'members']);
  const order = query.get('order');
  return {
    text: query.get('query') ?? '',
    state: choiceIn(query, 'state', ['', ...groupStates]),
    sort,
    descending: order === null ? sort !== 'name' : order === 'desc',
  };
}

/** The query of the address that shows this. */
export function formatGroupsQuery(query: GroupsQuery): string {
  const usual = query.sort !== 'name';
  return queryText([
    ['query', query.text],
    ['state', query.state],
    ['sort', query.sort === 'name' ? undefined : query.sort],
    ['order', query.descending === usual ? undefined : query.descending ? 'desc' : 'asc'],
  ]);
}

/** The query of `GET /api/groups` for the lines `[offset, offset + limit)`. */
export function groupsRequest(query: GroupsQuery, offset: number, limit: number): string {
  return queryText([
    ['query', query.text],
    ['state', query.state],
    ['sort', query.sort],
    ['order', query.descending ? 'desc' : 'asc'],
    ['offset', offset],
    ['limit', limit],
  ]);
}

/** The list sorted by `sort`: the other way round where it is sorted by that already. */
export function sortedGroups(query: GroupsQuery, sort: GroupSort): GroupsQuery {
  const descending = query.sort === sort ? !query.descending : sort !== 'name';
  return { ...query, sort, descending };
}

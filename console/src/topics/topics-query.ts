import { choiceIn, queryText } from '../data/query-text.ts';

/** What topics can be sorted by. */
export type TopicSort = 'name' | 'messages' | 'size' | 'rate' | 'partitions';

/** What the list of topics shows; all of it stands in its address. */
export interface TopicsQuery {
  readonly text: string;
  readonly internal: boolean;
  readonly sort: TopicSort;
  readonly descending: boolean;
}

/** What the query of an address says. Figures are sorted from the greatest down unless it says otherwise. */
export function parseTopicsQuery(text: string): TopicsQuery {
  const query = new URLSearchParams(text);
  const sort = choiceIn(query, 'sort', ['name', 'messages', 'size', 'rate', 'partitions']);
  const order = query.get('order');
  return {
    text: query.get('query') ?? '',
    internal: query.get('internal') === 'true',
    sort,
    descending: order === null ? sort !== 'name' : order === 'desc',
  };
}

/** The query of the address that shows this. */
export function formatTopicsQuery(query: TopicsQuery): string {
  const usual = query.sort !== 'name';
  return queryText([
    ['query', query.text],
    ['internal', query.internal ? 'true' : undefined],
    ['sort', query.sort === 'name' ? undefined : query.sort],
    ['order', query.descending === usual ? undefined : query.descending ? 'desc' : 'asc'],
  ]);
}

/** The query of `GET /api/topics` for the lines `[offset, offset + limit)`. */
export function topicsRequest(query: TopicsQuery, offset: number, limit: number): string {
  return queryText([
    ['query', query.text],
    ['internal', String(query.internal)],
    ['sort', query.sort],
    ['order', query.descending ? 'desc' : 'asc'],
    ['offset', offset],
    ['limit', limit],
  ]);
}

/** The list sorted by `sort`: the other way round where it is sorted by that already. */
export function sortedTopics(query: TopicsQuery, sort: TopicSort): TopicsQuery {
  const descending = query.sort === sort ? !query.descending : sort !== 'name';
  return { ...query, sort, descending };
}

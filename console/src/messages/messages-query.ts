import { choiceIn, queryText, wholeIn, wholeNumber } from '../data/query-text.ts';
import {
  formatRuns,
  parseCursor,
  parsePosition,
  parseRuns,
  positionText,
  type PartitionOffset,
} from './position.ts';
import type { Position } from './position.ts';

/** The order in which records come; `tail` shows what is written from now on. */
export type MessagesOrder = 'newest' | 'offset' | 'partition' | 'tail';

/** What the view of a topic's messages shows, all of which stands in its address. */
export interface MessagesQuery {
  /** All when empty. */
  readonly partitions: readonly number[];
  readonly order: MessagesOrder;
  /** Ignored by `newest`. */
  readonly from: Position | null;
  readonly until: Position | null;
  /** Where a page after the first goes on, as `P:OFFSET,…`. */
  readonly cursor: string | null;
  /** A filter in CEL; every record when empty. */
  readonly where: string;
  readonly limit: number;
  readonly committed: boolean;
  /** The record that is open beside the list. */
  readonly open: PartitionOffset | null;
  /** Those that are ticked. */
  readonly selected: readonly PartitionOffset[];
}

/** Matching records on a page unless it is said otherwise, and at most. */
export const messagesLimits = { usual: 100, max: 10_000 } as const;

/** The newest records of all partitions. */
export const newestMessages: MessagesQuery = {
  partitions: [],
  order: 'newest',
  from: null,
  until: null,
  cursor: null,
  where: '',
  limit: messagesLimits.usual,
  committed: false,
  open: null,
  selected: [],
};

/** What the query of an address says; what makes no sense in it is as if it were not there. */
export function parseMessagesQuery(text: string): MessagesQuery {
  const query = new URLSearchParams(text);
  const partitions = query.getAll('partition').map(wholeNumber);
  const cursor = query.get('cursor');
  return {
    partitions: [...new Set(partitions.filter((number) => number !== null))].toSorted(
      (a, b) => a - b,
    ),
    order: choiceIn(query, 'order', ['newest', 'offset', 'partition', 'tail']),
    from: parsePosition(query.get('from')),
    until: parsePosition(query.get('until')),
    cursor: parseCursor(cursor) === null ? null : cursor,
    where: query.get('where') ?? '',
    limit: wholeIn(query, 'limit', {
      min: 1,
      max: messagesLimits.max,
      otherwise: messagesLimits.usual,
    }),
    committed: query.get('isolation') === 'read_committed',
    open: parseCursor(query.get('open'))?.[0] ?? null,
    selected: parseRuns(query.get('select')),
  };
}

/** The query of the address that shows this. */
export function formatMessagesQuery(query: MessagesQuery): string {
  const { from, until, open } = query;
  return queryText([
    ...query.partitions.map((partition) => ['partition', partition] as const),
    ['order', query.order === 'newest' ? undefined : query.order],
    ['from', from === null ? undefined : positionText(from)],
    ['until', until === null ? undefined : positionText(until)],
    ['cursor', query.cursor],
    ['where', query.where],
    ['limit', query.limit === messagesLimits.usual ? undefined : query.limit],
    ['isolation', query.committed ? 'read_committed' : undefined],
    ['open', open === null ? undefined : `${open.partition}:${open.offset}`],
    ['select', formatRuns(query.selected)],
  ]);
}

/** The query of `GET /api/topics/NAME/messages` for it. */
export function messagesRequest(query: MessagesQuery): string {
  const isTail = query.order === 'tail';
  const ranged = query.order === 'offset' || query.order === 'partition';
  return queryText([
    ...query.partitions.map((partition) => ['partition', partition] as const),
    ['order', isTail ? undefined : query.order],
    ['follow', isTail ? 'true' : undefined],
    ['from', fromOf(query, ranged || isTail)],
    ['until', ranged && query.until !== null ? positionText(query.until) : undefined],
    ['before', query.order === 'newest' ? query.cursor : undefined],
    ['where', query.where],
    ['limit', isTail ? undefined : query.limit],
    ['isolation', query.committed ? 'read_committed' : undefined],
  ]);
}

/** The query of `GET /api/topics/NAME/export` for everything that a search like this would find. */
export function exportRequest(query: MessagesQuery): string {
  const ranged = query.order === 'offset' || query.order === 'partition';
  return queryText([
    ...query.partitions.map((partition) => ['partition', partition] as const),
    ['order', query.order === 'partition' ? 'partition' : 'offset'],
    ['from', ranged && query.from !== null ? positionText(query.from) : 'beginning'],
    ['until', ranged && query.until !== null ? positionText(query.until) : undefined],
    ['where', query.where],
    ['isolation', query.committed ? 'read_committed' : undefined],
  ]);
}

/** The same search at its beginning, with nothing open: for when anything of it is changed. */
export function changedMessages(
  query: MessagesQuery,
  change: Partial<MessagesQuery>,
): MessagesQuery {
  return { ...query, cursor: null, open: null, selected: [], ...change };
}

function fromOf(query: MessagesQuery, hasFrom: boolean): string | undefined {
  if (!hasFrom) return undefined;
  if (query.cursor !== null && query.order !== 'tail') return query.cursor;
  return query.from === null ? undefined : positionText(query.from);
}

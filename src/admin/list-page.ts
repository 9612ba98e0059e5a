import { isPattern, matchesWildcards } from '../util/wildcards.ts';
import { queryNumber } from './http/admin-request.ts';
import { badField } from './http/problem.ts';

/** Rows of a list that are answered at once, where nothing is said and at most. */
const limits = { usual: 100, max: 1000 } as const;
const offsetMax = 10_000_000;
/** It is held against every name there is; no topic has a longer one. */
const textLengthMax = 300;

/** Which part of a list is asked for, and in which order. */
export interface ListQuery<Sort extends string> {
  /** A part of the name, or a pattern of the whole. */
  readonly text: string;
  readonly sort: Sort;
  readonly isDescending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/**
 * `query=&sort=&order=asc|desc&offset=&limit=`; the first of `sorts` is that where none is named. Throws a
 * `HttpProblem` of 400.
 */
export function parseListQuery<Sort extends string>(
  query: URLSearchParams,
  sorts: readonly [Sort, ...Sort[]],
): ListQuery<Sort> {
  const text = query.get('query') ?? '';
  if (text.length > textLengthMax) {
    throw badField('query', `query: expected ${textLengthMax} characters at most.`);
  }
  return {
    text,
    sort: choice(query, 'sort', sorts),
    isDescending: choice(query, 'order', ['asc', 'desc']) === 'desc',
    offset: queryNumber(query, 'offset', { min: 0, max: offsetMax, otherwise: 0 }),
    limit: queryNumber(query, 'limit', { min: 0, max: limits.max, otherwise: limits.usual }),
  };
}

/** One of `words`, the first where the query has none. Throws a `HttpProblem` of 400. */
function choice<Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const text = query.get(name) ?? '';
  if (text === '') return words[0];
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw badField(name, `${name}=${text}: expected ${words.join(', ')}.`);
}

/**
 * Whether a name is what is looked for: a text with `*` or `?` is a pattern of the whole, as the command line takes it;
 * any other is a part of it, in capitals or not.
 */
export function nameMatcher(text: string): (name: string) => boolean {
  if (isPattern(text)) return (name) => matchesWildcards(name, text);
  const wanted = text.toLowerCase();
  return (name) => name.toLowerCase().includes(wanted);
}

/**
 * The part of `rows` (which are in the order of their names) that is asked for, ordered by `keyOf`. What is not known
 * comes last, whichever way round; what is the same keeps the order of the names.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  { isDescending, offset, limit }: Pick<ListQuery<string>, 'isDescending' | 'offset' | 'limit'>,
  keyOf: ((row: Row) => number | null) | 'name',
): readonly Row[] {
  if (keyOf === 'name') {
    return (isDescending ? rows.toReversed() : rows).slice(offset, offset + limit);
  }
  const unknown = isDescending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const keyed = rows.map((row) => ({ row, key: keyOf(row) ?? unknown }));
  keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key === isDescending ? 1 : -1));
  return keyed.slice(offset, offset + limit).map(({ row }) => row);
}

import type { RunningBroker } from '../../broker/broker.ts';
import type { IsolationLevel } from '../../client/list-offsets.ts';
import type { Filter } from '../../filter/filter.ts';
import type { TopicImage } from '../../metadata/image.ts';
import { queryNumber } from '../http/admin-request.ts';
import { badField } from '../http/problem.ts';
import { parseCursor, parsePosition, type Cursor, type Position } from './position.ts';
import { queryFilter, queryIsolation, queryPartitions } from './record-query.ts';

/** What is looked for in a topic, and in which order. */
export interface SearchOptions {
  readonly topic: TopicImage;
  /** Ascending. */
  readonly partitions: readonly number[];
  readonly order: 'newest' | 'offset' | 'partition';
  readonly from: Position;
  readonly until: Position;
  /** Behind which records the page before has ended; undefined for the first. */
  readonly before: Cursor | undefined;
  readonly filter: Filter | undefined;
  /** Matching records. */
  readonly limit: number;
  readonly isolation: IsolationLevel;
  /** Of a key, a value or a header that are shown. */
  readonly shownBytesMax: number;
  readonly decompressedBytesMax: number;
}

const limits = { min: 1, max: 10_000, otherwise: 100 } as const;
const partitionsMax = 10_000;

/** What the query of `messages` asks for. Throws a `HttpProblem` of 400, or `INVALID_FILTER`. */
export function parseSearch(
  query: URLSearchParams,
  topic: TopicImage,
  broker: RunningBroker,
): SearchOptions {
  const limit = queryNumber(query, 'limit', limits);
  const all = topic.partitions.map(({ index }) => index);
  return {
    topic,
    partitions: queryPartitions(query, topic) ?? all.slice(0, partitionsMax),
    order: parseOrder(query.get('order') ?? 'newest'),
    from: parsePosition(query.get('from') ?? 'beginning', 'from'),
    until: parsePosition(query.get('until') ?? 'end', 'until'),
    before: parseBefore(query.get('before')),
    filter: queryFilter(query),
    limit,
    isolation: queryIsolation(query),
    shownBytesMax: shownBytesMax(limit),
    decompressedBytesMax: broker.config.decompressedBatchMaxBytes,
  };
}

function parseOrder(text: string): SearchOptions['order'] {
  if (text === 'newest' || text === 'offset' || text === 'partition') return text;
  throw badField('order', `order=${text}: expected newest, offset or partition.`);
}

function parseBefore(text: string | null): Cursor | undefined {
  if (text === null || text === '') return undefined;
  const cursor = parseCursor(text);
  if (cursor !== undefined) return cursor;
  throw badField('before', `before=${text}: expected PARTITION:OFFSET,PARTITION:OFFSET.`);
}

/** Long lists show less of each, so that what waits to be read stays small. */
function shownBytesMax(limit: number): number {
  if (limit <= 200) return 16 * 1024;
  return limit <= 1000 ? 4 * 1024 : 1024;
}

import type { Cluster } from './cluster.ts';
import { type IsolationLevel, listOffsets, type OffsetQuery, offsetSpecs } from './list-offsets.ts';

/** A place in a partition. */
export type LogPosition =
  | { readonly at: 'beginning' }
  | { readonly at: 'end' }
  | { readonly at: 'offset'; readonly offset: number }
  /** So many offsets before the end. */
  | { readonly at: 'beforeEnd'; readonly count: number }
  /** The first record at or after this time; the end where there is none. */
  | { readonly at: 'time'; readonly timestampMs: number };

/** A partition to be read. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: LogPosition;
  /** Where to stop before; undefined to go on for ever. */
  readonly until: LogPosition | undefined;
}

/** The same in offsets. `endOffset` is exclusive. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  /** Where the log ends while it ends before the start: fetching begins there. Else the start. */
  readonly fetchOffset: number;
  readonly endOffset: number | undefined;
}

/** What a partition answers to all that may be asked of it here. */
interface KnownOffsets {
  earliest: number;
  latest: number;
  readonly byTime: Map<number, number>;
}

/**
 * Asks the brokers where the ranges begin and end now. A start before the first record that is left becomes
 * that record; unless `waits`, an end behind the log's becomes the log's. Fails as `listOffsets` does.
 */
export async function resolveRanges(
  cluster: Cluster,
  ranges: readonly PartitionRange[],
  options: { readonly isolation: IsolationLevel; readonly waits: boolean },
): Promise<readonly OffsetRange[]> {
  const queries = ranges.flatMap(queriesOf);
  const answers = await listOffsets(cluster, queries, options.isolation);
  const known = new Map<string, KnownOffsets>();
  for (const [index, { topic, partition, offset }] of answers.entries()) {
    const key = `${topic}-${partition}`;
    const offsets = known.get(key) ?? { earliest: 0, latest: 0, byTime: new Map<number, number>() };
    known.set(key, offsets);
    const { timestampMs } = queries[index] as OffsetQuery;
    if (timestampMs === offsetSpecs.earliest) offsets.earliest = offset;
    else if (timestampMs === offsetSpecs.latest) offsets.latest = offset;
    else offsets.byTime.set(timestampMs, offset);
  }
  return ranges.map((range) => {
    const { topic, partition, from, until } = range;
    const offsets = known.get(`${topic}-${partition}`) as KnownOffsets;
    const startOffset = Math.max(offsets.earliest, offsetOf(from, offsets));
    const asked = until === undefined ? undefined : offsetOf(until, offsets);
    const endOffset =
      asked === undefined || options.waits ? asked : Math.min(asked, offsets.latest);
    const fetchOffset = Math.min(startOffset, offsets.latest);
    return { topic, partition, startOffset, fetchOffset, endOffset };
  });
}

function queriesOf({ topic, partition, from, until }: PartitionRange): OffsetQuery[] {
  const times = new Set<number>([offsetSpecs.earliest, offsetSpecs.latest]);
  for (const position of [from, until]) {
    if (position?.at === 'time') times.add(Math.max(0, position.timestampMs));
  }
  return [...times].map((timestampMs) => ({ topic, partition, timestampMs }));
}

function offsetOf(position: LogPosition, { earliest, latest, byTime }: KnownOffsets): number {
  switch (position.at) {
    case 'beginning':
      return earliest;
    case 'end':
      return latest;
    case 'offset':
      return position.offset;
    case 'beforeEnd':
      return Math.max(earliest, latest - position.count);
    case 'time': {
      const offset = byTime.get(Math.max(0, position.timestampMs)) ?? -1;
      return offset < 0 ? latest : offset;
    }
  }
}

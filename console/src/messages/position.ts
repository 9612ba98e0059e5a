import { wholeNumber } from '../data/query-text.ts';

/** A place in every partition, as the contract's `from` and `until` say it. */
export type Position =
  | { readonly at: 'beginning' | 'end' }
  | { readonly at: 'offset'; readonly offset: number }
  | { readonly at: 'time'; readonly timeMs: number }
  | { readonly at: 'last'; readonly count: number };

/** An offset of a partition, as cursors have it. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: number;
}

/** No page has more records. */
const selectedMax = 10_000;

/** The position that `text` (`beginning`, `end`, `offset:N`, `time:MS`, `last:N`) is, or null. */
export function parsePosition(text: string | null): Position | null {
  if (text === 'beginning' || text === 'end') return { at: text };
  const [, at, digits = ''] = /^(offset|time|last):(\d+)$/.exec(text ?? '') ?? [];
  const number = wholeNumber(digits);
  if (number === null) return null;
  if (at === 'offset') return { at, offset: number };
  if (at === 'time') return { at, timeMs: number };
  return { at: 'last', count: number };
}

/** The words of the contract for `position`. */
export function positionText(position: Position): string {
  switch (position.at) {
    case 'offset':
      return `offset:${position.offset}`;
    case 'time':
      return `time:${position.timeMs}`;
    case 'last':
      return `last:${position.count}`;
    case 'beginning':
    case 'end':
      return position.at;
  }
}

/** The words of `odradek consume` for `position`. */
export function commandPosition(position: Position): string {
  switch (position.at) {
    case 'offset':
      return String(position.offset);
    case 'time':
      return `@${position.timeMs}`;
    case 'last':
      return `-${position.count}`;
    case 'beginning':
    case 'end':
      return position.at;
  }
}

/** The cursor `P:OFFSET,P:OFFSET` taken apart, or null where it is none. */
export function parseCursor(text: string | null): readonly PartitionOffset[] | null {
  if (text === null || !/^\d+:\d+(?:,\d+:\d+)*$/.test(text)) return null;
  const places: PartitionOffset[] = [];
  for (const part of text.split(',')) {
    const [partition = null, offset = null] = part.split(':').map(wholeNumber);
    if (partition === null || offset === null) return null;
    places.push({ partition, offset });
  }
  return places;
}

/** Records that follow each other in a partition, as `[from, until)`. */
export function runsOf(
  records: readonly PartitionOffset[],
): readonly { readonly partition: number; readonly from: number; readonly until: number }[] {
  const sorted = records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  const runs: { partition: number; from: number; until: number }[] = [];
  for (const { partition, offset } of sorted) {
    const last = runs.at(-1);
    if (last?.partition === partition && last.until === offset) last.until = offset + 1;
    else runs.push({ partition, from: offset, until: offset + 1 });
  }
  return runs;
}

/** Records as they stand in an address: `0:5-9,1:3`. */
export function formatRuns(records: readonly PartitionOffset[]): string {
  return runsOf(records)
    .map(({ partition, from, until }) =>
      until === from + 1 ? `${partition}:${from}` : `${partition}:${from}-${until - 1}`,
    )
    .join(',');
}

/** The records that `formatRuns` wrote; none where it makes no sense or there are more than a page has. */
export function parseRuns(text: string | null): readonly PartitionOffset[] {
  const records: PartitionOffset[] = [];
  for (const part of text?.split(',') ?? []) {
    const [, partition, first, last] = /^(\d{1,7}):(\d{1,16})(?:-(\d{1,16}))?$/.exec(part) ?? [];
    const from = wholeNumber(first ?? null);
    const to = wholeNumber(last ?? first ?? null);
    if (from === null || to === null || to - from >= selectedMax - records.length) return [];
    for (let offset = from; offset <= to; offset += 1) {
      records.push({ partition: Number(partition), offset });
    }
  }
  return records;
}

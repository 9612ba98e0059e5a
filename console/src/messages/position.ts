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

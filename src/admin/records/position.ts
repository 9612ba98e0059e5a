import type { LogPosition, PartitionRange } from '../../client/start-positions.ts';
import { parseLogPosition } from '../log-position.ts';

/** Where to begin or to end: the same for all partitions, or an offset for each. */
export type Position = LogPosition | { readonly at: 'cursor'; readonly offsets: Cursor };

/** An offset of each partition, by partition. */
export type Cursor = ReadonlyMap<number, number>;

/** The position in the query's `field`, as `parseLogPosition` takes it or as a cursor. Throws a `HttpProblem` of 400. */
export function parsePosition(text: string, field: string): Position {
  const offsets = parseCursor(text);
  return offsets === undefined ? parseLogPosition(text, field) : { at: 'cursor', offsets };
}

/** Undefined for a text that is no cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const offsets = new Map<number, number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,10}):(\d{1,16})$/.exec(part);
    const offset = Number(match?.[2]);
    if (match === null || !Number.isSafeInteger(offset)) return undefined;
    offsets.set(Number(match[1]), offset);
  }
  return offsets;
}

/** What `parseCursor` takes. */
export function cursorText(offsets: Cursor): string {
  return [...offsets].map(([partition, offset]) => `${partition}:${offset}`).join(',');
}

/** The position of one partition; one that a cursor does not name is newer than it. */
function positionIn(position: Position, partition: number): LogPosition {
  if (position.at !== 'cursor') return position;
  const offset = position.offsets.get(partition);
  return offset === undefined ? { at: 'beginning' } : { at: 'offset', offset };
}

/** What is to be read of each partition. */
export function rangesOf(
  topic: string,
  partitions: readonly number[],
  from: Position,
  until: Position | undefined,
): readonly PartitionRange[] {
  return partitions.map((partition) => ({
    topic,
    partition,
    from: positionIn(from, partition),
    until: until === undefined ? undefined : positionIn(until, partition),
  }));
}

import type { RecordView } from '../../../src/admin/contract/messages.ts';

/** What a live tail holds: records that are shown, and newer ones that wait while one reads. The newest come first. */
export interface TailBuffer {
  readonly shown: readonly RecordView[];
  readonly waiting: readonly RecordView[];
  /** How many that were shown have gone at the old end. */
  readonly goneFromShown: number;
  /** How many have gone without being shown, since too many waited. */
  readonly goneUnseen: number;
}

/** How much is kept. */
export const tailLimits = { shown: 2000, waiting: 5000 } as const;

/** A tail to which nothing came. */
export const emptyTail: TailBuffer = { shown: [], waiting: [], goneFromShown: 0, goneUnseen: 0 };

/** What one record is known by. */
export function recordKey({ partition, offset }: { partition: number; offset: number }): string {
  return `${partition}:${offset}`;
}

/** The tail with what came, the oldest of it first; what is there already (after a reconnect) is left out. */
export function withTail(
  tail: TailBuffer,
  came: readonly RecordView[],
  isReading: boolean,
): TailBuffer {
  const known = new Set([...tail.shown, ...tail.waiting].map(recordKey));
  const fresh = came.filter((record) => !known.has(recordKey(record))).toReversed();
  if (fresh.length === 0) return tail;
  const all = [...fresh, ...tail.waiting];
  const waiting = all.slice(0, tailLimits.waiting);
  const held = { ...tail, waiting, goneUnseen: tail.goneUnseen + all.length - waiting.length };
  return isReading ? held : revealed(held);
}

/** The tail with everything shown that waited. */
export function revealed(tail: TailBuffer): TailBuffer {
  if (tail.waiting.length === 0) return tail;
  const all = [...tail.waiting, ...tail.shown];
  const shown = all.slice(0, tailLimits.shown);
  return {
    shown,
    waiting: [],
    goneFromShown: tail.goneFromShown + all.length - shown.length,
    goneUnseen: tail.goneUnseen,
  };
}

/** How fast things move in the picture. Pure. */
import type { Picture } from '../../../src/admin/contract/picture.ts';
import type { ReadRate } from './flows.ts';

/** Committed offsets of groups, as remembered from an earlier picture. */
export interface Commits {
  readonly atMs: number;
  readonly offsets: ReadonlyMap<string, number>;
  readonly rates: ReadonlyMap<string, number>;
}

/** Groups commit in steps, every five seconds by default: a rate holds on for so long after the last step. */
const holdsMs = 7000;

/** What groups committed by now, and how fast that went: told from one picture to the next. */
export function commitsOf(picture: Picture, before: Commits | null): Commits {
  if (before !== null && picture.atMs - before.atMs < 900) return before; // too near to tell a rate
  const offsets = new Map<string, number>();
  const rates = new Map<string, number>();
  const seconds = before === null ? 0 : (picture.atMs - before.atMs) / 1000;
  const fading = Math.max(0, 1 - (seconds * 1000) / holdsMs);
  for (const group of picture.groups) {
    for (const { topic, partition, committedOffset } of group.offsets) {
      if (committedOffset === null) continue;
      const key = keyOf(group.groupId, topic, partition);
      offsets.set(key, committedOffset);
      const earlier = before?.offsets.get(key);
      if (earlier === undefined || seconds <= 0) continue;
      const now = Math.max(0, committedOffset - earlier) / seconds;
      const kept = before?.rates.get(key) ?? 0;
      // A step after a pause is what was read in the pause: the mean of both comes near the truth soon.
      const rate = now === 0 ? kept * fading : kept === 0 ? now : (now + kept) / 2;
      if (rate > 0.01) rates.set(key, rate);
    }
  }
  return { atMs: picture.atMs, offsets, rates };
}

/** The rates as flows ask for them. */
export function readRateOf(commits: Commits | null): ReadRate {
  return (groupId, topic, partition) => commits?.rates.get(keyOf(groupId, topic, partition)) ?? 0;
}

function keyOf(groupId: string, topic: string, partition: number): string {
  return `${groupId}\n${topic}\n${partition}`;
}

/** Up to so many messages a second each is a dot. */
export const dotForEachUpTo = 3;

/** Dots a second for messages a second: one for each while one can see that, then ever fewer for each. */
export function dotsPerSecond(messagesPerSecond: number): number {
  if (messagesPerSecond <= dotForEachUpTo) return messagesPerSecond;
  return Math.min(dotForEachUpTo + 2.4 * Math.log10(messagesPerSecond / dotForEachUpTo), 12);
}

/** Pixels a second that a log moves by when it is full. */
export function tapeSpeed(messagesPerSecond: number): number {
  return messagesPerSecond <= 0 ? 0 : Math.min(4 + 9 * Math.log10(1 + messagesPerSecond), 42);
}

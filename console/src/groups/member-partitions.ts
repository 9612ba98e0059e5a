import type { GroupOffset, MemberFigures } from '../../../src/admin/contract/picture.ts';

/** What a member has still to read in all its partitions; null where that is not known of one. */
export function memberLag(
  { partitions }: MemberFigures,
  offsets: readonly GroupOffset[],
): number | null {
  const lags = new Map(offsets.map((one) => [`${one.topic}-${one.partition}`, one.lag]));
  let sum = 0;
  for (const { topic, partition } of partitions) {
    const lag = lags.get(`${topic}-${partition}`) ?? null;
    if (lag === null) return null;
    sum += lag;
  }
  return sum;
}

/** Partitions by topic, those that follow each other as one: `0–3, 7`. */
export function partitionRanges(
  partitions: MemberFigures['partitions'],
): readonly { readonly topic: string; readonly ranges: string }[] {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const numbers = byTopic.get(topic);
    if (numbers === undefined) byTopic.set(topic, [partition]);
    else numbers.push(partition);
  }
  return [...byTopic]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([topic, numbers]) => ({ topic, ranges: rangesOf(numbers) }));
}

function rangesOf(numbers: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && number === run.last + 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs
    .map(({ first, last }) => {
      if (first === last) return String(first);
      return last === first + 1 ? `${first}, ${last}` : `${first}–${last}`;
    })
    .join(', ');
}

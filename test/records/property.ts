import fc from 'fast-check';

/** Seeds of every run; `ODRADEK_SEED=n` runs that one alone, as a failure prints it. */
const seeds =
  process.env['ODRADEK_SEED'] === undefined ? [1, 20260101] : [Number(process.env['ODRADEK_SEED'])];

/** Holds `property` against random values, from the same seeds each time. A failure names its seed. */
export function holds<T>(property: fc.IProperty<T>, numRuns = 200): void {
  for (const seed of seeds) {
    try {
      fc.assert(property, { seed, numRuns });
    } catch (error) {
      throw new Error(`ODRADEK_SEED=${seed} replays this: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

/** `bytes` in pieces, cut at `cuts` (fractions of the length); empty pieces come too. */
export function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = cuts.map((cut) => Math.floor(cut * bytes.length)).toSorted((a, b) => a - b);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    pieces.push(bytes.slice(from, end));
    from = end;
  }
  return pieces;
}

/** Places to cut, for `cutAt`. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

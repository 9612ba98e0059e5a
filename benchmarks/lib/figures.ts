/** The one in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** So many a second; `n/a` where the time was too short to be measured. */
export function perSecond(amount: number, seconds: number): string {
  return seconds > 0 ? Math.round(amount / seconds).toLocaleString('en') : 'n/a';
}

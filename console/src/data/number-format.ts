/** Shown where a figure is not known. */
export const unknownFigure = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compactUnits = ['', 'k', 'M', 'G', 'T', 'P'] as const;
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A count in full, in groups of three digits: `1,234,567`. */
export function formatCount(count: number | null): string {
  return count === null ? unknownFigure : whole.format(count);
}

/** A count in at most four characters and a unit, for where there is little room: `1.23M`. */
export function formatCompact(count: number | null): string {
  return count === null ? unknownFigure : scaled(count, compactUnits, '');
}

/** Bytes in powers of 1,000, as disks are sold and Kafka's rates are drawn: `1.23 MB`. */
export function formatBytes(bytes: number | null): string {
  return bytes === null ? unknownFigure : scaled(bytes, byteUnits, ' ');
}

/** Bytes in each second: `1.23 MB/s`. */
export function formatByteRate(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? unknownFigure : `${formatBytes(bytesPerSecond)}/s`;
}

/** Something in each second: `1.23k/s`. */
export function formatRate(perSecond: number | null): string {
  return perSecond === null ? unknownFigure : `${formatCompact(perSecond)}/s`;
}

/** `1 partition`, `2 partitions`; `many` where the plural has another form. */
export function formatCounted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A share of one as a percentage: `37%`, and never 0% or 100% where something is done or left. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.01) return '<1%';
  if (share < 1 && share > 0.99) return '99%';
  return `${Math.round(share * 100)}%`;
}

/** Three digits that count and the unit in which they are fewest; whole numbers below 1,000 stay whole. */
function scaled(value: number, units: readonly string[], gap: string): string {
  const sign = value < 0 ? '−' : '';
  let rest = Math.abs(value);
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const digits = unit === 0 && Number.isInteger(rest) ? 0 : rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0;
  const text = digits === 0 ? whole.format(rest) : rest.toFixed(digits).replace(/\.?0+$/, '');
  const name = units[unit] ?? '';
  return `${sign}${text}${name === '' ? '' : gap}${name}`;
}

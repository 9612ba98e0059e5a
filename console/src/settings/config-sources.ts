import type { ConfigRow } from '../../../src/admin/contract/topics.ts';

/** Where a value comes from, in a few words for those who do not know Kafka's. */
export function sourceText(source: string): string {
  switch (source) {
    case 'DYNAMIC_TOPIC_CONFIG':
      return 'set for this topic';
    case 'DYNAMIC_BROKER_CONFIG':
      return 'set for this broker';
    case 'DYNAMIC_DEFAULT_BROKER_CONFIG':
      return 'set for all brokers';
    case 'DYNAMIC_BROKER_LOGGER_CONFIG':
      return 'log level';
    case 'DYNAMIC_GROUP_CONFIG':
      return 'set for this group';
    case 'STATIC_BROKER_CONFIG':
      return 'start of the broker';
    case 'DEFAULT_CONFIG':
      return 'default';
    default:
      return source.toLowerCase().replaceAll('_', ' ');
  }
}

/** Whether somebody gave it a value, wherever. */
export function isSet(row: ConfigRow): boolean {
  return row.source !== 'DEFAULT_CONFIG';
}

/** Which rows are shown: those with the text in their name, value or documentation. */
export function matchingConfigs(
  rows: readonly ConfigRow[],
  text: string,
  onlySet: boolean,
): readonly ConfigRow[] {
  const wanted = text.trim().toLowerCase();
  return rows
    .filter((row) => !onlySet || isSet(row))
    .filter(({ name, value, documentation }) =>
      [name, value ?? '', documentation ?? ''].some((one) => one.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => rank(a, wanted) - rank(b, wanted) || (a.name < b.name ? -1 : 1));
}

/** A duration, a size or a time of a config beside its digits: `604800000` of `retention.ms` is `7 d`. */
export function readableValue(name: string, value: string | null): string | null {
  if (value === null || !/^-?\d{4,}$/.test(value)) return null;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) return null;
  if (name.endsWith('.ms')) return inUnits(number, durations);
  if (name.endsWith('.bytes')) return inUnits(number, sizes);
  return null;
}

const durations = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;
const sizes = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const;

/** In the greatest unit of which there is one at least, with two digits behind the point at most. */
function inUnits(
  number: number,
  units: readonly (readonly [length: number, name: string])[],
): string | null {
  const found = units.find(([length]) => number >= length);
  if (found === undefined) return null;
  const [length, name] = found;
  const count = number / length;
  const rounded = Number(count.toFixed(2));
  return `${rounded === count ? '' : '≈ '}${rounded.toLocaleString('en-US')} ${name}`;
}

/** Names that hold the text come before documentation that does; what is set before what is not. */
function rank(row: ConfigRow, wanted: string): number {
  const inName = wanted !== '' && row.name.includes(wanted) ? 0 : 2;
  return inName + (isSet(row) ? 0 : 1);
}

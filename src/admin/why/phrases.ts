/* How things are put in sentences. */

/** Things that are named one by one; of more, the rest is counted. */
const namedMax = 5;

/** `a`, `a and b`, `a, b and c`, `a, b, c, d and 7 more`. */
export function listed(items: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  const shown = items.length > namedMax ? items.slice(0, namedMax - 1) : items;
  const rest = items.length - shown.length;
  const all = rest > 0 ? [...shown, `${counted(rest)} more`] : shown;
  if (all.length < 2) return all.join('');
  return `${all.slice(0, -1).join(', ')} ${conjunction} ${all.at(-1)}`;
}

/** `broker 2`, `brokers 2 and 3`. */
export function brokers(ids: readonly number[], conjunction: 'and' | 'or' = 'and'): string {
  const noun = ids.length === 1 || conjunction === 'or' ? 'broker' : 'brokers';
  return `${noun} ${listed(ids.map(String), conjunction)}`;
}

/** `is` for one, `are` for more. */
export function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/** `has` for one, `have` for more. */
export function hasOrHave(count: number): string {
  return count === 1 ? 'has' : 'have';
}

/** `12,345`. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 message`, `1,204 messages`. */
export function countOf(count: number, noun: string): string {
  return `${counted(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

/** `40 s`, `3 min`, `2 h`, `3 days`. */
export function duration(ms: number): string {
  if (ms < 2 * minute) return `${Math.round(ms / second)} s`;
  if (ms < 2 * hour) return `${Math.round(ms / minute)} min`;
  if (ms < 2 * day) return `${Math.round(ms / hour)} h`;
  return `${Math.round(ms / day)} days`;
}

/** `14:03 UTC`, with its day where that is not today's. */
function clock(atMs: number, nowMs: number): string {
  const at = new Date(atMs).toISOString();
  const isToday = at.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  return `${isToday ? '' : `${at.slice(0, 10)} `}${at.slice(11, 16)} UTC`;
}

/** ` since 14:03 UTC`, or nothing where that is not known. */
export function since(atMs: number | null, nowMs: number): string {
  return atMs === null ? '' : ` since ${clock(atMs, nowMs)}`;
}

/** `1.5 GB`. */
export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `orders-1`, `orders-1 and orders-4`, `all 12 partitions of orders`. */
export function partitions(topic: string, indexes: readonly number[], count: number): string {
  if (indexes.length === count && count > 2) return `all ${counted(count)} partitions of ${topic}`;
  return listed(indexes.map((index) => `${topic}-${index}`));
}

/** With its first letter large, for what begins with one of our words; names stay as they are. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How figures are written: exact where there is room, short where they move. Pure. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 });

/** `1234567` as `1,234,567`. */
export function exact(value: number | null): string {
  return value === null ? '–' : grouped.format(value);
}

/** `1234567` as `1.23M`: three digits, for what moves. */
export function short(value: number | null): string {
  if (value === null) return '–';
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T', 'P']);
}

/** `1536` as `1.5 KiB`: powers of 1024, as files are. */
export function bytes(value: number | null): string {
  if (value === null) return '–';
  const text = scaled(value, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB']);
  return text;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = Math.abs(value);
  let index = 0;
  while (rest >= step - 0.5 && index < units.length - 1) {
    rest /= step;
    index += 1;
  }
  const digits = rest >= 100 || (index === 0 && Number.isInteger(rest)) ? 0 : rest >= 10 ? 1 : 2;
  const text = Number(rest.toFixed(digits)).toString();
  return `${value < 0 ? '-' : ''}${text}${units[index] ?? ''}`;
}

/** Of something a second: `0`, `0.4/s`, `1.2k/s`. */
export function perSecond(value: number | null): string {
  if (value === null) return '–';
  return value === 0 ? '0/s' : `${short(value)}/s`;
}

/** `1.5 MiB/s` */
export function bytesPerSecond(value: number | null): string {
  return value === null ? '–' : `${bytes(value)}/s`;
}

/** How long something takes or is ago, of two units at most: `3.2 ms`, `4.1 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1) return ms <= 0 ? '0 ms' : `${Number(ms.toFixed(2))} ms`;
  if (ms < 1000) return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const index = units.findIndex(([, length]) => seconds >= length);
  const [name, length] = units[index] ?? ['s', 1];
  const [nextName, nextLength] = units[index + 1] ?? ['s', 1];
  const whole = Math.floor(seconds / length);
  const rest = Math.floor((seconds - whole * length) / nextLength);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${nextName}`;
}

/** How many of a kind a list shows, of how many there are; undefined until that is known. */
export function countNote(
  matching: number,
  total: number | undefined,
  kind: string,
): string | undefined {
  if (total === undefined) return undefined;
  if (matching !== total) return `${exact(matching)} of ${exact(total)} ${kind}s`;
  return `${exact(total)} ${total === 1 ? kind : `${kind}s`}`;
}

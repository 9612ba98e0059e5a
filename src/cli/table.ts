/** One column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
}

/**
 * `rows` under their titles, columns as wide as what is in them and two spaces apart, with a line break at
 * the end. Rows shorter than the titles are filled with nothing.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  const titles = columns.map(({ title }) => title);
  return [titles, ...rows].map((row) => `${formatRow(columns, widths, row)}\n`).join('');
}

function formatRow(
  columns: readonly Column[],
  widths: readonly number[],
  row: readonly string[],
): string {
  const cells = columns.map(({ align }, index) => {
    const cell = row[index] ?? '';
    const padding = ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
    return align === 'right' ? padding + cell : cell + padding;
  });
  return cells.join('  ').trimEnd();
}

/** Terminal columns of `text`; characters outside the basic plane count once. */
function displayWidth(text: string): number {
  return Array.from(text).length;
}

/** `sizeBytes` for people: `0 B`, `12.3 KiB`, `4.0 GiB`. */
export function formatBytes(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit] as string}`;
}

/** `count` with its noun: `1 record`, `2 records`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

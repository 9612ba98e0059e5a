/** Where a filter is wrong, as it is shown: the line with the mistake, and a mark under it. */
export interface FilterMistake {
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** As many blanks as there are characters before the mistake, then a caret. */
  readonly mark: string;
}

const excerptMax = 72;

/** The place `at` in `filter`; of a long line only what is around it. Columns count from 1. */
export function filterMistake(
  filter: string,
  at: { readonly line: number; readonly column: number },
): FilterMistake {
  const whole = filter.split('\n')[at.line - 1] ?? '';
  const before = Math.max(0, at.column - 1);
  const start = before > excerptMax - 12 ? before - excerptMax / 2 : 0;
  const head = start > 0 ? '…' : '';
  const tail = whole.length > start + excerptMax ? '…' : '';
  const text = `${head}${whole.slice(start, start + excerptMax)}${tail}`;
  const blanks = text
    .slice(0, before - start + head.length)
    .replace(/[^\t]/g, ' ')
    .padEnd(before - start + head.length);
  return { line: at.line, column: at.column, text, mark: `${blanks}^` };
}

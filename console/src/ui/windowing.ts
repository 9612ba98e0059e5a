/** The rows of a long list that are drawn, `[first, last)`, and the space that stands for the others. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
  readonly spaceBefore: number;
  readonly spaceAfter: number;
}

/**
 * Which of `count` rows of `rowHeight` are drawn when the view, of `viewHeight`, begins `scrolled` below the first
 * row's top (below zero when the list begins further down). Some more on both sides, so that scrolling shows no gap.
 */
export function rowWindow(
  count: number,
  rowHeight: number,
  scrolled: number,
  viewHeight: number,
  more = 12,
): RowWindow {
  const firstSeen = Math.floor(scrolled / rowHeight);
  const lastSeen = Math.ceil((scrolled + viewHeight) / rowHeight);
  const first = Math.min(Math.max(firstSeen - more, 0), count);
  const last = Math.max(Math.min(lastSeen + more, count), first);
  return {
    first,
    last,
    spaceBefore: first * rowHeight,
    spaceAfter: (count - last) * rowHeight,
  };
}

/** Something that is stacked with others, as near to where it wants to be as they allow. */
export interface Stacked {
  readonly height: number;
  /** Where its middle would best be. */
  readonly wanted: number;
}

/**
 * The tops of `items`, in the order they have, so that none overlap, `gap` lies between them and none is above `top`;
 * each cluster of items that touch stands about the mean of what they want.
 */
export function spread(items: readonly Stacked[], gap: number, top: number): number[] {
  const clusters: { first: number; count: number; height: number; wantedTop: number }[] = [];
  for (const [index, { height, wanted }] of items.entries()) {
    clusters.push({
      first: index,
      count: 1,
      height,
      wantedTop: Math.max(wanted - height / 2, top),
    });
    for (;;) {
      const last = clusters.at(-1);
      const before = clusters.at(-2);
      if (last === undefined || before === undefined) break;
      if (before.wantedTop + before.height + gap <= last.wantedTop) break;
      // Together they stand where both want them, weighed by how many they are.
      const lastWants = last.wantedTop - before.height - gap;
      const count = before.count + last.count;
      before.wantedTop = Math.max(
        (before.wantedTop * before.count + lastWants * last.count) / count,
        top,
      );
      before.height += gap + last.height;
      before.count = count;
      clusters.pop();
    }
  }
  const tops: number[] = [];
  for (const { first, count, wantedTop } of clusters) {
    let at = wantedTop;
    for (const { height } of items.slice(first, first + count)) {
      tops.push(at);
      at += height + gap;
    }
  }
  return tops;
}

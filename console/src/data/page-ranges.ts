/** Where the pages of `pageRows` begin that hold the rows `[first, last)`; at least one. */
export function pagesAround(
  { first, last }: { readonly first: number; readonly last: number },
  pageRows: number,
): readonly number[] {
  const offsets: number[] = [];
  const start = Math.floor(Math.max(first, 0) / pageRows) * pageRows;
  for (let offset = start; offset < Math.max(last, start + 1); offset += pageRows) {
    offsets.push(offset);
  }
  return offsets;
}

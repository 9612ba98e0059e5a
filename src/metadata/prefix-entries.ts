import type { Compare, StoreEntry } from './store.ts';

/** What stands in a store under `prefix`, in the order of the keys. */
export function entriesUnder(
  entries: ReadonlyMap<string, StoreEntry>,
  prefix: string,
): StoreEntry[] {
  const found: StoreEntry[] = [];
  for (const entry of entries.values()) if (entry.key.startsWith(prefix)) found.push(entry);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Whether every compare holds among the entries that `revisionOf` knows; it answers 0 for absent keys. */
export function comparesHold(
  compares: readonly Compare[],
  revisionOf: (key: string) => number,
): boolean {
  return compares.every(({ key, revision }) => revisionOf(key) === revision);
}

/**
 * Calls `work` for each of `items`, at most `limit` at a time, and settles when all have. Fails with the first
 * failure, after which no further item is begun; those under way are waited for.
 */
export async function concurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const takeItems = async (): Promise<void> => {
    for (
      let next = iterator.next();
      next.done !== true && failures.length === 0;
      next = iterator.next()
    ) {
      await work(next.value).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, takeItems));
  if (failures.length > 0) throw failures[0];
}

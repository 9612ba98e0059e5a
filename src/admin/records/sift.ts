import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Filter } from '../../filter/filter.ts';

/** Whether `record` is wanted; without a filter each is. */
export function isWanted(filter: Filter | undefined, record: ConsumedRecord): boolean {
  if (filter === undefined) return true;
  const { topic, partition, offset, timestampMs: timestamp, key, value, headers } = record;
  return filter.matches({ topic, partition, offset, timestamp, key, value, headers });
}

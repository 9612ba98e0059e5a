import type { PartitionFigures } from '../../../src/admin/contract/picture.ts';
import type { DeleteRecordsBody } from '../../../src/admin/contract/topics.ts';

type Before = DeleteRecordsBody['before'];

/**
 * What the broker is asked to delete: what lies before `offset` (-1 for the high watermark) in `partition`, or in
 * `all`. Partitions in which nothing lies before it are left out, and an offset beyond the end is the end.
 */
export function recordsBefore(
  partitions: readonly PartitionFigures[],
  partition: string,
  offset: number,
): Before {
  return partitions
    .filter(({ index }) => partition === 'all' || String(index) === partition)
    .filter((one) => countBefore(one, offset) > 0)
    .map(({ index, highWatermark }) => ({
      partition: index,
      offset: highWatermark !== null && offset >= highWatermark ? -1 : offset,
    }));
}

/** How many records that would be; offsets of what was compacted away count too. */
export function recordsGone(partitions: readonly PartitionFigures[], before: Before): number {
  let count = 0;
  for (const { partition, offset } of before) {
    const one = partitions.find(({ index }) => index === partition);
    if (one !== undefined) count += countBefore(one, offset);
  }
  return count;
}

function countBefore({ logStartOffset, highWatermark }: PartitionFigures, offset: number): number {
  if (logStartOffset === null || highWatermark === null) return 0;
  const end = offset === -1 ? highWatermark : Math.min(offset, highWatermark);
  return Math.max(0, end - logStartOffset);
}

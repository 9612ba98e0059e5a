import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Client } from '../../client/client.ts';
import { HttpProblem } from '../http/problem.ts';
import { readerLimits } from './reader-limits.ts';

/** Where a record lies. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
}

/** How much a batch may hold when it is decompressed. */
export interface ReadLimits {
  readonly decompressedBytesMax: number;
}

/** The records at these places that are there, at most one place for each partition. Rejects as a consumer does. */
export async function readRecords(
  client: Client,
  topic: string,
  places: readonly RecordPlace[],
  { decompressedBytesMax }: ReadLimits,
): Promise<readonly ConsumedRecord[]> {
  const consumer = await client.consumer({
    ...readerLimits,
    ranges: places.map(({ partition, offset }) => ({
      topic,
      partition,
      from: { at: 'offset', offset },
      until: { at: 'offset', offset: offset + 1 },
    })),
    decompressedBytesMax,
  });
  const found: ConsumedRecord[] = [];
  for await (const records of consumer.records()) found.push(...records);
  return found;
}

/** There is no record, or none any more. */
export function noRecord(topic: string, { partition, offset }: RecordPlace): HttpProblem {
  return new HttpProblem(404, {
    code: 'OFFSET_OUT_OF_RANGE',
    message: `There is no record at offset ${offset} of ${topic}-${partition}.`,
    remedy: 'It may have been deleted, or compacted away, or belong to a transaction.',
  });
}

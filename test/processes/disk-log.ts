import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { must } from '../../src/util/assert.ts';
import type { LoggedRecord } from '../history/history.ts';

const utf8 = new TextDecoder();

/** All records of a partition as they lie in a broker's folder, whatever the broker would say of them. */
export function readDiskLog(dataFolder: string, topic: string, partition: number): LoggedRecord[] {
  const folder = join(dataFolder, `${topic}-${partition}`);
  const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return segments.toSorted().flatMap((name) => {
    const split = splitBatches([readFileSync(join(folder, name))]);
    if ('problem' in split) throw new Error(`${join(folder, name)}: ${split.problem}`);
    return split.batches.flatMap((batch) =>
      [...readRecords(batch, { maxBytes: 1 << 26 })].map(({ offset, value }): LoggedRecord => [
        offset,
        utf8.decode(must(value)),
        batch.partitionLeaderEpoch,
      ]),
    );
  });
}

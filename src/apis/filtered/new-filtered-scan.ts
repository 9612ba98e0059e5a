import { must } from '../../util/assert.ts';
import type { FetchReader } from '../fetch-reader.ts';
import type { FetchTarget } from '../fetch-target.ts';
import type { ApiServices } from '../services.ts';
import { FilteredScan } from './filtered-scan.ts';

/** The fetch that a scan is made for. */
interface ScanningFetch {
  readonly reader: FetchReader;
  /** Of the whole fetch. */
  readonly bytesMax: number;
  readonly scanned: () => void;
  readonly ended: () => void;
}

/** The scan for a target in a filtered topic. It gathers no more than one answer may hold. */
export function newFilteredScan(
  { asked, partition, filter }: FetchTarget,
  { answerMemory, topicFilters, config, defect }: ApiServices,
  { reader, bytesMax, scanned, ended }: ScanningFetch,
): FilteredScan {
  const { judge, turns } = topicFilters;
  return new FilteredScan(
    {
      partition: must(partition),
      reader,
      filter: must(filter),
      fetchOffset: asked.fetchOffset,
      bytesMax: Math.max(1, Math.min(asked.partitionMaxBytes, bytesMax, answerMemory.shareBytes)),
      decompressedBytesMax: config.decompressedBatchMaxBytes,
    },
    { judge, turns, answerMemory, scanned, ended, defect },
  );
}

import type { SearchDone, SearchProgress } from '../../../src/admin/contract/messages.ts';
import { bytes, exact } from '../ui/figures.ts';

/** How far a search has come, in a sentence that leaves nothing out. */
export function searchSummary(
  progress: SearchProgress | null,
  state: 'running' | 'done' | 'cancelled' | 'failed',
  hasFilter: boolean,
): string {
  if (progress === null) return state === 'running' ? 'Reading…' : '';
  const { scanned, scannedBytes, matched, toScan } = progress;
  const all = toScan === null || toScan <= scanned ? '' : ` of ${exact(toScan)}`;
  const looked = `${exact(scanned)}${all} looked at (${bytes(scannedBytes)})`;
  const found = hasFilter ? `${exact(matched)} matched · ${looked}` : looked;
  return state === 'cancelled' ? `Stopped: ${found}` : found;
}

/** What the records did on which a filter failed; null when there were none. */
export function failedSummary(progress: SearchProgress | null): string | null {
  const failed = progress?.failed ?? 0;
  if (failed === 0) return null;
  const on = failed === 1 ? 'one record' : `${exact(failed)} records`;
  return `The filter failed or cost too much on ${on}, which count as no match.`;
}

/** How a search ended, and that there may be more. */
export function endSummary(done: SearchDone, count: number, hasFilter: boolean): string {
  if (done.reason === 'end' && count === 1) {
    return hasFilter ? 'This is the only match.' : 'This is the only record.';
  }
  const records = hasFilter ? 'matches' : 'records';
  if (done.reason === 'end') {
    return count === 0
      ? hasFilter
        ? 'No record matches.'
        : 'There are no records here.'
      : `These are all ${exact(count)} ${records}.`;
  }
  return `Stopped at ${exact(count)} ${records}; there may be more.`;
}

/** How much of a search is done, from 0 to 1; null where that cannot be known. */
export function searchShare(progress: SearchProgress | null): number | null {
  if (progress === null || progress.toScan === null || progress.toScan === 0) return null;
  return Math.min(1, progress.scanned / progress.toScan);
}

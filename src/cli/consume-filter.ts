import type { ConsumedRecord } from '../client/client-records.ts';
import type { Filter } from '../filter/filter.ts';
import { counted } from './table.ts';

/** What is taken of a batch. */
export interface Taken {
  readonly wanted: readonly ConsumedRecord[];
  /** All that were looked at for it: those wanted and, under a filter, those before and between. */
  readonly looked: readonly ConsumedRecord[];
}

/** Which of the records that are read are printed: those that match, where there is a filter. */
export class RecordSelection {
  readonly #filter: Filter | undefined;

  constructor(filter: Filter | undefined) {
    this.#filter = filter;
  }

  get hasFilter(): boolean {
    return this.#filter !== undefined;
  }

  /** What to print of `batch`, at most `max` records. */
  take(batch: readonly ConsumedRecord[], max: number): Taken {
    const filter = this.#filter;
    if (filter === undefined) {
      const wanted = batch.slice(0, max);
      return { wanted, looked: wanted };
    }
    const wanted: ConsumedRecord[] = [];
    let looked = 0;
    for (const record of batch) {
      if (wanted.length >= max) break;
      looked++;
      if (isMatch(filter, record)) wanted.push(record);
    }
    return { wanted, looked: batch.slice(0, looked) };
  }

  /** How many matched, and on how many the filter had no answer; undefined without a filter. */
  summary(): string | undefined {
    if (this.#filter === undefined) return undefined;
    const { counters, lastFailure } = this.#filter;
    const { evaluated, matched, failed, overBudget } = counters;
    const lines = [`${matched} of ${counted(evaluated, 'record')} matched.`];
    if (failed > 0) {
      const reason = lastFailure === undefined ? '' : `, the last time by ${lastFailure}`;
      lines.push(`On ${counted(failed, 'record')} the filter failed${reason}.`);
    }
    if (overBudget > 0) {
      lines.push(`${counted(overBudget, 'record')} cost more than a record may.`);
    }
    return `${lines.join('\n')}\n`;
  }
}

function isMatch(filter: Filter, record: ConsumedRecord): boolean {
  const { topic, partition, offset, timestampMs: timestamp, key, value, headers } = record;
  return filter.matches({ topic, partition, offset, timestamp, key, value, headers });
}

/** The selection that `--where` asks for. Throws `INVALID_FILTER`, with the place of the mistake. */
export async function parseWhere(source: string | undefined): Promise<RecordSelection> {
  if (source === undefined) return new RecordSelection(undefined);
  const { compileFilter } = await import('../filter/filter.ts');
  return new RecordSelection(compileFilter(source));
}

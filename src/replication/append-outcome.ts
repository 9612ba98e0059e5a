import type { RecordError } from '../records/judge.ts';
import type { PartitionError } from './partition-error.ts';

/** How one batch of a produce request ended. Offsets and times are -1 where there is none. */
export interface AppendOutcome {
  readonly error: PartitionError | undefined;
  readonly message: string | undefined;
  readonly recordErrors: readonly RecordError[];
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
}

/** The records of an append that no record stands out from. */
export const noRecordErrors: readonly RecordError[] = [];

/** The outcome of an append that left no record behind. */
export function refusal(
  error: PartitionError,
  message: string | undefined,
  recordErrors: readonly RecordError[] = noRecordErrors,
): AppendOutcome {
  return {
    error,
    message,
    recordErrors,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
  };
}

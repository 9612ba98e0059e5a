import { int32, int64, recordKey, recordValue, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of a committed offset as very old brokers wrote it; record type 0. Read, never written. */
export const legacyOffsetCommitKey = recordKey(
  { recordType: 0, name: 'LegacyOffsetCommitKey', versions: '0' },
  { group: string(), topic: string(), partition: int32() },
);

/** What `legacyOffsetCommitKey` decodes to. */
export interface LegacyOffsetCommitKey extends Infer<typeof legacyOffsetCommitKey> {}

/** A committed offset as very old brokers wrote it. */
export const legacyOffsetCommitValue = recordValue(
  { recordType: 0, name: 'LegacyOffsetCommitValue', versions: '0' },
  { offset: int64(), metadata: string(), commitTimestamp: int64() },
);

/** What `legacyOffsetCommitValue` decodes to. */
export interface LegacyOffsetCommitValue extends Infer<typeof legacyOffsetCommitValue> {}

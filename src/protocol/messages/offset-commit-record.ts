import { int32, int64, recordKey, recordValue, string, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of a committed offset in `__consumer_offsets`; record type 1. */
export const offsetCommitKey = recordKey(
  { recordType: 1, name: 'OffsetCommitKey', versions: '0' },
  { group: string(), topic: string(), partition: int32() },
);

/** What `offsetCommitKey` decodes to. */
export interface OffsetCommitKey extends Infer<typeof offsetCommitKey> {}

/** A committed offset. Version 4 is flexible (KIP-915) and has the topic's id in a tag. */
export const offsetCommitValue = recordValue(
  { recordType: 1, name: 'OffsetCommitValue', versions: '0-4', flexible: '4+' },
  {
    offset: int64(),
    leaderEpoch: int32({ versions: '3+', default: -1, ignorable: true }),
    metadata: string(),
    commitTimestamp: int64(),
    expireTimestamp: int64({ versions: '1', default: -1, ignorable: true }),
    topicId: uuid({ versions: '4+', tag: 0, ignorable: true }),
  },
);

/** What `offsetCommitValue` decodes to. */
export interface OffsetCommitValue extends Infer<typeof offsetCommitValue> {}

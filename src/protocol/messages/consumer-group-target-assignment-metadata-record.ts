import { int32, int64, recordKey, recordValue, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of the epoch of a consumer group's target assignment (KIP-848); record type 6. */
export const consumerGroupTargetAssignmentMetadataKey = recordKey(
  { recordType: 6, name: 'ConsumerGroupTargetAssignmentMetadataKey', versions: '0' },
  { groupId: string() },
);

/** What `consumerGroupTargetAssignmentMetadataKey` decodes to. */
export interface ConsumerGroupTargetAssignmentMetadataKey extends Infer<
  typeof consumerGroupTargetAssignmentMetadataKey
> {}

/** The group epoch for which the target assignment was made, and since Kafka 4.3 when (KIP-1263). */
export const consumerGroupTargetAssignmentMetadataValue = recordValue(
  {
    recordType: 6,
    name: 'ConsumerGroupTargetAssignmentMetadataValue',
    versions: '0',
    flexible: '0+',
  },
  { assignmentEpoch: int32(), assignmentTimestamp: int64({ tag: 0, default: 0, ignorable: true }) },
);

/** What `consumerGroupTargetAssignmentMetadataValue` decodes to. */
export interface ConsumerGroupTargetAssignmentMetadataValue extends Infer<
  typeof consumerGroupTargetAssignmentMetadataValue
> {}

import { array, int32, recordKey, recordValue, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of what a member of a consumer group shall own (KIP-848); record type 7. */
export const consumerGroupTargetAssignmentMemberKey = recordKey(
  { recordType: 7, name: 'ConsumerGroupTargetAssignmentMemberKey', versions: '0' },
  { groupId: string(), memberId: string() },
);

/** What `consumerGroupTargetAssignmentMemberKey` decodes to. */
export interface ConsumerGroupTargetAssignmentMemberKey extends Infer<
  typeof consumerGroupTargetAssignmentMemberKey
> {}

/** The partitions that a member shall own. */
export const consumerGroupTargetAssignmentMemberValue = recordValue(
  {
    recordType: 7,
    name: 'ConsumerGroupTargetAssignmentMemberValue',
    versions: '0',
    flexible: '0+',
  },
  { topicPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) })) },
);

/** What `consumerGroupTargetAssignmentMemberValue` decodes to. */
export interface ConsumerGroupTargetAssignmentMemberValue extends Infer<
  typeof consumerGroupTargetAssignmentMemberValue
> {}

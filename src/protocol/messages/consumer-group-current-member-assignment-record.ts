import { array, int32, int8, recordKey, recordValue, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

const topicPartitions = {
  topicId: uuid(),
  partitions: array(int32()),
  assignmentEpochs: array(int32(), { nullable: true, tag: 0 }),
};

/** Key of what a member of a consumer group owns (KIP-848); record type 8. */
export const consumerGroupCurrentMemberAssignmentKey = recordKey(
  { recordType: 8, name: 'ConsumerGroupCurrentMemberAssignmentKey', versions: '0' },
  { groupId: string(), memberId: string() },
);

/** What `consumerGroupCurrentMemberAssignmentKey` decodes to. */
export interface ConsumerGroupCurrentMemberAssignmentKey extends Infer<
  typeof consumerGroupCurrentMemberAssignmentKey
> {}

/** The partitions that a member owns and those that it has to give up, with its epochs. */
export const consumerGroupCurrentMemberAssignmentValue = recordValue(
  {
    recordType: 8,
    name: 'ConsumerGroupCurrentMemberAssignmentValue',
    versions: '0',
    flexible: '0+',
  },
  {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(struct(topicPartitions)),
    partitionsPendingRevocation: array(struct(topicPartitions)),
  },
);

/** What `consumerGroupCurrentMemberAssignmentValue` decodes to. */
export interface ConsumerGroupCurrentMemberAssignmentValue extends Infer<
  typeof consumerGroupCurrentMemberAssignmentValue
> {}

import { array, bytes, int32, recordKey, recordValue, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of a member of a consumer group (KIP-848); record type 5. */
export const consumerGroupMemberMetadataKey = recordKey(
  { recordType: 5, name: 'ConsumerGroupMemberMetadataKey', versions: '0' },
  { groupId: string(), memberId: string() },
);

/** What `consumerGroupMemberMetadataKey` decodes to. */
export interface ConsumerGroupMemberMetadataKey extends Infer<
  typeof consumerGroupMemberMetadataKey
> {}

/**
 * What a member has told of itself. `classicMemberMetadata` is there for one that uses the classic
 * protocol.
 */
export const consumerGroupMemberMetadataValue = recordValue(
  { recordType: 5, name: 'ConsumerGroupMemberMetadataValue', versions: '0', flexible: '0+' },
  {
    instanceId: string({ nullable: true }),
    rackId: string({ nullable: true }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string({ nullable: true }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: true }),
    classicMemberMetadata: struct(
      {
        sessionTimeoutMs: int32(),
        supportedProtocols: array(struct({ name: string(), metadata: bytes() })),
      },
      // Apache Kafka's default is not null: a null is always written.
      { nullable: true, tag: 0 },
    ),
  },
);

/** What `consumerGroupMemberMetadataValue` decodes to. */
export interface ConsumerGroupMemberMetadataValue extends Infer<
  typeof consumerGroupMemberMetadataValue
> {}

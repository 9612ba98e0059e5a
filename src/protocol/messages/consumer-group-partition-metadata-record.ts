import { array, int32, recordKey, recordValue, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of the topics that a consumer group knew; record type 4. Written before Kafka 4.1 only. */
export const consumerGroupPartitionMetadataKey = recordKey(
  { recordType: 4, name: 'ConsumerGroupPartitionMetadataKey', versions: '0' },
  { groupId: string() },
);

/** What `consumerGroupPartitionMetadataKey` decodes to. */
export interface ConsumerGroupPartitionMetadataKey extends Infer<
  typeof consumerGroupPartitionMetadataKey
> {}

/**
 * The topics that a consumer group knew, which a hash in its metadata has replaced (KIP-1101). Brokers
 * write a tombstone where they find one.
 */
export const consumerGroupPartitionMetadataValue = recordValue(
  { recordType: 4, name: 'ConsumerGroupPartitionMetadataValue', versions: '0', flexible: '0+' },
  {
    topics: array(
      struct({
        topicId: uuid(),
        topicName: string(),
        numPartitions: int32(),
        partitionMetadata: array(struct({ partition: int32(), racks: array(string()) })),
      }),
    ),
  },
);

/** What `consumerGroupPartitionMetadataValue` decodes to. */
export interface ConsumerGroupPartitionMetadataValue extends Infer<
  typeof consumerGroupPartitionMetadataValue
> {}

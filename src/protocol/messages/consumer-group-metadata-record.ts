import { bigint64, int32, recordKey, recordValue, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of a consumer group (KIP-848); record type 3. */
export const consumerGroupMetadataKey = recordKey(
  { recordType: 3, name: 'ConsumerGroupMetadataKey', versions: '0' },
  { groupId: string() },
);

/** What `consumerGroupMetadataKey` decodes to. */
export interface ConsumerGroupMetadataKey extends Infer<typeof consumerGroupMetadataKey> {}

/**
 * The epoch of a consumer group and a hash over the topics that it subscribes to, whose change makes it
 * assign anew (KIP-1101).
 */
export const consumerGroupMetadataValue = recordValue(
  { recordType: 3, name: 'ConsumerGroupMetadataValue', versions: '0', flexible: '0+' },
  { epoch: int32(), metadataHash: bigint64({ tag: 0, default: 0n }) },
);

/** What `consumerGroupMetadataValue` decodes to. */
export interface ConsumerGroupMetadataValue extends Infer<typeof consumerGroupMetadataValue> {}

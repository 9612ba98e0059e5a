import { array, bigint64, int64, recordKey, recordValue, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Key of a regular expression that a consumer group subscribes with (KIP-848); record type 16. */
export const consumerGroupRegularExpressionKey = recordKey(
  { recordType: 16, name: 'ConsumerGroupRegularExpressionKey', versions: '0' },
  { groupId: string(), regularExpression: string() },
);

/** What `consumerGroupRegularExpressionKey` decodes to. */
export interface ConsumerGroupRegularExpressionKey extends Infer<
  typeof consumerGroupRegularExpressionKey
> {}

/**
 * The topics that the expression was found to match, at which version of the cluster's metadata and
 * when.
 */
export const consumerGroupRegularExpressionValue = recordValue(
  { recordType: 16, name: 'ConsumerGroupRegularExpressionValue', versions: '0', flexible: '0+' },
  { topics: array(string()), version: bigint64(), timestamp: int64() },
);

/** What `consumerGroupRegularExpressionValue` decodes to. */
export interface ConsumerGroupRegularExpressionValue extends Infer<
  typeof consumerGroupRegularExpressionValue
> {}

import { array, bytes, int32, int64, recordKey, recordValue, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

const memberMetadata = {
  memberId: string(),
  groupInstanceId: string({ versions: '3+', nullable: true, default: null, ignorable: true }),
  clientId: string(),
  clientHost: string(),
  rebalanceTimeout: int32({ versions: '1+', default: -1, ignorable: true }),
  sessionTimeout: int32(),
  subscription: bytes(),
  assignment: bytes(),
};

/** Key of a classic group in `__consumer_offsets`; record type 2. */
export const groupMetadataKey = recordKey(
  { recordType: 2, name: 'GroupMetadataKey', versions: '0' },
  { group: string() },
);

/** What `groupMetadataKey` decodes to. */
export interface GroupMetadataKey extends Infer<typeof groupMetadataKey> {}

/**
 * A classic group with its members, written as each generation is complete. Version 4 is flexible
 * (KIP-915).
 */
export const groupMetadataValue = recordValue(
  { recordType: 2, name: 'GroupMetadataValue', versions: '0-4', flexible: '4+' },
  {
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullable: true }),
    leader: string({ nullable: true }),
    currentStateTimestamp: int64({ versions: '2+', default: -1, ignorable: true }),
    members: array(struct(memberMetadata)),
  },
);

/** What `groupMetadataValue` decodes to. */
export interface GroupMetadataValue extends Infer<typeof groupMetadataValue> {}

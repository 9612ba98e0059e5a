/**
 * Records of `__consumer_offsets`: a key that says what it is, and a value or a tombstone. The page
 * docs/formats/consumer-offsets.md says which there are.
 */
import { ByteReader } from '../../protocol/byte-reader.ts';
import { decodeMessage, encodeBehind } from '../../protocol/codec.ts';
import {
  offsetCommitKey,
  offsetCommitValue,
} from '../../protocol/messages/offset-commit-record.ts';
import type { OffsetCommitValue } from '../../protocol/messages/offset-commit-record.ts';
import {
  groupMetadataKey,
  groupMetadataValue,
} from '../../protocol/messages/group-metadata-record.ts';
import {
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
} from '../../protocol/messages/consumer-group-metadata-record.ts';
import {
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
} from '../../protocol/messages/consumer-group-member-metadata-record.ts';
import {
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
} from '../../protocol/messages/consumer-group-target-assignment-metadata-record.ts';
import {
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
} from '../../protocol/messages/consumer-group-target-assignment-member-record.ts';
import {
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
} from '../../protocol/messages/consumer-group-current-member-assignment-record.ts';
import {
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
} from '../../protocol/messages/consumer-group-regular-expression-record.ts';
import {
  consumerGroupPartitionMetadataKey,
  consumerGroupPartitionMetadataValue,
} from '../../protocol/messages/consumer-group-partition-metadata-record.ts';
import { legacyOffsetCommitKey } from '../../protocol/messages/legacy-offset-commit-record.ts';
import type { CoordinatorRecordSchema, Infer } from '../../protocol/schema.ts';
import { readInt16 } from '../../util/bytes.ts';

/** A kind of record: its schemas, and the version in which a value is written (Apache Kafka 4.3's). */
interface RecordKind<K extends CoordinatorRecordSchema, V extends CoordinatorRecordSchema> {
  readonly key: K;
  readonly value: V;
  versionOf(value: Infer<V>): number;
}

function kind<K extends CoordinatorRecordSchema, V extends CoordinatorRecordSchema>(
  key: K,
  value: V,
  version: number,
): RecordKind<K, V> {
  return { key, value, versionOf: () => version };
}

const kinds = {
  offsetCommit: {
    key: offsetCommitKey,
    value: offsetCommitValue,
    /** A moment of expiry of its own fits into version 1 alone. */
    versionOf: ({ expireTimestamp }: OffsetCommitValue) => (expireTimestamp === -1 ? 4 : 1),
  },
  groupMetadata: kind(groupMetadataKey, groupMetadataValue, 3),
  consumerGroupMetadata: kind(consumerGroupMetadataKey, consumerGroupMetadataValue, 0),
  consumerGroupMemberMetadata: kind(
    consumerGroupMemberMetadataKey,
    consumerGroupMemberMetadataValue,
    0,
  ),
  consumerGroupTargetAssignmentMetadata: kind(
    consumerGroupTargetAssignmentMetadataKey,
    consumerGroupTargetAssignmentMetadataValue,
    0,
  ),
  consumerGroupTargetAssignmentMember: kind(
    consumerGroupTargetAssignmentMemberKey,
    consumerGroupTargetAssignmentMemberValue,
    0,
  ),
  consumerGroupCurrentMemberAssignment: kind(
    consumerGroupCurrentMemberAssignmentKey,
    consumerGroupCurrentMemberAssignmentValue,
    0,
  ),
  consumerGroupRegularExpression: kind(
    consumerGroupRegularExpressionKey,
    consumerGroupRegularExpressionValue,
    0,
  ),
  consumerGroupPartitionMetadata: kind(
    consumerGroupPartitionMetadataKey,
    consumerGroupPartitionMetadataValue,
    0,
  ),
};

type Kinds = typeof kinds;
type RecordOf<T extends keyof Kinds> = {
  readonly type: T;
  readonly key: Infer<Kinds[T]['key']>;
  /** Null is a tombstone. */
  readonly value: Infer<Kinds[T]['value']> | null;
};

/** A record of `__consumer_offsets`, by what it is. */
export type GroupRecord = { [T in keyof Kinds]: RecordOf<T> }[keyof Kinds];

/** The bytes of a record: its key and value, each behind the version that it is written in. */
export interface RecordBytes {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/**
 * Throws `PROTOCOL_ERROR` for what a field cannot hold. The bytes share their memory with other messages: copy
 * what is to be kept.
 */
export function encodeGroupRecord({ type, key, value }: GroupRecord): RecordBytes {
  const schemas: RecordKind<CoordinatorRecordSchema, CoordinatorRecordSchema> = kinds[type];
  const keyBytes = encodeBehind(schemas.key.recordType, schemas.key, 0, key);
  if (value === null) return { key: keyBytes, value };
  const version = schemas.versionOf(value);
  return { key: keyBytes, value: encodeBehind(version, schemas.value, version, value) };
}

/**
 * Reads a record. Undefined for a kind that is not known here, which is to be passed over, such as those of
 * share and streams groups. Throws `PROTOCOL_ERROR` for what is malformed.
 */
export function decodeGroupRecord({ key, value }: RecordBytes): GroupRecord | undefined {
  const recordType = readInt16(key, 0);
  if (recordType === legacyOffsetCommitKey.recordType) return decodeLegacyOffsetCommit(key, value);
  const type = typesByNumber.get(recordType);
  if (type === undefined) return undefined;
  const schemas: RecordKind<CoordinatorRecordSchema, CoordinatorRecordSchema> = kinds[type];
  return {
    type,
    key: decodeMessage(schemas.key, 0, behindVersion(key)),
    value:
      value === null
        ? null
        : decodeMessage(schemas.value, readInt16(value, 0), behindVersion(value)),
  } as GroupRecord;
}

const typesByNumber = new Map(
  (Object.keys(kinds) as (keyof Kinds)[]).map((type) => [kinds[type].key.recordType, type]),
);

/** Offsets that Apache Kafka committed before version 0.9. */
function decodeLegacyOffsetCommit(key: Uint8Array, value: Uint8Array | null): GroupRecord {
  return {
    type: 'offsetCommit',
    key: decodeMessage(legacyOffsetCommitKey, 0, behindVersion(key)),
    value:
      value === null
        ? null
        : decodeMessage(offsetCommitValue, readInt16(value, 0), behindVersion(value)),
  };
}

function behindVersion(bytes: Uint8Array): ByteReader {
  return new ByteReader([bytes.subarray(2)]);
}

import { ByteReader } from '../../protocol/byte-reader.ts';
import { decodeMessage, encodeMessage } from '../../protocol/codec.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../protocol/messages/consumer-protocol.ts';
import type { Encodable, Fields, Infer, MessageSchema } from '../../protocol/schema.ts';
import { concatenated, readInt16, writeInt16 } from '../../util/bytes.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { byTopic, type TopicPartition } from './topic-partition.ts';

/** What a member of a classic group tells the leader. */
export interface Subscription {
  readonly topics: readonly string[];
  /** What it reads already and has not given up (KIP-429). */
  readonly owned: readonly TopicPartition[];
  /** In which generation it was given that (KIP-792); -1 where it does not say. */
  readonly generationId: number;
}

/** The newest version, which is also what newer ones are read as. */
const versionMax = 3;

/** A subscription as it stands in JoinGroup. */
export function encodeSubscription({ topics, owned, generationId }: Subscription): Uint8Array {
  return encodeVersioned(consumerProtocolSubscription, {
    topics,
    ownedPartitions: topicsOf(owned),
    generationId,
  });
}

/** Throws `PROTOCOL_ERROR` for bytes that are none. */
export function decodeSubscription(metadata: Uint8Array): Subscription {
  const { topics, ownedPartitions, generationId } = decodeVersioned(
    consumerProtocolSubscription,
    metadata,
  );
  return { topics, owned: partitionsOf(ownedPartitions), generationId };
}

/** An assignment as it stands in SyncGroup. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Uint8Array {
  return encodeVersioned(consumerProtocolAssignment, { assignedPartitions: topicsOf(partitions) });
}

/** No bytes are no partitions. Throws `PROTOCOL_ERROR` for bytes that are no assignment. */
export function decodeAssignment(assignment: Uint8Array): readonly TopicPartition[] {
  if (assignment.length === 0) return [];
  return partitionsOf(decodeVersioned(consumerProtocolAssignment, assignment).assignedPartitions);
}

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function topicsOf(partitions: readonly TopicPartition[]): readonly TopicPartitions[] {
  return [...byTopic(partitions)].map(([topic, items]) => ({
    topic,
    partitions: items.map(({ partition }) => partition),
  }));
}

function partitionsOf(topics: readonly TopicPartitions[]): readonly TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function encodeVersioned<F extends Fields>(
  schema: MessageSchema<F>,
  value: Encodable<MessageSchema<F>>,
): Uint8Array {
  const version = new Uint8Array(2);
  writeInt16(version, 0, versionMax);
  return concatenated([version, ...encodeMessage(schema, versionMax, value)]);
}

function decodeVersioned<F extends Fields>(
  schema: MessageSchema<F>,
  bytes: Uint8Array,
): Infer<MessageSchema<F>> {
  const version = bytes.length < 2 ? -1 : readInt16(bytes, 0);
  if (version < 0) {
    const reason = `a ${schema.name} without a version`;
    throw new OdradekError(`a member of the group sent ${reason}`, {
      code: 'PROTOCOL_ERROR',
      reason,
    });
  }
  return decodeMessage(schema, Math.min(version, versionMax), new ByteReader([bytes.subarray(2)]));
}

/** What consumers of the classic protocol tell their leader and are told by it (`ConsumerProtocol`). */
import { ByteReader } from '../../../protocol/byte-reader.ts';
import { decodeMessage, encodeMessage } from '../../../protocol/codec.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../../protocol/messages/consumer-protocol.ts';
import type { ConsumerProtocolSubscription } from '../../../protocol/messages/consumer-protocol.ts';
import { concatenated, readInt16, writeInt16 } from '../../../util/bytes.ts';
import type { TopicsView } from '../group-events.ts';
import { ascending } from './partitions.ts';
import type { OwnedPartitions, Partitions, TopicPartitions } from './partitions.ts';

/** Newer ones begin with the same fields. */
const newestVersion = 3;

/** What a member tells; undefined for what is malformed. */
export function decodeSubscription(
  metadata: Uint8Array | undefined,
): ConsumerProtocolSubscription | undefined {
  return decoded(metadata, (version, body) =>
    decodeMessage(consumerProtocolSubscription, version, body),
  );
}

/** Partitions by topic name, and whether an assignor has added something of its own. */
export interface EmbeddedAssignment {
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
  readonly hasUserData: boolean;
}

/** What a member was told; nothing for one that was told nothing yet. Undefined for what is malformed. */
export function decodeAssignment(assignment: Uint8Array): EmbeddedAssignment | undefined {
  if (assignment.length === 0) return { topics: [], hasUserData: false };
  return decoded(assignment, (version, body) => {
    const { assignedPartitions, userData } = decodeMessage(
      consumerProtocolAssignment,
      version,
      body,
    );
    return { topics: assignedPartitions, hasUserData: userData !== null && userData.length > 0 };
  });
}

function decoded<T>(
  bytes: Uint8Array | undefined,
  decode: (version: number, body: ByteReader) => T,
): T | undefined {
  if (bytes === undefined || bytes.length < 2) return undefined;
  const version = Math.min(readInt16(bytes, 0), newestVersion);
  if (version < 0) return undefined;
  try {
    return decode(version, new ByteReader([bytes.subarray(2)]));
  } catch {
    return undefined;
  }
}

/** What a member is told, in the version in which it talks itself. Topics that are no more are left out. */
export function encodeAssignment(
  partitions: Partitions | OwnedPartitions,
  metadata: Uint8Array | undefined,
  topics: TopicsView,
): Uint8Array {
  const asked = metadata === undefined || metadata.length < 2 ? 0 : readInt16(metadata, 0);
  const version = Math.min(Math.max(asked, 0), newestVersion);
  const assignedPartitions: { topic: string; partitions: number[] }[] = [];
  for (const [topicId, ofTopic] of partitions) {
    const name = topics.byId(topicId)?.name;
    if (name === undefined) continue;
    assignedPartitions.push({ topic: name, partitions: ascending(ofTopic.keys()) });
  }
  const prefix = new Uint8Array(2);
  writeInt16(prefix, 0, version);
  const body = encodeMessage(consumerProtocolAssignment, version, { assignedPartitions });
  return concatenated([prefix, ...body]);
}

/** By topic id, as far as the topics are known. */
export function byTopicId(
  named: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  topics: TopicsView,
): TopicPartitions[] {
  const found: TopicPartitions[] = [];
  for (const { topic, partitions } of named) {
    const topicId = topics.byName(topic)?.topicId;
    if (topicId !== undefined) found.push({ topicId, partitions });
  }
  return found;
}

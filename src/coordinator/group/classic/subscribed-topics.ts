import { ByteReader } from '../../../protocol/byte-reader.ts';
import { decodeMessage } from '../../../protocol/codec.ts';
import { consumerProtocolSubscription } from '../../../protocol/messages/consumer-protocol.ts';
import { metadataOf } from './classic-member.ts';
import type { ClassicMember } from './classic-member.ts';

/** What consumers call the use that they make of a group. */
export const consumerProtocolType = 'consumer';

/** All versions begin with the fields of this one. */
const readVersion = 0;

/**
 * The topics that consumers read, from what they tell their leader. Undefined where one of them tells it in
 * another way.
 */
export function subscribedTopics(
  members: Iterable<ClassicMember>,
  protocolName: string | undefined,
): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const member of members) {
    const topics = topicsIn(metadataOf(member, protocolName));
    if (topics === undefined) return undefined;
    for (const topic of topics) all.add(topic);
  }
  return all;
}

function topicsIn(metadata: Uint8Array): readonly string[] | undefined {
  // In front stands a version of two bytes.
  const body = new ByteReader([metadata.subarray(2)]);
  try {
    return decodeMessage(consumerProtocolSubscription, readVersion, body).topics;
  } catch {
    return undefined;
  }
}

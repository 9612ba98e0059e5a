import { ByteReader } from '../../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../../src/protocol/codec.ts';
import { errorName } from '../../../src/protocol/error-codes.ts';
import { consumerProtocolSubscription } from '../../../src/protocol/messages/consumer-protocol.ts';
import type { GroupMetadataValue } from '../../../src/protocol/messages/group-metadata-record.ts';
import { zeroUuid } from '../../../src/protocol/uuid.ts';
import type { GroupEvent } from '../../../src/coordinator/group/group-events.ts';
import type { GroupRecord } from '../../../src/coordinator/group/group-records.ts';
import type { Verb } from './parse-group-request.ts';

type ResponseOf<K extends GroupEvent['kind']> =
  Extract<GroupEvent, { kind: K; ref: unknown }> extends { ref: { response?: infer R } }
    ? NonNullable<R>
    : never;

/** A record in one line. */
export function formatRecord(record: GroupRecord): string {
  switch (record.type) {
    case 'groupMetadata':
      return formatGroup(record.key.group, record.value);
    case 'offsetCommit': {
      const { group, topic, partition } = record.key;
      const where = `offset of ${group === '' ? "''" : group}, ${topic}/${partition}`;
      if (record.value === null) return `${where}: tombstone`;
      const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } =
        record.value;
      return `${where}: ${fields({
        offset,
        leaderEpoch,
        metadata,
        committed: commitTimestamp,
        expires: expireTimestamp,
        topicId: topicId === zeroUuid ? '' : topicId,
      })}`;
    }
    default:
      return `${record.type} ${JSON.stringify(record.key)}: ${JSON.stringify(record.value)}`;
  }
}

function formatGroup(group: string, value: GroupMetadataValue | null): string {
  if (value === null) return `group ${group}: tombstone`;
  const { protocolType, generation, protocol, leader, currentStateTimestamp, members } = value;
  return `group ${group}: ${fields({
    generation,
    type: protocolType,
    protocol,
    leader,
    since: currentStateTimestamp,
    members: members.map((member) =>
      fields({
        '': member.memberId,
        instance: member.groupInstanceId,
        client: member.clientId,
        session: member.sessionTimeout,
        rebalance: member.rebalanceTimeout,
        says: formatMetadata(member.subscription),
        assigned: formatBytes(member.assignment),
      }),
    ),
  })}`;
}

/** A response in one line. What is empty, null or -1 is left out. */
export function formatReply(verb: Verb, response: unknown): string {
  switch (verb) {
    case 'join': {
      const { errorCode, members, ...rest } = response as ResponseOf<'joinGroup'>;
      return fields({
        '': errorName(errorCode),
        ...rest,
        members: members.map(({ memberId, groupInstanceId, metadata }) =>
          fields({ '': memberId, instance: groupInstanceId, says: formatMetadata(metadata) }),
        ),
      });
    }
    case 'sync': {
      const { errorCode, assignment, ...rest } = response as ResponseOf<'syncGroup'>;
      return fields({ '': errorName(errorCode), ...rest, assignment: formatBytes(assignment) });
    }
    case 'heartbeat':
      return errorName((response as ResponseOf<'heartbeat'>).errorCode) ?? '';
    case 'leave': {
      const { errorCode, members } = response as ResponseOf<'leaveGroup'>;
      return fields({
        '': errorName(errorCode),
        members: members?.map((member) =>
          fields({
            '': errorName(member.errorCode),
            id: member.memberId,
            instance: member.groupInstanceId,
          }),
        ),
      });
    }
    case 'commit':
    case 'forget':
      return formatOffsets(response as ResponseOf<'offsetCommit'> & ResponseOf<'offsetDelete'>);
    case 'fetch':
      return formatOffsets(response as ResponseOf<'offsetFetch'>);
    case 'describe': {
      const { errorCode, members, groupId: _, ...rest } = response as ResponseOf<'describeGroup'>;
      return fields({
        '': errorName(errorCode),
        ...rest,
        members: members.map((member) =>
          fields({
            '': member.memberId,
            instance: member.groupInstanceId,
            client: member.clientId,
            host: member.clientHost,
            says: formatMetadata(member.memberMetadata),
            assigned: formatBytes(member.memberAssignment),
          }),
        ),
      });
    }
    case 'list':
      return fields({
        '': 'groups',
        all: (response as ResponseOf<'listGroups'>).map(({ groupId, ...rest }) =>
          fields({ '': groupId, ...rest }),
        ),
      }).replace(' all=', ' ');
    case 'delete':
      return errorName((response as ResponseOf<'deleteGroup'>).errorCode) ?? '';
    case 'consumer-heartbeat':
      return errorName((response as ResponseOf<'consumerGroupHeartbeat'>).errorCode) ?? '';
    case 'consumer-describe':
      return errorName((response as ResponseOf<'consumerGroupDescribe'>).errorCode) ?? '';
  }
}

interface OffsetsReply {
  readonly errorCode?: number;
  readonly topics: readonly {
    readonly name?: string;
    readonly topicId?: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly committedOffset?: number;
      readonly committedLeaderEpoch?: number;
      readonly metadata?: string | null;
      readonly errorCode: number;
    }[];
  }[];
}

function formatOffsets({ errorCode, topics }: OffsetsReply): string {
  const parts = topics.flatMap(({ name, topicId, partitions }) =>
    partitions.map((partition) => {
      const error = errorName(partition.errorCode) ?? '';
      const offset = partition.committedOffset;
      const topic = name === undefined || name === '' ? topicId : name;
      return fields({
        '': `${topic}/${partition.partitionIndex} ${offset === undefined || error !== 'NONE' ? error : offset}`,
        epoch: partition.committedLeaderEpoch,
        metadata: partition.metadata,
      });
    }),
  );
  const head = errorCode === undefined ? [] : [errorName(errorCode)];
  return [...head, ...parts].join(', ');
}

/** `name=value` of all that is there; the field without a name is its value alone. */
function fields(
  values: Readonly<
    Record<string, string | number | boolean | readonly string[] | null | undefined>
  >,
): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const text = typeof value === 'object' && value !== null ? listed(value) : value;
    if (text === null || text === undefined || text === '' || text === -1 || text === false)
      continue;
    parts.push(name === '' ? String(text) : `${name}=${text}`);
  }
  return parts.join(' ');
}

function listed(values: readonly string[]): string {
  return values.length === 0 ? '' : `[${values.join('; ')}]`;
}

function formatBytes(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What a member says: its topics, if it is a consumer that says them, or a text. */
function formatMetadata(metadata: Uint8Array): string {
  if (metadata[0] !== 0) return formatBytes(metadata);
  const reader = new ByteReader([metadata.subarray(2)]);
  return `{${decodeMessage(consumerProtocolSubscription, 0, reader).topics.join(',')}}`;
}

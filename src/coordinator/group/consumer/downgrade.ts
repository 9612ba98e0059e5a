/** A consumer group becomes a classic one when its last member of the consumer protocol leaves (KIP-848). */
import { selectProtocol } from '../classic/select-protocol.ts';
import type { TopicsView } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { GroupView } from './group-view.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { encodeAssignment } from './embedded-protocol.ts';
import type { OwnedPartitions } from './partitions.ts';

/** What a downgrade depends on. */
export interface DowngradeModules {
  readonly topics: TopicsView;
  readonly settings: () => GroupSettings;
}

/**
 * What is written of the group as a classic one. Its generation is the epoch that members have heard of,
 * before the last change, so that they are asked to join again and need not let go of what they read; what
 * they own is what their leader would have given them. Undefined where it has to stay a consumer group, or nobody is
 * left.
 */
export function downgradedGroup(
  group: GroupView,
  { topics, settings }: DowngradeModules,
  generation: number,
): GroupRecord | undefined {
  const { groupConsumerMigrationPolicy: policy, groupMaxSize } = settings();
  if (policy !== 'DOWNGRADE' && policy !== 'BIDIRECTIONAL') return undefined;
  if (group.memberCount === 0 || group.memberCount > groupMaxSize) return undefined;
  const members: ClassicConsumerMember[] = [];
  for (const member of group.members()) {
    if (!isClassic(member)) return undefined;
    members.push(member);
  }
  const protocol = selectProtocol(
    members.map(({ classic, rebalanceTimeoutMs }) => ({
      rebalanceTimeoutMs,
      sessionTimeoutMs: classic.sessionTimeoutMs,
      protocols: classic.supportedProtocols,
    })),
  );
  if (protocol === undefined) return undefined;
  return {
    type: 'groupMetadata',
    key: { group: group.groupId },
    value: {
      protocolType: 'consumer',
      generation,
      protocol,
      leader: members[0]?.memberId ?? null,
      // Without a time, which a coordinator that loads it takes for a rebalance that is still to come.
      currentStateTimestamp: -1,
      members: members.map((member) => recordedMember(member, protocol, topics)),
    },
  };
}

type ClassicConsumerMember = ConsumerMember & {
  readonly classic: NonNullable<ConsumerMember['classic']>;
};

function isClassic(member: ConsumerMember): member is ClassicConsumerMember {
  return member.classic !== null;
}

type RecordedMember = NonNullable<
  Extract<GroupRecord, { type: 'groupMetadata' }>['value']
>['members'][number];

function recordedMember(
  member: ClassicConsumerMember,
  protocol: string,
  topics: TopicsView,
): RecordedMember {
  const { memberId, instanceId, clientId, clientHost, rebalanceTimeoutMs, classic } = member;
  const subscription =
    classic.supportedProtocols.find(({ name }) => name === protocol)?.metadata ?? new Uint8Array();
  return {
    memberId,
    groupInstanceId: instanceId,
    clientId,
    clientHost,
    rebalanceTimeout: rebalanceTimeoutMs,
    sessionTimeout: classic.sessionTimeoutMs,
    subscription,
    // What it has still to give up it reads still.
    assignment: encodeAssignment(ownedBy(member), subscription, topics),
  };
}

function ownedBy({ assigned, pendingRevocation }: ConsumerMember): OwnedPartitions {
  const owned = new Map(assigned);
  for (const [topicId, ofTopic] of pendingRevocation) {
    owned.set(topicId, new Map([...(owned.get(topicId) ?? []), ...ofTopic]));
  }
  return owned;
}

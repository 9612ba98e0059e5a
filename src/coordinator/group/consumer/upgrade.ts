/** A classic group becomes a consumer group when a member of the consumer protocol joins it (KIP-848). */
import type { ConsumerProtocolSubscription } from '../../../protocol/messages/consumer-protocol.ts';
import { metadataOf } from '../classic/classic-member.ts';
import type { ClassicMember } from '../classic/classic-member.ts';
import type { ClassicGroup } from '../classic/classic-group.ts';
import { selectProtocol } from '../classic/select-protocol.ts';
import type { TopicsView } from '../group-events.ts';
import type { GroupSettings } from '../group-settings.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { memberStates, newMember, sortedNames } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import {
  currentAssignmentRecord,
  groupEpochRecord,
  memberMetadataRecord,
  targetMemberRecord,
  targetMetadataRecord,
} from './consumer-records.ts';
import { byTopicId, decodeAssignment, decodeSubscription } from './embedded-protocol.ts';
import type { EmbeddedAssignment } from './embedded-protocol.ts';
import { GroupDraft } from './group-draft.ts';
import { ownsNothing } from './partitions.ts';
import type { OwnedPartitions, Partitions } from './partitions.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { groupSubscription } from './subscriptions.ts';
import type { TopicHashes } from './topic-hash.ts';

/** What an upgrade depends on. */
export interface UpgradeModules {
  readonly topics: TopicsView;
  readonly hashes: TopicHashes;
  readonly settings: () => GroupSettings;
}

/**
 * The group as it is after the upgrade. All members go on with the classic protocol; what the leader gave
 * them last they own, and it is their target. They join again when the group has assigned anew.
 */
export function upgradedGroup(
  group: ClassicGroup,
  { topics, hashes, settings }: UpgradeModules,
): GroupDraft | Refusal {
  const refusal = checkUpgrade(group, settings());
  if (refusal !== undefined) return refusal;
  const protocol =
    group.protocolName ?? selectProtocol(Array.from(group.members.all(), ({ details }) => details));
  const told: ToldMember[] = [];
  for (const classic of group.members.all()) {
    const member = toldMember(group.groupId, classic, protocol);
    if (isRefusal(member)) return member;
    told.push(member);
  }
  const owned = ownedPartitions(group, told, topics);
  const members = told.map((member) => upgradedMember(member, group.generationId, owned));
  const { groupId, generationId } = group;
  const upgraded = new ConsumerGroup(groupId);
  const metadata = members.map((member) => memberMetadataRecord(groupId, member));
  for (const record of metadata) upgraded.replay(record);
  const hash = hashes.ofTopics(groupSubscription(upgraded).topicNames);
  const rest = [
    groupEpochRecord(groupId, generationId, hash),
    ...members.map(({ memberId, assigned }) =>
      targetMemberRecord(groupId, memberId, plain(assigned)),
    ),
    targetMetadataRecord(groupId, generationId, 0),
    ...members.map((member) => currentAssignmentRecord(groupId, member)),
  ];
  for (const record of rest) upgraded.replay(record);
  return new GroupDraft(upgraded, [...group.tombstones(), ...metadata, ...rest]);
}

function checkUpgrade(group: ClassicGroup, settings: GroupSettings): Refusal | undefined {
  const policy = settings.groupConsumerMigrationPolicy;
  if (policy !== 'UPGRADE' && policy !== 'BIDIRECTIONAL') {
    return cannot(group.groupId, 'online upgrade is disabled');
  }
  if (group.protocolType !== 'consumer') {
    return cannot(group.groupId, 'the group does not use the consumer embedded protocol');
  }
  if (group.members.size > settings.groupConsumerMaxSize) {
    return cannot(group.groupId, 'the group size exceeds the consumer group maximum size');
  }
  return undefined;
}

function cannot(groupId: string, reason: string): Refusal {
  return refuse(
    'GROUP_ID_NOT_FOUND',
    `Cannot upgrade classic group ${groupId} to consumer group because ${reason}.`,
  );
}

/** A classic member with what it told and was told. */
interface ToldMember {
  readonly classic: ClassicMember;
  readonly subscription: ConsumerProtocolSubscription;
  readonly assignment: EmbeddedAssignment;
}

/**
 * What these add to an assignment is what the coordinator knows anyway: who had which partition, in which
 * generation. librdkafka's leaders do so. Apache Kafka's coordinator refuses them as it does any other.
 */
const builtInAssignors: ReadonlySet<string | undefined> = new Set([
  'range',
  'roundrobin',
  'sticky',
  'cooperative-sticky',
]);

function toldMember(
  groupId: string,
  classic: ClassicMember,
  protocol: string | undefined,
): ToldMember | Refusal {
  const subscription = decodeSubscription(metadataOf(classic, protocol));
  const assignment = decodeAssignment(classic.assignment);
  if (subscription === undefined || assignment === undefined) {
    return cannot(groupId, 'the embedded consumer protocol is malformed');
  }
  if (assignment.hasUserData && !builtInAssignors.has(protocol)) {
    return cannot(groupId, 'an unsupported custom assignor is in use');
  }
  return { classic, subscription, assignment };
}

/**
 * What each member may read, by member id: what it was given last, and, until it has asked what it is given
 * now, what it says that it reads. Each partition is one member's, of whom it is known better.
 */
function ownedPartitions(
  group: ClassicGroup,
  told: readonly ToldMember[],
  topics: TopicsView,
): ReadonlyMap<string, OwnedPartitions> {
  const owned = new Map<string, Map<string, Map<number, number>>>();
  const taken = new Set<string>();
  const take = (memberId: string, named: EmbeddedAssignment['topics']): void => {
    for (const { topicId, partitions } of byTopicId(named, topics)) {
      for (const partition of partitions) {
        if (taken.has(`${topicId}/${partition}`)) continue;
        taken.add(`${topicId}/${partition}`);
        const ofMember = owned.get(memberId) ?? new Map<string, Map<number, number>>();
        const ofTopic = ofMember.get(topicId) ?? new Map<number, number>();
        owned.set(memberId, ofMember.set(topicId, ofTopic.set(partition, group.generationId)));
      }
    }
  };
  for (const { classic, assignment } of told) take(classic.memberId, assignment.topics);
  for (const { classic, subscription } of told) {
    const { memberId } = classic;
    const hasAsked = group.state === 'Stable' && !group.members.pendingSyncs.has(memberId);
    if (!hasAsked) take(memberId, subscription.ownedPartitions);
  }
  return owned;
}

function upgradedMember(
  { classic, subscription }: ToldMember,
  generationId: number,
  owned: ReadonlyMap<string, OwnedPartitions>,
): ConsumerMember {
  const { memberId, groupInstanceId, clientId, clientHost, details } = classic;
  return {
    ...newMember(memberId),
    instanceId: groupInstanceId,
    rackId: subscription.rackId,
    rebalanceTimeoutMs: details.rebalanceTimeoutMs,
    clientId,
    clientHost,
    subscribedTopicNames: sortedNames(subscription.topics),
    classic: {
      sessionTimeoutMs: details.sessionTimeoutMs,
      supportedProtocols: [...details.protocols],
    },
    memberEpoch: generationId,
    previousMemberEpoch: generationId,
    state: memberStates.stable,
    assigned: owned.get(memberId) ?? ownsNothing,
  };
}

function plain(owned: OwnedPartitions): Partitions {
  return new Map(Array.from(owned, ([topicId, ofTopic]) => [topicId, new Set(ofTopic.keys())]));
}

import type { consumerGroupDescribeResponse } from '../../../protocol/messages/consumer-group-describe.ts';
import type { Encodable } from '../../../protocol/schema.ts';
import type { TopicsView } from '../group-events.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { topicPartitionsOf } from './partitions.ts';
import type { OwnedPartitions, Partitions } from './partitions.ts';
import { preferredAssignor } from './target-assignment.ts';

type DescribedGroup = Encodable<typeof consumerGroupDescribeResponse>['groups'][number];
type DescribedMember = DescribedGroup['members'][number];
type DescribedAssignment = DescribedMember['assignment'];

/** What a description shows of a member's protocol (KIP-1099). */
const memberTypes = { classic: 0, consumer: 1 } as const;

/** A group with its members: what they own, also what they have yet to give up, and what they shall own. */
export function describeConsumerGroup(
  group: ConsumerGroup,
  { topics, defaultAssignor }: { readonly topics: TopicsView; readonly defaultAssignor: string },
): DescribedGroup {
  return {
    errorCode: 0,
    groupId: group.groupId,
    groupState: group.stateName,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: preferredAssignor(group, defaultAssignor),
    members: Array.from(group.members(), (member) =>
      describeMember(member, group.target(member.memberId), topics),
    ),
  };
}

function describeMember(
  member: ConsumerMember,
  target: Partitions,
  topics: TopicsView,
): DescribedMember {
  const { memberId, instanceId, rackId, memberEpoch, clientId, clientHost } = member;
  return {
    memberId,
    instanceId,
    rackId,
    memberEpoch,
    clientId,
    clientHost,
    subscribedTopicNames: member.subscribedTopicNames,
    subscribedTopicRegex: member.subscribedTopicRegex,
    assignment: describeAssignment([member.assigned, member.pendingRevocation], topics),
    targetAssignment: describeAssignment([target], topics),
    memberType: member.classic === null ? memberTypes.consumer : memberTypes.classic,
  };
}

/** Topics that are no more are left out. */
function describeAssignment(
  parts: readonly (Partitions | OwnedPartitions)[],
  topics: TopicsView,
): DescribedAssignment {
  const joined = new Map<string, Set<number>>();
  for (const part of parts) {
    for (const [topicId, ofTopic] of part) {
      const known = joined.get(topicId) ?? new Set();
      for (const partition of ofTopic.keys()) known.add(partition);
      joined.set(topicId, known);
    }
  }
  return {
    topicPartitions: topicPartitionsOf(joined).flatMap(({ topicId, partitions }) => {
      const topic = topics.byId(topicId);
      return topic === undefined ? [] : [{ topicId, topicName: topic.name, partitions }];
    }),
  };
}

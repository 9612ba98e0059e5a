import type { TopicsView } from '../group-events.ts';
import { assignRange } from './assignors/range.ts';
import type { AssignedMember, Assignor } from './assignors/assignor.ts';
import { assignUniform } from './assignors/uniform.ts';
import type { GroupView } from './group-view.ts';
import { regexOf } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { GroupDraft } from './group-draft.ts';
import { groupSubscription, subscribedTopicIds } from './subscriptions.ts';

/** The assignors that there are, by the names that requests have. */
const assignors: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', assignUniform],
  ['range', assignRange],
]);

/** The assignor that most members ask for; `defaultName` where none does. */
export function preferredAssignor(group: GroupView, defaultName: string): string {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of group.members()) {
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  }
  let preferred = defaultName;
  let most = 0;
  for (const [name, count] of votes) {
    if (count <= most) continue;
    preferred = name;
    most = count;
  }
  return preferred;
}

/** What decides when a target is made anew, and how. */
export interface TargetOptions {
  readonly assignmentIntervalMs: number;
  readonly defaultAssignor: string;
  readonly nowMs: number;
}

/**
 * Makes new targets where the group's epoch is ahead of them, but not twice within the assignment interval:
 * a burst of members that join costs one assignment, not one for each.
 */
export function updateTargets(
  draft: GroupDraft,
  topics: TopicsView,
  { assignmentIntervalMs, defaultAssignor, nowMs }: TargetOptions,
): void {
  if (draft.assignmentEpoch >= draft.groupEpoch) return;
  // A clock that was set back far does not hold the group up.
  const sinceLastMs = Math.abs(nowMs - draft.assignmentTimestampMs);
  if (draft.assignmentTimestampMs > 0 && sinceLastMs < assignmentIntervalMs) return;
  const assign = assignors.get(preferredAssignor(draft, defaultAssignor)) ?? assignUniform;
  const targets = assign({
    members: assignedMembers(draft, topics),
    isHomogeneous: groupSubscription(draft).isHomogeneous,
    partitionCount: (topicId) => topics.byId(topicId)?.partitionCount ?? 0,
  });
  draft.putTargets(targets, nowMs);
}

function assignedMembers(group: GroupView, topics: TopicsView): AssignedMember[] {
  const topicIdsOf = sharedTopicIds(group, topics);
  return Array.from(group.members(), (member) => ({
    memberId: member.memberId,
    instanceId: member.instanceId,
    topicIds: topicIdsOf(member),
    target: group.target(member.memberId),
  }));
}

/** Looks the topics of equal subscriptions up once. */
function sharedTopicIds(
  group: GroupView,
  topics: TopicsView,
): (member: ConsumerMember) => ReadonlySet<string> {
  const known = new Map<readonly string[], Map<string | undefined, ReadonlySet<string>>>();
  return (member) => {
    const names = member.subscribedTopicNames;
    const regex = regexOf(member);
    const ofNames = known.get(names) ?? new Map<string | undefined, ReadonlySet<string>>();
    known.set(names, ofNames);
    const topicIds = ofNames.get(regex) ?? subscribedTopicIds(group, member, topics);
    ofNames.set(regex, topicIds);
    return topicIds;
  };
}

/** A member tells something of itself, and the group goes on from there. */
import type { Deadline } from '../../coordinator.ts';
import type { ConsumerContext } from './consumer-context.ts';
import { regexSubscribers } from './group-view.ts';
import { memberStates, regexOf, sameNames } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { GroupDraft } from './group-draft.ts';
import { deadlineKey } from './member-deadlines.ts';
import type { TopicPartitions } from './partitions.ts';
import { reconciled } from './reconcile.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { subscribedTopicIds } from './subscriptions.ts';
import { raiseEpochIfChanged } from './raise-epoch.ts';
import { updateTargets } from './target-assignment.ts';

/** What a request changes. */
export interface MemberUpdate {
  /** The member as it was known before. */
  readonly before: ConsumerMember;
  readonly after: ConsumerMember;
  readonly owned: readonly TopicPartitions[] | null;
  /** The group was a classic one in a rebalance: it has to assign anew, whatever the member says. */
  readonly endsRebalance?: boolean;
  readonly nowMs: number;
}

/** Where the member stands then. */
export interface UpdatedMember {
  readonly member: ConsumerMember;
  readonly deadlines: readonly Deadline[];
}

/**
 * Takes in what a member has told: first the member itself and its regular expression; then the group's
 * epoch rises if the subscriptions or their topics have changed; then the targets are made anew if they are
 * behind the group's epoch; then the member goes a step towards its target.
 */
export function updateMember(
  draft: GroupDraft,
  update: MemberUpdate,
  context: ConsumerContext,
): UpdatedMember | Refusal {
  const { before, after, nowMs } = update;
  draft.putMetadata(after);
  const namesChanged = !sameNames(before.subscribedTopicNames, after.subscribedTopicNames);
  const regexChanged = regexOf(before) !== regexOf(after);
  if (regexChanged) {
    const refusal = changeRegex(draft, before, after, context);
    if (refusal !== undefined) return refusal;
  }
  const deadlines = followTopics(draft, update, { namesChanged, regexChanged }, context);
  updateTargets(draft, context.topics, {
    assignmentIntervalMs: context.settingsOf(draft.groupId).assignmentIntervalMs,
    defaultAssignor: context.settings().groupConsumerAssignors[0] ?? 'uniform',
    nowMs,
  });
  const step = reconcile(draft, update, namesChanged || regexChanged, context);
  if (isRefusal(step)) return step;
  return { member: step.member, deadlines: [...deadlines, ...step.deadlines] };
}

/** A new expression has to be a right one; the old one goes with its last subscriber. */
function changeRegex(
  draft: GroupDraft,
  before: ConsumerMember,
  after: ConsumerMember,
  { regexes }: ConsumerContext,
): Refusal | undefined {
  const subscribers = regexSubscribers(draft);
  const regex = regexOf(after);
  if (regex !== undefined && subscribers.get(regex) === 1) {
    const problem = regexes.problemOf(regex);
    if (problem !== undefined) {
      return refuse(
        'INVALID_REGULAR_EXPRESSION',
        `SubscribedTopicRegex \`${regex.slice(0, 200)}\` is not a valid regular expression: ${problem}.`,
      );
    }
  }
  const old = regexOf(before);
  if (old !== undefined && !subscribers.has(old) && draft.resolvedRegex(old) !== undefined) {
    draft.removeRegex(old);
  }
  return undefined;
}

/** Finds out what the group subscribes to now, and raises its epoch if that is not what it was. */
function followTopics(
  draft: GroupDraft,
  { after, endsRebalance = false, nowMs }: MemberUpdate,
  changed: { readonly namesChanged: boolean; readonly regexChanged: boolean },
  { changes, regexes, hashes, whenWritten }: ConsumerContext,
): readonly Deadline[] {
  const { groupId } = draft;
  const position = changes.position;
  const unseen = changes.unseenBy(groupId);
  const topicsChanged = unseen === 'all' || unseen.size > 0;
  if (topicsChanged || changed.regexChanged) regexes.begin(draft, unseen, position);
  const resolution = regexes.advance(draft, nowMs, whenWritten);
  const regex = regexOf(after);
  const regexCounts =
    changed.regexChanged && (regex === undefined || draft.resolvedRegex(regex) !== undefined);
  const mustRaise = endsRebalance || changed.namesChanged || regexCounts || resolution.changed;
  const mayHaveChanged =
    unseen === 'all' || Array.from(unseen).some((name) => draft.wasSubscribedTo(name));
  if (mustRaise || mayHaveChanged) raiseEpochIfChanged(draft, hashes, mustRaise);
  const seenUpTo = resolution.pending ? undefined : (resolution.position ?? position);
  if (seenUpTo !== undefined) whenWritten.add(() => changes.markSeen(groupId, seenUpTo));
  return resolution.pending ? [{ key: deadlineKey('regexes', groupId), atMs: nowMs }] : [];
}

function reconcile(
  draft: GroupDraft,
  { after, owned, nowMs }: MemberUpdate,
  subscriptionChanged: boolean,
  { topics }: ConsumerContext,
): UpdatedMember | Refusal {
  const member = reconciled(after, {
    targetEpoch: draft.assignmentEpoch,
    target: draft.target(after.memberId),
    subscribedTopicIds: () => subscribedTopicIds(draft, after, topics),
    subscriptionChanged,
    owned,
    ownerOf: (topicId, partition) => draft.ownerOf(topicId, partition),
  });
  if (member === undefined) {
    return refuse(
      'FENCED_MEMBER_EPOCH',
      'The consumer group member is in an unknown state. The member must abandon all its partitions and rejoin.',
    );
  }
  const isNew = draft.putAssignment(member);
  // Classic members have a time to join and to sync instead.
  if (!isNew || member.classic !== null) return { member, deadlines: [] };
  return { member, deadlines: [rebalanceDeadline(draft.groupId, member, nowMs)] };
}

/** By when a member has to have given up what it has to, if anything. */
export function rebalanceDeadline(
  groupId: string,
  member: ConsumerMember,
  nowMs: number,
): Deadline {
  const mustRevoke = member.state === memberStates.unrevokedPartitions;
  return {
    key: deadlineKey('rebalance', groupId, member.memberId),
    atMs: mustRevoke ? nowMs + Math.max(member.rebalanceTimeoutMs, 0) : undefined,
  };
}

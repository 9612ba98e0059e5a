import { errorCodes } from '../../../protocol/error-codes.ts';
import { nothing, replyTo } from '../../coordinator.ts';
import type { AppendError, Deadline, Decision } from '../../coordinator.ts';
import type { ClassicConversions } from '../classic/classic-conversions.ts';
import { ClassicGroup } from '../classic/classic-group.ts';
import type { ClassicEvent } from '../classic/classic-groups.ts';
import { convertKey, sessionKey } from '../classic/deadlines.ts';
import type { ConsumerGroupRecord, ConsumerGroups } from '../consumer-groups.ts';
import type { Group } from '../group.ts';
import type { GroupEvent, TopicsView } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { ConsumerGroupSettings, GroupSettings } from '../group-settings.ts';
import { checkHeartbeat } from './check-heartbeat.ts';
import { ClassicMembers } from './classic-members.ts';
import type { ConsumerContext } from './consumer-context.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { GroupView } from './group-view.ts';
import { isReconciledTo, leaveEpoch, memberStates, staticLeaveEpoch } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { groupTombstones } from './consumer-records.ts';
import { PendingUpgrades } from './pending-upgrades.ts';
import { describeConsumerGroup } from './describe.ts';
import { downgradedGroup } from './downgrade.ts';
import { GroupDraft } from './group-draft.ts';
import { heartbeat, leaveForAWhile, leavingMember } from './heartbeat.ts';
import { deadlineKey, noMemberDeadlines, parseDeadlineKey } from './member-deadlines.ts';
import type { ParsedDeadline } from './member-deadlines.ts';
import { raiseEpochIfChanged } from './raise-epoch.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { RegexResolutions } from './regex-resolutions.ts';
import { removeMembers } from './remove-members.ts';
import { TopicChanges } from './topic-changes.ts';
import { TopicHashes } from './topic-hash.ts';
import { rebalanceDeadline } from './update-member.ts';
import { upgradedGroup } from './upgrade.ts';
import { WhenWritten } from './when-written.ts';

type Event<Kind extends GroupEvent['kind']> = Extract<GroupEvent, { readonly kind: Kind }>;

/** How long after a refused append a member that is to go is looked at again. */
const retryMs = 500;

/** What consumer groups work with. */
export interface Kip848GroupsModules {
  /** All groups of the coordinator, of every kind, by their ids. */
  readonly groups: Map<string, Group>;
  /** Where those are answered that wait for a group that is no classic one any more. */
  readonly classicGroups: ClassicConversions;
  readonly topics: TopicsView;
  /** As they are now. */
  readonly settings: () => GroupSettings;
  /** Of one group, within the broker's bounds, as they are now. */
  readonly settingsOf: (groupId: string) => ConsumerGroupSettings;
  /** A new random id in 22 characters. */
  readonly newMemberId: () => string;
}

/** The consumer groups of one coordinator (KIP-848): decisions on them, and the records that they are made of. */
export class Kip848Groups implements ConsumerGroups {
  readonly #groups: Map<string, Group>;
  readonly #context: ConsumerContext;
  readonly #upgrades: PendingUpgrades;
  readonly #classicMembers: ClassicMembers;

  constructor(modules: Kip848GroupsModules) {
    this.#groups = modules.groups;
    this.#context = {
      ...modules,
      hashes: new TopicHashes(modules),
      changes: new TopicChanges(),
      regexes: new RegexResolutions(modules),
      whenWritten: new WhenWritten(),
    };
    this.#upgrades = new PendingUpgrades(modules);
    this.#classicMembers = new ClassicMembers({
      context: this.#context,
      removeMembers: (group, members, nowMs) => this.#remove(group, members, nowMs),
      maybeDowngrade: (draft, nowMs) => this.#maybeDowngrade(draft, nowMs),
    });
  }

  /** Decides on a ConsumerGroupHeartbeat. */
  handleHeartbeat(event: Event<'consumerGroupHeartbeat'>, nowMs: number): Decision<GroupRecord> {
    const { groupId } = event.request;
    return this.#deciding(groupId, () => this.#decideHeartbeat(event, nowMs));
  }

  /** Decides on a request of a member that uses the classic protocol. */
  handleClassic(event: ClassicEvent, nowMs: number): Decision<GroupRecord> {
    const { groupId } = event.request;
    const group = this.#groups.get(groupId);
    if (!(group instanceof ConsumerGroup)) return nothing;
    return this.#deciding(groupId, () => this.#classicMembers.handle(group, event, nowMs));
  }

  #decideHeartbeat(event: Event<'consumerGroupHeartbeat'>, nowMs: number): Decision<GroupRecord> {
    const { request, context, ref } = event;
    const refusal = checkHeartbeat(request, {
      apiVersion: context.apiVersion,
      assignors: this.#context.settings().groupConsumerAssignors,
    });
    if (refusal !== undefined) return refused(event, refusal);
    if (request.memberEpoch === leaveEpoch || request.memberEpoch === staticLeaveEpoch) {
      return this.#leave(event, nowMs);
    }
    const draft = this.#open(request.groupId, request.memberEpoch === 0);
    if (isRefusal(draft)) return refused(event, draft);
    const upgraded = this.#groups.get(request.groupId);
    const isUpgrade = upgraded instanceof ClassicGroup && !upgraded.isEmpty;
    const endsRebalance = isUpgrade && upgraded.state !== 'Stable';
    const outcome = heartbeat(draft, { request, context, endsRebalance, nowMs }, this.#context);
    if (isRefusal(outcome)) return refused(event, outcome);
    const decision = {
      records: draft.records,
      replies: [replyTo(ref, outcome.response)],
      deadlines: outcome.deadlines,
    };
    if (!isUpgrade) return decision;
    return {
      ...decision,
      deadlines: [...decision.deadlines, ...classicSessions(draft, nowMs)],
      appendTag: this.#upgrades.begin(upgraded),
    };
  }

  /** Answers for one group of a ConsumerGroupDescribe. */
  describe(event: Event<'consumerGroupDescribe'>): Decision<GroupRecord> {
    const { groupId } = event.request;
    const group = this.#find(groupId);
    const described = isRefusal(group)
      ? {
          groupId,
          errorCode: errorCodes[group.error],
          errorMessage: group.message,
          groupState: '',
          groupEpoch: 0,
          assignmentEpoch: 0,
          assignorName: '',
          members: [],
        }
      : describeConsumerGroup(group, {
          topics: this.#context.topics,
          defaultAssignor: this.#defaultAssignor(),
        });
    return { ...nothing, replies: [replyTo(event.ref, described)] };
  }

  /** Decides on a deadline of a member or a group. */
  deadline(key: string, nowMs: number): Decision<GroupRecord> {
    const due = parseDeadlineKey(key);
    if (due === undefined) return nothing;
    this.#classicMembers.forget([{ key, atMs: undefined }]);
    const group = this.#find(due.groupId);
    if (isRefusal(group)) return nothing;
    if (due.kind === 'regexes') {
      return this.#deciding(due.groupId, () => this.#resolveRegexes(group, key, nowMs));
    }
    const member = group.member(due.memberId);
    if (member === undefined || !isOverdue(due, member)) return nothing;
    return this.#deciding(due.groupId, () => this.#remove(group, [member], nowMs, key));
  }

  /** Topics came, went, or have more partitions. Groups look at it with their next heartbeats. */
  topicsChanged(names: readonly string[]): Decision<GroupRecord> {
    this.#context.hashes.forget(names);
    this.#context.changes.add(names);
    return nothing;
  }

  /** As `topicsChanged`. */
  topicsDeleted(names: readonly string[]): Decision<GroupRecord> {
    return this.topicsChanged(names);
  }

  /** What was due and could not be written is due again soon. */
  appendEnded(tag: string, error: AppendError | undefined, nowMs: number): Decision<GroupRecord> {
    const upgraded = this.#upgrades.appendEnded(tag, error);
    if (upgraded !== undefined) return upgraded;
    if (error === undefined || parseDeadlineKey(tag) === undefined) return nothing;
    return { ...nothing, deadlines: [{ key: tag, atMs: nowMs + retryMs }] };
  }

  requestGone(): Decision<GroupRecord> {
    return nothing;
  }

  /** The deadlines of all members that the log knows. */
  loaded(nowMs: number): Decision<GroupRecord> {
    const deadlines: Deadline[] = [];
    for (const group of this.#groups.values()) {
      if (!(group instanceof ConsumerGroup)) continue;
      const { groupId } = group;
      const { sessionTimeoutMs } = this.#context.settingsOf(groupId);
      for (const member of group.members()) {
        const key = deadlineKey('session', groupId, member.memberId);
        const timeoutMs = member.classic?.sessionTimeoutMs ?? sessionTimeoutMs;
        deadlines.push({ key, atMs: nowMs + timeoutMs });
        if (mustRevoke(member)) deadlines.push(rebalanceDeadline(groupId, member, nowMs));
      }
    }
    return { ...nothing, deadlines };
  }

  /** Takes in a record of a consumer group. */
  replay(record: ConsumerGroupRecord): void {
    const { groupId } = record.key;
    this.#context.whenWritten.written(groupId);
    const known = this.#groups.get(groupId);
    if (record.value === null) {
      if (!(known instanceof ConsumerGroup)) return;
      if (record.type !== 'consumerGroupMetadata') known.replay(record);
      else {
        this.#groups.delete(groupId);
        this.#context.changes.forget(groupId);
        this.#context.regexes.forget(groupId);
      }
      return;
    }
    if (known instanceof ConsumerGroup) {
      known.replay(record);
      return;
    }
    // A group that only holds offsets has no records of its own, and becomes this one.
    const group = new ConsumerGroup(groupId);
    group.replay(record);
    this.#groups.set(groupId, group);
  }

  #leave(event: Event<'consumerGroupHeartbeat'>, nowMs: number): Decision<GroupRecord> {
    const { request, ref } = event;
    const group = this.#find(request.groupId);
    if (isRefusal(group)) return refused(event, group);
    const member = leavingMember(group, request);
    if (isRefusal(member)) return refused(event, member);
    const reply = replyTo(ref, {
      throttleTimeMs: 0,
      errorCode: 0,
      memberId: request.memberId,
      memberEpoch: request.memberEpoch,
      heartbeatIntervalMs: 0,
      assignment: null,
    });
    if (request.memberEpoch !== staticLeaveEpoch) {
      return { ...this.#remove(group, [member], nowMs), replies: [reply] };
    }
    const draft = new GroupDraft(group);
    leaveForAWhile(draft, member);
    return { records: draft.records, replies: [reply], deadlines: [] };
  }

  /** Takes members out, because of `retryKey` if that was due. */
  #remove(
    group: ConsumerGroup,
    members: readonly ConsumerMember[],
    nowMs: number,
    retryKey?: string,
  ): Decision<GroupRecord> {
    const draft = new GroupDraft(group);
    const deadlines = removeMembers(draft, members, this.#context);
    this.#classicMembers.forget(deadlines);
    const downgrade = this.#maybeDowngrade(draft, nowMs, retryKey);
    if (downgrade !== undefined) {
      return { ...downgrade, deadlines: [...deadlines, ...downgrade.deadlines] };
    }
    return { records: draft.records, replies: [], deadlines, appendTag: retryKey };
  }

  /** The records that make a classic group of one whose members all use that protocol now. */
  #maybeDowngrade(
    draft: GroupDraft,
    nowMs: number,
    retryKey?: string,
  ): Decision<GroupRecord> | undefined {
    const { groupId } = draft;
    const group = this.#find(groupId);
    if (isRefusal(group)) return undefined;
    const generation = group.groupEpoch;
    const record = downgradedGroup(draft, this.#context, generation);
    if (record === undefined) return undefined;
    const memberIds = Array.from(group.members(), ({ memberId }) => memberId);
    const regexes = Array.from(group.resolvedRegexes(), ([regex]) => regex);
    const noDeadlines = memberIds.flatMap((memberId) => noMemberDeadlines(groupId, memberId));
    this.#classicMembers.forget(noDeadlines);
    return {
      records: [...groupTombstones(groupId, memberIds, regexes), record],
      replies: [],
      deadlines: [...noDeadlines, ...classicDeadlines(draft, nowMs)],
      appendTag: retryKey,
    };
  }

  #resolveRegexes(group: ConsumerGroup, key: string, nowMs: number): Decision<GroupRecord> {
    const { regexes, changes, hashes, whenWritten } = this.#context;
    const { groupId } = group;
    const draft = new GroupDraft(group);
    regexes.begin(draft, changes.unseenBy(groupId), changes.position);
    const { pending, changed, position } = regexes.advance(draft, nowMs, whenWritten);
    if (changed || position !== undefined) raiseEpochIfChanged(draft, hashes, changed);
    if (position !== undefined) whenWritten.add(() => changes.markSeen(groupId, position));
    const deadlines = pending ? [{ key, atMs: nowMs }] : [];
    return { records: draft.records, replies: [], deadlines, appendTag: key };
  }

  /** Makes a decision on a group; what it changes beside its records it changes when these are written. */
  #deciding(groupId: string, decide: () => Decision<GroupRecord>): Decision<GroupRecord> {
    const { whenWritten } = this.#context;
    whenWritten.begin(groupId);
    const decision = decide();
    if (decision.records.length === 0) whenWritten.written(groupId);
    return decision;
  }

  /** A group to be changed; a new one where a member may begin one. */
  #open(groupId: string, isJoin: boolean): GroupDraft | Refusal {
    const known = this.#groups.get(groupId);
    if (known === undefined) {
      if (isJoin) return new GroupDraft(new ConsumerGroup(groupId));
      return refuse('GROUP_ID_NOT_FOUND', `Consumer group ${groupId} not found.`);
    }
    if (known instanceof ConsumerGroup) return new GroupDraft(known);
    if (isJoin && known.isEmpty) {
      return new GroupDraft(new ConsumerGroup(groupId), known.tombstones());
    }
    if (isJoin && known instanceof ClassicGroup) return upgradedGroup(known, this.#context);
    return notConsumerGroup(groupId);
  }

  #find(groupId: string): ConsumerGroup | Refusal {
    const known = this.#groups.get(groupId);
    if (known === undefined) return notFound(groupId);
    return known instanceof ConsumerGroup ? known : notConsumerGroup(groupId);
  }

  #defaultAssignor(): string {
    return this.#context.settings().groupConsumerAssignors[0] ?? 'uniform';
  }
}

/**
 * The deadlines of a group that becomes a classic one. All members join again, unless each owns what it shall
 * own: then nobody notices.
 */
function classicDeadlines(group: GroupView, nowMs: number): Deadline[] {
  const { groupId } = group;
  const deadlines: Deadline[] = [];
  let isSettled = group.assignmentEpoch === group.groupEpoch;
  for (const member of group.members()) {
    isSettled &&= isReconciledTo(member, group.groupEpoch);
    const sessionTimeoutMs = member.classic?.sessionTimeoutMs ?? 0;
    deadlines.push({ key: sessionKey(groupId, member.memberId), atMs: nowMs + sessionTimeoutMs });
  }
  if (!isSettled) deadlines.push({ key: convertKey(groupId), atMs: nowMs });
  return deadlines;
}

/** The sessions of classic members whose group was upgraded. */
function classicSessions(group: GroupView, nowMs: number): Deadline[] {
  const deadlines: Deadline[] = [];
  for (const { classic, memberId } of group.members()) {
    if (classic === null) continue;
    const key = deadlineKey('session', group.groupId, memberId);
    deadlines.push({ key, atMs: nowMs + classic.sessionTimeoutMs });
  }
  return deadlines;
}

function refused(
  { ref }: Event<'consumerGroupHeartbeat'>,
  { error, message }: Refusal,
): Decision<GroupRecord> {
  const response = {
    throttleTimeMs: 0,
    errorCode: errorCodes[error],
    errorMessage: message,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
  };
  return { ...nothing, replies: [replyTo(ref, response)] };
}

function notFound(groupId: string): Refusal {
  return refuse('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`);
}

function notConsumerGroup(groupId: string): Refusal {
  return refuse('GROUP_ID_NOT_FOUND', `Group ${groupId} is not a consumer group.`);
}

/** A static member that left for a while has no partitions to give up, whatever its state says. */
function mustRevoke(member: ConsumerMember): boolean {
  return (
    member.state === memberStates.unrevokedPartitions && member.memberEpoch !== staticLeaveEpoch
  );
}

/** Whether a member has to go now that this is due. */
function isOverdue({ kind }: ParsedDeadline, member: ConsumerMember): boolean {
  return kind !== 'rebalance' || mustRevoke(member);
}

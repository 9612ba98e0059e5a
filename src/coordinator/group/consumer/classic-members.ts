import { errorCodes } from '../../../protocol/error-codes.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import { unreachable } from '../../../util/assert.ts';
import { nothing, replyTo } from '../../coordinator.ts';
import type { Deadline, Decision } from '../../coordinator.ts';
import type { ClassicEvent } from '../classic/classic-groups.ts';
import { leaveReply } from '../classic/leave-group.ts';
import type { LeaveEvent } from '../classic/leave-group.ts';
import { joinRefused, syncRefused } from '../classic/replies.ts';
import type { GroupEvent } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import {
  classicMember,
  joinGroup,
  mustRejoin,
  sessionDeadline,
  syncGroup,
} from './classic-requests.ts';
import type { ConsumerContext } from './consumer-context.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { unknownMember } from './find-member.ts';
import { GroupDraft } from './group-draft.ts';
import { deadlineKey } from './member-deadlines.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

type Event<Kind extends GroupEvent['kind']> = Extract<GroupEvent, { readonly kind: Kind }>;

/** Ids that were given out and did not come back yet, of all groups. */
const givenIdsMax = 10_000;

/** What the requests of classic members lead to beyond their own group member. */
export interface ClassicMembersModules {
  readonly context: ConsumerContext;
  /** Takes members out of a group, which may become a classic one by that. */
  readonly removeMembers: (
    group: ConsumerGroup,
    members: readonly ConsumerMember[],
    nowMs: number,
  ) => Decision<GroupRecord>;
  /** What to do with a draft whose group may be a classic one now. */
  readonly maybeDowngrade: (draft: GroupDraft, nowMs: number) => Decision<GroupRecord> | undefined;
}

/**
 * Members of consumer groups that go on with JoinGroup, SyncGroup, Heartbeat and LeaveGroup. A member epoch
 * is a generation to them. They are given their targets by the same steps as the others: each step of theirs
 * is a JoinGroup, for which a Heartbeat asks, and the SyncGroup after it tells what they own then.
 */
export class ClassicMembers {
  readonly #context: ConsumerContext;
  readonly #modules: ClassicMembersModules;
  /** Deadlines by which members have to join that were told to. */
  readonly #awaited = new Set<string>();
  /** The session deadlines of ids that were given out. Whoever comes with another was a member once. */
  readonly #given = new Set<string>();

  constructor(modules: ClassicMembersModules) {
    this.#context = modules.context;
    this.#modules = modules;
  }

  handle(group: ConsumerGroup, event: ClassicEvent, nowMs: number): Decision<GroupRecord> {
    switch (event.kind) {
      case 'joinGroup':
        return this.#join(group, event, nowMs);
      case 'syncGroup':
        return this.#sync(group, event, nowMs);
      case 'heartbeat':
        return this.#heartbeat(group, event, nowMs);
      case 'leaveGroup':
        return this.#leave(group, event, nowMs);
      default:
        return unreachable(event);
    }
  }

  /** Deadlines are not set any more. */
  forget(deadlines: readonly Deadline[]): void {
    for (const { key, atMs } of deadlines) {
      if (atMs !== undefined) continue;
      this.#awaited.delete(key);
      this.#given.delete(key);
    }
  }

  #join(group: ConsumerGroup, event: Event<'joinGroup'>, nowMs: number): Decision<GroupRecord> {
    const { request, context, ref } = event;
    const draft = new GroupDraft(group);
    const outcome = this.#checkId(group, event) ?? joinGroup(draft, event, nowMs, this.#context);
    if (isRefusal(outcome)) {
      const refused = joinRefused(outcome.error, request.memberId, context.apiVersion);
      return { ...nothing, replies: [replyTo(ref, refused)] };
    }
    const replies = [replyTo(ref, outcome.response)];
    if (outcome.response.errorCode === errorCodes.MEMBER_ID_REQUIRED) {
      const key = deadlineKey('session', request.groupId, outcome.response.memberId);
      this.#given.add(key);
      return { ...nothing, replies, deadlines: [{ key, atMs: nowMs + request.sessionTimeoutMs }] };
    }
    // It may have taken the place of the last member that used the other protocol.
    const downgrade = isAllClassic(group) ? undefined : this.#modules.maybeDowngrade(draft, nowMs);
    this.forget(outcome.deadlines);
    if (downgrade !== undefined) return { ...downgrade, replies };
    return { records: draft.records, replies, deadlines: outcome.deadlines };
  }

  /**
   * A dynamic member joins with an id that it was given. One that comes with another was a member once, and
   * has to let go of what it may still read, which others may have by now.
   */
  #checkId(group: ConsumerGroup, { request }: Event<'joinGroup'>): Refusal | undefined {
    const { groupId, memberId, groupInstanceId } = request;
    if (groupInstanceId !== null) return undefined;
    if (memberId === '') {
      return this.#given.size < givenIdsMax
        ? undefined
        : refuse('GROUP_MAX_SIZE_REACHED', 'Too many are about to join.');
    }
    const isKnown =
      group.member(memberId) !== undefined ||
      this.#given.has(deadlineKey('session', groupId, memberId));
    return isKnown ? undefined : unknownMember(group, memberId);
  }

  #sync(group: ConsumerGroup, event: Event<'syncGroup'>, nowMs: number): Decision<GroupRecord> {
    const { request, ref } = event;
    const { groupId, memberId } = request;
    const member = classicMember(group, request);
    if (isRefusal(member)) return refusedSync(event, member);
    const response = syncGroup(group, member, event, this.#context.topics);
    if (isRefusal(response)) {
      const refused = refusedSync(event, response);
      if (response.error !== 'REBALANCE_IN_PROGRESS') return refused;
      return { ...refused, deadlines: this.#awaitJoin(groupId, member, nowMs) };
    }
    return {
      ...nothing,
      replies: [replyTo(ref, response)],
      deadlines: [
        { key: deadlineKey('sync', groupId, memberId), atMs: undefined },
        sessionDeadline(groupId, member, nowMs),
      ],
    };
  }

  #heartbeat(
    group: ConsumerGroup,
    { request, ref }: Event<'heartbeat'>,
    nowMs: number,
  ): Decision<GroupRecord> {
    const { groupId } = request;
    const member = classicMember(group, request);
    if (isRefusal(member)) {
      return { ...nothing, replies: [replyTo(ref, { errorCode: errorCodes[member.error] })] };
    }
    const rejoins = mustRejoin(group, member);
    const errorCode = errorCodes[rejoins ? 'REBALANCE_IN_PROGRESS' : 'NONE'];
    return {
      ...nothing,
      replies: [replyTo(ref, { errorCode })],
      deadlines: [
        sessionDeadline(groupId, member, nowMs),
        ...(rejoins ? this.#awaitJoin(groupId, member, nowMs) : []),
      ],
    };
  }

  /** The time to join again begins when a member is told to for the first time. */
  #awaitJoin(groupId: string, member: ConsumerMember, nowMs: number): Deadline[] {
    const key = deadlineKey('join', groupId, member.memberId);
    if (this.#awaited.has(key)) return [];
    this.#awaited.add(key);
    return [{ key, atMs: nowMs + Math.max(member.rebalanceTimeoutMs, 0) }];
  }

  #leave(group: ConsumerGroup, event: LeaveEvent, nowMs: number): Decision<GroupRecord> {
    const leaving = new Map<string, ConsumerMember>();
    const reply = leaveReply(event, ({ memberId, groupInstanceId }) => {
      const member = leaver(group, memberId, groupInstanceId);
      if (typeof member === 'string') return member;
      leaving.set(member.memberId, member);
      return 'NONE';
    });
    const replies = [replyTo(event.ref, reply)];
    if (leaving.size === 0) return { ...nothing, replies };
    return { ...this.#modules.removeMembers(group, [...leaving.values()], nowMs), replies };
  }
}

function isAllClassic(group: ConsumerGroup): boolean {
  for (const { classic } of group.members()) if (classic === null) return false;
  return true;
}

/** A static member may be removed by its name alone, as administrators do. */
function leaver(
  group: ConsumerGroup,
  memberId: string,
  groupInstanceId: string | null,
): ConsumerMember | ErrorName {
  if (groupInstanceId === null) return group.member(memberId) ?? 'UNKNOWN_MEMBER_ID';
  const member = group.staticMember(groupInstanceId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  return memberId === '' || memberId === member.memberId ? member : 'FENCED_INSTANCE_ID';
}

function refusedSync({ ref }: Event<'syncGroup'>, { error }: Refusal): Decision<GroupRecord> {
  return { ...nothing, replies: [replyTo(ref, syncRefused(error))] };
}

import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { JoinGroupRequest } from '../../../protocol/messages/join-group.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupEvent } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { ClassicGroup } from './classic-group.ts';
import { distinctProtocols, hasSameProtocols, newMember } from './classic-member.ts';
import type { ClassicMember, MemberDetails } from './classic-member.ts';
import { sessionKey } from './deadlines.ts';
import { groupMetadataRecord } from './group-metadata.ts';
import type { ParkedRequests } from './parked-requests.ts';
import type { Rebalances } from './rebalances.ts';
import { joinAccepted, joinRefused, membersForLeader, syncRefused } from './replies.ts';
import { selectProtocol } from './select-protocol.ts';

/** A JoinGroup. */
export type JoinEvent = Extract<GroupEvent, { kind: 'joinGroup' }>;
type Out = DecisionBuilder<GroupRecord>;

/** From this version of JoinGroup on, a dynamic member is given its id before it joins (KIP-394). */
const memberIdRequiredFrom = 4;
/** From this version on, a leader can be told not to assign anew (KIP-814). */
const skipAssignmentFrom = 9;
/**
 * How long a JoinGroup of a new member is parked. It cannot be told from one whose client gave up, and may
 * come again.
 */
const newMemberJoinTimeoutMs = 300_000;
/** Ids of one group that were given out and did not come back yet. */
const pendingJoinsMax = 10_000;

/** Decides JoinGroups to a classic group that is there, or about to be. */
export class JoinGroups {
  readonly #parked: ParkedRequests;
  readonly #rebalances: Rebalances;
  readonly #settings: () => GroupSettings;
  readonly #newUuid: () => string;

  constructor(modules: {
    readonly parked: ParkedRequests;
    readonly rebalances: Rebalances;
    readonly settings: () => GroupSettings;
    readonly newUuid: () => string;
  }) {
    this.#parked = modules.parked;
    this.#rebalances = modules.rebalances;
    this.#settings = modules.settings;
    this.#newUuid = modules.newUuid;
  }

  /** Answers, or parks the request. False if it was refused, and the group is as it was. */
  join(group: ClassicGroup, event: JoinEvent, nowMs: number, out: Out): boolean {
    const { memberId, protocolType, protocols } = event.request;
    if (!this.#hasRoom(group, memberId)) {
      if (memberId !== '') this.#rebalances.removeMember(group, memberId, nowMs, out);
      return refuse(event, 'GROUP_MAX_SIZE_REACHED', out, '');
    }
    if (!group.supports(protocolType, protocols)) {
      return refuse(event, 'INCONSISTENT_GROUP_PROTOCOL', out);
    }
    if (memberId === '') return this.#joinWithoutId(group, event, nowMs, out);
    return this.#joinWithId(group, event, nowMs, out);
  }

  /**
   * Whether the group takes one more. While it waits for joiners, those count that have joined, so that a
   * group that shall become smaller keeps its quickest members.
   */
  #hasRoom({ state, members }: ClassicGroup, memberId: string): boolean {
    const { groupMaxSize } = this.#settings();
    const member = members.get(memberId);
    const mayWait = memberId !== '' || members.pendingJoins.size < pendingJoinsMax;
    switch (state) {
      case 'Empty':
        return mayWait;
      case 'PreparingRebalance':
        return member?.hasJoined === true || (members.joinedCount < groupMaxSize && mayWait);
      case 'CompletingRebalance':
      case 'Stable':
        return member !== undefined || (members.size < groupMaxSize && mayWait);
    }
  }

  #joinWithoutId(group: ClassicGroup, event: JoinEvent, nowMs: number, out: Out): boolean {
    const { context, request } = event;
    const { groupInstanceId } = request;
    const memberId = `${groupInstanceId ?? context.clientId}-${this.#newUuid()}`;
    if (groupInstanceId !== null) {
      const oldMemberId = group.members.staticId(groupInstanceId);
      if (oldMemberId === undefined) this.#add(group, event, memberId, nowMs, out);
      else this.#comeBack(group, event, { oldMemberId, memberId }, nowMs, out);
    } else if (context.apiVersion >= memberIdRequiredFrom) {
      group.members.pendingJoins.add(memberId);
      const key = sessionKey(group.groupId, memberId);
      out.setDeadline(key, nowMs + request.sessionTimeoutMs);
      refuse(event, 'MEMBER_ID_REQUIRED', out, memberId);
    } else {
      this.#add(group, event, memberId, nowMs, out);
    }
    return true;
  }

  #joinWithId(group: ClassicGroup, event: JoinEvent, nowMs: number, out: Out): boolean {
    const { memberId, groupInstanceId } = event.request;
    if (groupInstanceId === null && group.members.pendingJoins.has(memberId)) {
      this.#add(group, event, memberId, nowMs, out);
      return true;
    }
    const error = group.checkMember(memberId, groupInstanceId);
    const member = group.members.get(memberId);
    if (error !== undefined || member === undefined) {
      return refuse(event, error ?? 'UNKNOWN_MEMBER_ID', out);
    }
    if (isAlreadyIn(group, member, event.request)) {
      // It may not have received the answer to its first JoinGroup.
      out.reply(event.ref, joinAccepted(group, member));
    } else {
      group.members.update(member, detailsOf(event));
      this.#park(group, member, event, out);
      this.#rebalances.prepareOrComplete(group, nowMs, out);
    }
    return true;
  }

  #add(group: ClassicGroup, event: JoinEvent, memberId: string, nowMs: number, out: Out): void {
    const { context, request } = event;
    const member = newMember(
      {
        memberId,
        groupInstanceId: request.groupInstanceId,
        clientId: context.clientId,
        clientHost: context.clientHost,
      },
      detailsOf(event),
    );
    member.isNew = true;
    if (group.members.size === 0) group.protocolType = request.protocolType;
    group.addMember(member);
    this.#park(group, member, event, out);
    if (group.initialDelay !== undefined) {
      group.initialDelay = { ...group.initialDelay, hasNewMember: true };
    }
    out.setDeadline(sessionKey(group.groupId, memberId), nowMs + newMemberJoinTimeoutMs);
    this.#rebalances.prepareOrComplete(group, nowMs, out);
  }

  /** A static member starts anew. Its place is kept, its old self is fenced (KIP-345). */
  #comeBack(
    group: ClassicGroup,
    event: JoinEvent,
    ids: { readonly oldMemberId: string; readonly memberId: string },
    nowMs: number,
    out: Out,
  ): void {
    const old = group.members.get(ids.oldMemberId);
    if (old === undefined) return;
    const member = newMember({ ...old, memberId: ids.memberId }, detailsOf(event), old.assignment);
    if (group.state === 'Stable' && selectedWith(group, old, member) === group.protocolName) {
      this.#comeBackSilently(group, event, old, member, out);
      this.#rebalances.refreshSession(group, member, nowMs, out);
      return;
    }
    const { oldMemberId } = ids;
    this.#parked.answerJoin(
      group,
      old,
      (version) => joinRefused('FENCED_INSTANCE_ID', oldMemberId, version),
      out,
    );
    this.#parked.answerSync(old, syncRefused('FENCED_INSTANCE_ID'), out);
    group.replaceMember(oldMemberId, member);
    out.dropDeadline(sessionKey(group.groupId, oldMemberId));
    this.#rebalances.refreshSession(group, member, nowMs, out);
    this.#park(group, member, event, out);
    this.#rebalances.prepareOrComplete(group, nowMs, out);
  }

  /** Nothing changes for the group but the id of one member, which `replay` puts in its place. */
  #comeBackSilently(
    group: ClassicGroup,
    { context, ref }: JoinEvent,
    old: ClassicMember,
    member: ClassicMember,
    out: Out,
  ): void {
    const { leaderId } = group;
    const isLeader = leaderId === old.memberId;
    const members = Array.from(group.members.all(), (one) => (one === old ? member : one));
    group.replacement = { oldMemberId: old.memberId, member };
    out.records.push(
      groupMetadataRecord(
        group,
        members,
        ({ assignment }) => assignment,
        isLeader ? member.memberId : (leaderId ?? null),
      ),
    );
    out.dropDeadline(sessionKey(group.groupId, old.memberId));
    const accepted = joinAccepted(group, member);
    // A client that cannot be told to skip the assignment is not told that it leads: it would assign anew.
    out.reply(
      ref,
      isLeader && context.apiVersion >= skipAssignmentFrom
        ? {
            ...accepted,
            leader: member.memberId,
            members: membersForLeader(members, group.protocolName),
            skipAssignment: true,
          }
        : accepted,
    );
  }

  #park(group: ClassicGroup, member: ClassicMember, event: JoinEvent, out: Out): void {
    const { ref, context } = event;
    this.#parked.parkJoin(group, member, { ref, apiVersion: context.apiVersion }, out);
  }
}

/** Whether a JoinGroup asks for what the member has: the leader asks for a new assignment. */
function isAlreadyIn(
  group: ClassicGroup,
  member: ClassicMember,
  { protocols }: JoinGroupRequest,
): boolean {
  if (group.state === 'PreparingRebalance') return false;
  if (group.state === 'Stable' && group.leaderId === member.memberId) return false;
  return hasSameProtocols(member, distinctProtocols(protocols));
}

function refuse(
  { context, request, ref }: JoinEvent,
  error: ErrorName,
  out: Out,
  memberId = request.memberId,
): false {
  out.reply(ref, joinRefused(error, memberId, context.apiVersion));
  return false;
}

/** Version 0 has one timeout for both. */
function detailsOf({ context, request }: JoinEvent): MemberDetails {
  const { sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request;
  return {
    rebalanceTimeoutMs: context.apiVersion === 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    sessionTimeoutMs,
    protocols: distinctProtocols(protocols),
  };
}

/** The protocol that the group would have with `member` in the place of `old`. */
function selectedWith(
  group: ClassicGroup,
  old: ClassicMember,
  member: ClassicMember,
): string | undefined {
  return selectProtocol(
    Array.from(group.members.all(), (one) => (one === old ? member.details : one.details)),
  );
}

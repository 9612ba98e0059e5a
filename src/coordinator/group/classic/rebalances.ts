import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupRecord } from '../group-records.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { ClassicGroup } from './classic-group.ts';
import { noBytes } from './classic-member.ts';
import type { ClassicMember, JoinReply } from './classic-member.ts';
import { joinKey, sessionKey, syncKey } from './deadlines.ts';
import { newGroupRecord } from './group-metadata.ts';
import type { ParkedRequests } from './parked-requests.ts';
import { joinAccepted, joinRefused, syncAccepted, syncRefused } from './replies.ts';

type Out = DecisionBuilder<GroupRecord>;

/** How often a group looks whether one of its members is back when none of them joined in time. */
const nobodyJoinedWaitMs = 1000;

/** How a classic group comes from one generation to the next. */
export class Rebalances {
  readonly #parked: ParkedRequests;
  readonly #settings: () => GroupSettings;

  constructor({
    parked,
    settings,
  }: {
    readonly parked: ParkedRequests;
    readonly settings: () => GroupSettings;
  }) {
    this.#parked = parked;
    this.#settings = settings;
  }

  /** Begins a rebalance, or, where one is under way, looks whether it need not wait any longer. */
  prepareOrComplete(group: ClassicGroup, nowMs: number, out: Out): void {
    if (group.canRebalance) this.prepare(group, nowMs, out);
    else this.completeIfAllJoined(group, nowMs, out);
  }

  /** Has all members join anew. A group without members first waits for a while for more than one. */
  prepare(group: ClassicGroup, nowMs: number, out: Out): void {
    if (group.state === 'CompletingRebalance') {
      for (const member of group.members.all()) member.assignment = noBytes;
      this.#refuseSyncs(group, 'REBALANCE_IN_PROGRESS', nowMs, out);
    }
    group.members.pendingSyncs.clear();
    out.dropDeadline(syncKey(group.groupId));
    const isInitial = group.isEmpty;
    group.enter('PreparingRebalance', nowMs);
    if (isInitial) {
      const delayMs = this.#settings().groupInitialRebalanceDelayMs;
      this.#waitInitially(group, delayMs, group.rebalanceTimeoutMs - delayMs, nowMs, out);
    } else if (group.members.haveAllJoined) {
      this.#complete(group, nowMs, out);
    } else {
      out.setDeadline(joinKey(group.groupId), nowMs + group.rebalanceTimeoutMs);
    }
  }

  /** Goes on when all have joined, but for a group that waits for its first members. */
  completeIfAllJoined(group: ClassicGroup, nowMs: number, out: Out): void {
    const isWaiting = group.state === 'PreparingRebalance' && group.initialDelay === undefined;
    if (isWaiting && group.members.haveAllJoined) this.#complete(group, nowMs, out);
  }

  /** The group is of another kind now: whoever waits is to join again, and nothing is due any more. */
  giveUp(group: ClassicGroup, out: Out): void {
    const { groupId, members } = group;
    for (const member of members.all()) {
      const { memberId } = member;
      const refused = (version: number): JoinReply =>
        joinRefused('REBALANCE_IN_PROGRESS', memberId, version);
      this.#parked.answerJoin(group, member, refused, out);
      this.#parked.answerSync(member, syncRefused('REBALANCE_IN_PROGRESS'), out);
      out.dropDeadline(sessionKey(groupId, memberId));
    }
    for (const memberId of members.pendingJoins) out.dropDeadline(sessionKey(groupId, memberId));
    out.dropDeadline(joinKey(groupId));
    out.dropDeadline(syncKey(groupId));
  }

  /** Members had time enough to join. */
  joinDue(group: ClassicGroup, nowMs: number, out: Out): void {
    if (group.state !== 'PreparingRebalance') return;
    const { initialDelay } = group;
    if (initialDelay?.hasNewMember === true && initialDelay.remainingMs > 0) {
      const { delayMs, remainingMs } = initialDelay;
      const nextMs = Math.min(this.#settings().groupInitialRebalanceDelayMs, remainingMs);
      this.#waitInitially(group, nextMs, remainingMs - delayMs, nowMs, out);
    } else {
      this.#complete(group, nowMs, out);
    }
  }

  /** Members had time enough to ask for their assignment. Those that did not are removed. */
  syncDue(group: ClassicGroup, nowMs: number, out: Out): void {
    const isExpected = group.state === 'CompletingRebalance' || group.state === 'Stable';
    if (!isExpected || group.members.pendingSyncs.size === 0) return;
    for (const memberId of group.members.pendingSyncs) this.#drop(group, memberId, out);
    this.prepare(group, nowMs, out);
  }

  /** A member was silent for too long, unless it waits for an answer. So was who did not come back with its id. */
  sessionDue(group: ClassicGroup, memberId: string, nowMs: number, out: Out): void {
    const member = group.members.get(memberId);
    if (member === undefined) {
      if (group.members.pendingJoins.has(memberId)) this.removeMember(group, memberId, nowMs, out);
      return;
    }
    const waits = member.join !== undefined || member.sync !== undefined;
    if (member.isNew || !waits) this.removeMember(group, memberId, nowMs, out);
  }

  /** Removes a member, or an id that was given out, and lets the others go on. */
  removeMember(group: ClassicGroup, memberId: string, nowMs: number, out: Out): void {
    this.refuseAndDrop(group, memberId, out);
    this.afterRemoval(group, nowMs, out);
  }

  /** Tells whoever waits as this member that it is none any more. The others are not told yet. */
  refuseAndDrop(group: ClassicGroup, memberId: string, out: Out): void {
    const member = group.members.get(memberId);
    if (member !== undefined) {
      this.#parked.answerJoin(
        group,
        member,
        (version) => joinRefused('UNKNOWN_MEMBER_ID', '', version),
        out,
      );
      this.#parked.answerSync(member, syncRefused('UNKNOWN_MEMBER_ID'), out);
    }
    this.#drop(group, memberId, out);
  }

  /** The group goes on without those that were removed. */
  afterRemoval(group: ClassicGroup, nowMs: number, out: Out): void {
    if (!group.isEmpty) this.prepareOrComplete(group, nowMs, out);
  }

  /** Ends the generation's last phase: everybody may know the assignments, which are written. */
  assignmentWritten(group: ClassicGroup, nowMs: number, out: Out): void {
    group.enter('Stable', nowMs);
    for (const member of group.members.all()) {
      const isAnswered = this.#parked.answerSync(
        member,
        syncAccepted(group, member.assignment),
        out,
      );
      if (isAnswered || member.memberId === group.leaderId)
        this.refreshSession(group, member, nowMs, out);
    }
  }

  /** The assignments could not be written: everybody is to join anew. */
  assignmentRefused(group: ClassicGroup, error: ErrorName, nowMs: number, out: Out): void {
    for (const member of group.members.all()) member.assignment = noBytes;
    this.#refuseSyncs(group, error, nowMs, out);
    this.prepare(group, nowMs, out);
  }

  /** The member showed itself. */
  refreshSession(group: ClassicGroup, member: ClassicMember, nowMs: number, out: Out): void {
    const { memberId, details } = member;
    out.setDeadline(sessionKey(group.groupId, memberId), nowMs + details.sessionTimeoutMs);
  }

  /** Members of a group that the log has are given the time of a session to show themselves. */
  takeUp(group: ClassicGroup, nowMs: number, out: Out): void {
    for (const member of group.members.all()) this.refreshSession(group, member, nowMs, out);
  }

  #waitInitially(
    group: ClassicGroup,
    delayMs: number,
    remainingMs: number,
    nowMs: number,
    out: Out,
  ): void {
    group.initialDelay = { delayMs, remainingMs: Math.max(remainingMs, 0), hasNewMember: false };
    out.setDeadline(joinKey(group.groupId), nowMs + delayMs);
  }

  /** Closes the generation over those that have joined. Static members stay while their session lasts. */
  #complete(group: ClassicGroup, nowMs: number, out: Out): void {
    const { groupId, members } = group;
    out.dropDeadline(joinKey(groupId));
    for (const { memberId, groupInstanceId, hasJoined } of members.all()) {
      if (!hasJoined && groupInstanceId === null) this.#drop(group, memberId, out);
    }
    if (members.size > 0 && !group.electLeader()) {
      // Only static members are left, and none is back yet.
      const waitMs = Math.max(group.rebalanceTimeoutMs, nobodyJoinedWaitMs);
      out.setDeadline(joinKey(groupId), nowMs + waitMs);
      return;
    }
    if (members.size === 0 && out.answersOthers) {
      // What is written of an empty generation could be refused, and whoever is answered here with it.
      out.setDeadline(joinKey(groupId), nowMs);
      return;
    }
    group.beginGeneration(nowMs);
    if (group.isEmpty) {
      out.records.push(newGroupRecord(group));
      return;
    }
    for (const member of members.all()) {
      this.#parked.answerJoin(group, member, () => joinAccepted(group, member), out);
      this.refreshSession(group, member, nowMs, out);
      member.isNew = false;
      members.pendingSyncs.add(member.memberId);
    }
    out.setDeadline(syncKey(groupId), nowMs + group.rebalanceTimeoutMs);
  }

  #refuseSyncs(group: ClassicGroup, error: ErrorName, nowMs: number, out: Out): void {
    for (const member of group.members.all()) {
      const isAnswered = this.#parked.answerSync(member, syncRefused(error), out);
      if (isAnswered) this.refreshSession(group, member, nowMs, out);
    }
  }

  #drop(group: ClassicGroup, memberId: string, out: Out): void {
    group.removeMember(memberId);
    out.dropDeadline(sessionKey(group.groupId, memberId));
  }
}

import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupRecord } from '../group-records.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember, JoinReply, Parked, SyncReply } from './classic-member.ts';
import { joinRefused, syncRefused } from './replies.ts';

/** What the first of two equal requests of a member is told: the second one stands. */
const givesWay = 'REBALANCE_IN_PROGRESS';

/** A request that waits, and for whom. */
export interface Waiter {
  readonly group: ClassicGroup;
  readonly member: ClassicMember;
}

/** The JoinGroups and SyncGroups of all classic groups that wait for others. */
export class ParkedRequests {
  /** By request id. Each is the `join` or the `sync` of its member. */
  readonly #waiters = new Map<number, Waiter>();

  /** The member has joined, and is answered when all have. A JoinGroup of it that waits already gives way. */
  parkJoin(
    group: ClassicGroup,
    member: ClassicMember,
    join: Parked<JoinReply>,
    out: DecisionBuilder<GroupRecord>,
  ): void {
    const { memberId } = member;
    this.answerJoin(group, member, (version) => joinRefused(givesWay, memberId, version), out);
    group.members.setJoined(member, join);
    this.#waiters.set(join.ref.id, { group, member });
  }

  /** As `parkJoin`, for the assignment. */
  parkSync(
    group: ClassicGroup,
    member: ClassicMember,
    sync: Parked<SyncReply>,
    out: DecisionBuilder<GroupRecord>,
  ): void {
    this.answerSync(member, syncRefused(givesWay), out);
    member.sync = sync;
    this.#waiters.set(sync.ref.id, { group, member });
  }

  /** Answers the JoinGroup of a member, if one waits. The member has not joined any more. */
  answerJoin(
    { members }: ClassicGroup,
    member: ClassicMember,
    replyFor: (apiVersion: number) => JoinReply,
    out: DecisionBuilder<GroupRecord>,
  ): void {
    const { join } = member;
    members.clearJoined(member);
    if (join === undefined) return;
    this.#waiters.delete(join.ref.id);
    out.replyToOther(join.ref, replyFor(join.apiVersion));
  }

  /** Answers the SyncGroup of a member. False if none waits. */
  answerSync(member: ClassicMember, reply: SyncReply, out: DecisionBuilder<GroupRecord>): boolean {
    const { sync } = member;
    if (sync === undefined) return false;
    member.sync = undefined;
    this.#waiters.delete(sync.ref.id);
    out.replyToOther(sync.ref, reply);
    return true;
  }

  /** Forgets a request whose sender has gone, and says whom it was for. */
  forget(requestId: number): Waiter | undefined {
    const waiter = this.#waiters.get(requestId);
    if (waiter === undefined) return undefined;
    this.#waiters.delete(requestId);
    const { member } = waiter;
    if (member.join?.ref.id === requestId) member.join = undefined;
    if (member.sync?.ref.id === requestId) member.sync = undefined;
    return waiter;
  }
}

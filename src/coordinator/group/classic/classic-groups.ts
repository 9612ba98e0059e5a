import { errorCodes } from '../../../protocol/error-codes.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { GroupMetadataValue } from '../../../protocol/messages/group-metadata-record.ts';
import { unreachable } from '../../../util/assert.ts';
import type { AppendError, Decision } from '../../coordinator.ts';
import { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupEvent } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { Group } from '../group.ts';
import type { ClassicConversions } from './classic-conversions.ts';
import { ClassicGroup } from './classic-group.ts';
import { parseDeadline } from './deadlines.ts';
import { newGroupRecord, restoredGroup } from './group-metadata.ts';
import { JoinGroups } from './join-group.ts';
import type { JoinEvent } from './join-group.ts';
import { leaveGroup, leaveReply } from './leave-group.ts';
import type { LeaveEvent } from './leave-group.ts';
import { ParkedRequests } from './parked-requests.ts';
import { Rebalances } from './rebalances.ts';
import { joinRefused, syncRefused } from './replies.ts';
import { SyncGroups } from './sync-group.ts';
import type { SyncEvent } from './sync-group.ts';

type HeartbeatEvent = Extract<GroupEvent, { kind: 'heartbeat' }>;
type Out = DecisionBuilder<GroupRecord>;

/** What members of classic groups ask. */
export type ClassicEvent = JoinEvent | SyncEvent | HeartbeatEvent | LeaveEvent;

/** All classic groups of a coordinator, in a table that they share with those of other kinds. */
export class ClassicGroups implements ClassicConversions {
  readonly #groups: Map<string, Group>;
  readonly #settings: () => GroupSettings;
  readonly #parked = new ParkedRequests();
  readonly #rebalances: Rebalances;
  readonly #joins: JoinGroups;
  readonly #syncs: SyncGroups;
  /** A group with its first joiner, until its record is replayed. Of the event that was handled last. */
  #newGroup: ClassicGroup | undefined;
  #isLoaded = false;

  constructor(modules: {
    readonly groups: Map<string, Group>;
    readonly settings: () => GroupSettings;
    readonly newUuid: () => string;
  }) {
    const { groups, settings, newUuid } = modules;
    const parked = this.#parked;
    this.#groups = groups;
    this.#settings = settings;
    this.#rebalances = new Rebalances({ parked, settings });
    const rebalances = this.#rebalances;
    this.#joins = new JoinGroups({ parked, rebalances, settings, newUuid });
    this.#syncs = new SyncGroups({ parked, rebalances });
  }

  /** Decides on a request to a group that is classic, empty, or not there. */
  handle(event: ClassicEvent, nowMs: number, out: Out): void {
    this.#dropUnwritten();
    const { groupId } = event.request;
    if (groupId === '') {
      refuse(event, 'INVALID_GROUP_ID', out);
      return;
    }
    const group = this.#classic(groupId);
    if (event.kind === 'joinGroup') this.#join(event, nowMs, out);
    else if (group === undefined) refuse(event, 'UNKNOWN_MEMBER_ID', out);
    else if (event.kind === 'syncGroup') this.#syncs.sync(group, event, out);
    else if (event.kind === 'heartbeat') this.#heartbeat(group, event, nowMs, out);
    else leaveGroup(group, event, nowMs, { rebalances: this.#rebalances, out });
  }

  /** A member that commits offsets shows itself. While its group waits for assignments it may not commit. */
  committed(groupId: string, memberId: string, nowMs: number, out: Out): void {
    const group = this.#classic(groupId);
    const member = group?.members.get(memberId);
    if (group === undefined || member === undefined) return;
    this.#rebalances.refreshSession(group, member, nowMs, out);
  }

  /** False for a deadline of somebody else. */
  deadline(key: string, nowMs: number, out: Out): boolean {
    const due = parseDeadline(key);
    if (due === undefined) return false;
    const group = this.#classic(due.groupId);
    if (group === undefined) return true;
    switch (due.kind) {
      case 'session':
        this.#rebalances.sessionDue(group, due.memberId, nowMs, out);
        break;
      case 'join':
        this.#rebalances.joinDue(group, nowMs, out);
        break;
      case 'sync':
        this.#rebalances.syncDue(group, nowMs, out);
        break;
      case 'convert':
        this.#rebalances.takeUp(group, nowMs, out);
        if (group.state === 'Stable') this.#rebalances.prepare(group, nowMs, out);
        break;
      default:
        unreachable(due);
    }
    return true;
  }

  /** False for the append of somebody else. */
  appendEnded(tag: string, error: AppendError | undefined, nowMs: number, out: Out): boolean {
    const groupOf = (groupId: string): ClassicGroup | undefined => this.#classic(groupId);
    return this.#syncs.appendEnded(tag, error, groupOf, nowMs, out);
  }

  /** False if the request does not wait here. */
  requestGone(requestId: number, nowMs: number, out: Out): boolean {
    const waiter = this.#parked.forget(requestId);
    if (waiter === undefined) return false;
    const { group, member } = waiter;
    // A new member has nothing to lose yet, and may not even know its id: should it come back, it joins anew.
    // Others have the time of a session.
    const hasPlace = member.groupInstanceId !== null || !member.isNew;
    if (hasPlace) this.#rebalances.refreshSession(group, member, nowMs, out);
    else this.#rebalances.removeMember(group, member.memberId, nowMs, out);
    return true;
  }

  /** A group that became a consumer group: whoever waits is to join that one. */
  leftClassic(group: ClassicGroup): Decision<GroupRecord> {
    const out: Out = new DecisionBuilder();
    this.#rebalances.giveUp(group, out);
    return out;
  }

  /** Members that the log has are given the time of a session to show themselves. */
  loaded(nowMs: number, out: Out): void {
    this.#isLoaded = true;
    for (const group of this.#groups.values()) {
      if (!(group instanceof ClassicGroup) || group.isEmpty) continue;
      this.#rebalances.takeUp(group, nowMs, out);
      // The bound may have become smaller: the first to join again stay. And who coordinated the group before may
      // have made it of one of another kind, and not lived to have its members share the partitions anew.
      if (group.members.size > this.#settings().groupMaxSize || group.stateSinceMs === undefined) {
        this.#rebalances.prepare(group, nowMs, out);
      }
    }
  }

  /**
   * Takes in a record. One of a group that lives here says what was written of it: assignments, or a static
   * member in its old place. While loading, it says what the group is.
   */
  replay(groupId: string, value: GroupMetadataValue | null): void {
    const group = this.#classic(groupId);
    if (value === null) {
      if (group !== undefined) this.#groups.delete(groupId);
    } else if (!this.#isLoaded) {
      this.#groups.set(groupId, restoredGroup(groupId, value));
    } else if (group !== undefined) {
      takeIn(group, value);
    } else {
      const fresh = this.#newGroup?.groupId === groupId ? this.#newGroup : undefined;
      this.#groups.set(groupId, fresh ?? restoredGroup(groupId, value));
      this.#newGroup = undefined;
    }
  }

  #classic(groupId: string): ClassicGroup | undefined {
    const group = this.#groups.get(groupId);
    return group instanceof ClassicGroup ? group : undefined;
  }

  #join(event: JoinEvent, nowMs: number, out: Out): void {
    const { groupId, memberId, sessionTimeoutMs } = event.request;
    const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = this.#settings();
    if (
      sessionTimeoutMs < groupMinSessionTimeoutMs ||
      sessionTimeoutMs > groupMaxSessionTimeoutMs
    ) {
      refuse(event, 'INVALID_SESSION_TIMEOUT', out);
      return;
    }
    const group = this.#classic(groupId);
    if (group !== undefined) this.#joins.join(group, event, nowMs, out);
    else if (memberId === '') this.#joinNewGroup(event, nowMs, out);
    else refuse(event, 'UNKNOWN_MEMBER_ID', out);
  }

  /** The group is there once its record is replayed. One of another kind, which is empty, makes room for it. */
  #joinNewGroup(event: JoinEvent, nowMs: number, out: Out): void {
    const { groupId } = event.request;
    const group = new ClassicGroup(groupId, nowMs);
    const record = newGroupRecord(group);
    if (!this.#joins.join(group, event, nowMs, out)) return;
    this.#newGroup = group;
    out.records.push(...(this.#groups.get(groupId)?.tombstones() ?? []), record);
  }

  /** Forgets a new group whose record was refused, and the request of it, which has got the error. */
  #dropUnwritten(): void {
    for (const { join } of this.#newGroup?.members.all() ?? []) {
      if (join !== undefined) this.#parked.forget(join.ref.id);
    }
    this.#newGroup = undefined;
  }

  #heartbeat(group: ClassicGroup, { request, ref }: HeartbeatEvent, nowMs: number, out: Out): void {
    const { memberId, groupInstanceId, generationId } = request;
    const error = group.checkMember(memberId, groupInstanceId);
    const member = group.members.get(memberId);
    if (error !== undefined || member === undefined) {
      out.reply(ref, { errorCode: errorCodes[error ?? 'UNKNOWN_MEMBER_ID'] });
    } else if (generationId !== group.generationId) {
      out.reply(ref, { errorCode: errorCodes.ILLEGAL_GENERATION });
    } else {
      this.#rebalances.refreshSession(group, member, nowMs, out);
      const isRejoining = group.state === 'PreparingRebalance';
      out.reply(ref, { errorCode: errorCodes[isRejoining ? 'REBALANCE_IN_PROGRESS' : 'NONE'] });
    }
  }
}

function takeIn(group: ClassicGroup, value: GroupMetadataValue): void {
  const { replacement } = group;
  group.replacement = undefined;
  const isReplaced = value.members.some(
    ({ memberId }) => memberId === replacement?.member.memberId,
  );
  if (replacement !== undefined && isReplaced) {
    group.replaceMember(replacement.oldMemberId, replacement.member);
  }
  for (const { memberId, assignment } of value.members) {
    const member = group.members.get(memberId);
    if (member !== undefined) member.assignment = assignment;
  }
}

function refuse(event: ClassicEvent, error: ErrorName, out: Out): void {
  switch (event.kind) {
    case 'joinGroup':
      out.reply(event.ref, joinRefused(error, event.request.memberId, event.context.apiVersion));
      break;
    case 'syncGroup':
      out.reply(event.ref, syncRefused(error));
      break;
    case 'heartbeat':
      out.reply(event.ref, { errorCode: errorCodes[error] });
      break;
    case 'leaveGroup':
      out.reply(
        event.ref,
        error === 'UNKNOWN_MEMBER_ID'
          ? leaveReply(event, () => error)
          : { errorCode: errorCodes[error] },
      );
      break;
    default:
      unreachable(event);
  }
}

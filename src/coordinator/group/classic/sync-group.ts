import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { AppendError } from '../../coordinator.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupEvent } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { ClassicGroup } from './classic-group.ts';
import { noBytes } from './classic-member.ts';
import type { ClassicMember } from './classic-member.ts';
import { syncKey } from './deadlines.ts';
import { groupMetadataRecord } from './group-metadata.ts';
import type { ParkedRequests } from './parked-requests.ts';
import type { Rebalances } from './rebalances.ts';
import { syncAccepted, syncRefused } from './replies.ts';

/** A SyncGroup. */
export type SyncEvent = Extract<GroupEvent, { kind: 'syncGroup' }>;
type Out = DecisionBuilder<GroupRecord>;

/** From this version of SyncGroup on, it must say what protocol it is about (KIP-559). */
const protocolRequiredFrom = 5;
/** In front of the tag of an append that followers wait for. */
const tagPrefix = 'assignment';

/** Decides SyncGroups to a classic group. */
export class SyncGroups {
  readonly #parked: ParkedRequests;
  readonly #rebalances: Rebalances;

  constructor(modules: { readonly parked: ParkedRequests; readonly rebalances: Rebalances }) {
    this.#parked = modules.parked;
    this.#rebalances = modules.rebalances;
  }

  /** Answers the member with its assignment, or parks it until the leader's is written. */
  sync(group: ClassicGroup, event: SyncEvent, out: Out): void {
    const { request, ref, context } = event;
    const member = group.members.get(request.memberId);
    const error = refusalOf(group, event);
    if (error !== undefined || member === undefined) {
      out.reply(ref, syncRefused(error ?? 'UNKNOWN_MEMBER_ID'));
      return;
    }
    const { pendingSyncs } = group.members;
    pendingSyncs.delete(member.memberId);
    if (pendingSyncs.size === 0) out.dropDeadline(syncKey(group.groupId));
    if (group.state === 'Stable') {
      out.reply(ref, syncAccepted(group, member.assignment));
    } else if (group.leaderId === member.memberId) {
      this.#assign(group, member, event, out);
    } else {
      this.#parked.parkSync(group, member, { ref, apiVersion: context.apiVersion }, out);
    }
  }

  /** Whether the tag was one of an assignment. */
  appendEnded(
    tag: string,
    error: AppendError | undefined,
    groupOf: (groupId: string) => ClassicGroup | undefined,
    nowMs: number,
    out: Out,
  ): boolean {
    const [prefix, generation, length] = tag.split('/', 3);
    if (prefix !== tagPrefix || generation === undefined || length === undefined) return false;
    const group = groupOf(tag.slice(-Number(length)));
    const isCurrent =
      group?.state === 'CompletingRebalance' && group.generationId === Number(generation);
    // Another rebalance may have begun meanwhile, and has refused the followers.
    if (!isCurrent) return true;
    if (error === undefined) this.#rebalances.assignmentWritten(group, nowMs, out);
    else this.#rebalances.assignmentRefused(group, error, nowMs, out);
    return true;
  }

  /** Writes what the leader assigns. Members that it forgot get nothing, foreign ones are passed over. */
  #assign(group: ClassicGroup, leader: ClassicMember, { request, ref }: SyncEvent, out: Out): void {
    const assignments = new Map(
      request.assignments.map(({ memberId, assignment }) => [memberId, assignment]),
    );
    const assignmentOf = ({ memberId }: ClassicMember): Uint8Array =>
      assignments.get(memberId) ?? noBytes;
    out.records.push(groupMetadataRecord(group, group.members.all(), assignmentOf));
    out.appendTag = `${tagPrefix}/${group.generationId}/${group.groupId.length}/${group.groupId}`;
    out.reply(ref, syncAccepted(group, assignmentOf(leader)));
  }
}

function refusalOf(group: ClassicGroup, { context, request }: SyncEvent): ErrorName | undefined {
  const { memberId, groupInstanceId, protocolType, protocolName, generationId } = request;
  const hasProtocol = protocolType !== null && protocolName !== null;
  if (context.apiVersion >= protocolRequiredFrom && !hasProtocol) {
    return 'INCONSISTENT_GROUP_PROTOCOL';
  }
  const error = group.checkMember(memberId, groupInstanceId);
  if (error !== undefined) return error;
  if (generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  if (differs(protocolType, group.protocolType) || differs(protocolName, group.protocolName)) {
    return 'INCONSISTENT_GROUP_PROTOCOL';
  }
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : undefined;
}

function differs(said: string | null, known: string | undefined): boolean {
  return said !== null && known !== undefined && said !== known;
}

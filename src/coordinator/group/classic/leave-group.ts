import { errorCodes } from '../../../protocol/error-codes.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { LeaveGroupRequest } from '../../../protocol/messages/leave-group.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupEvent } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { Rebalances } from './rebalances.ts';

/** A LeaveGroup. */
export type LeaveEvent = Extract<GroupEvent, { kind: 'leaveGroup' }>;
type LeaveReply = NonNullable<LeaveEvent['ref']['response']>;
type Leaver = Pick<LeaveGroupRequest['members'][number], 'memberId' | 'groupInstanceId'>;

/** From this version of LeaveGroup on, several members can leave at once (KIP-345). */
const batchedFrom = 3;

/** Decides a LeaveGroup to a classic group: removes whoever is known, then lets the others go on. */
export function leaveGroup(
  group: ClassicGroup,
  event: LeaveEvent,
  nowMs: number,
  {
    rebalances,
    out,
  }: { readonly rebalances: Rebalances; readonly out: DecisionBuilder<GroupRecord> },
): void {
  let hasLeavers = false;
  const reply = leaveReply(event, (leaver) => {
    const member = memberToRemove(group, leaver);
    if ('error' in member) return member.error;
    rebalances.refuseAndDrop(group, member.memberId, out);
    hasLeavers = true;
    return 'NONE';
  });
  out.reply(event.ref, reply);
  if (hasLeavers) rebalances.afterRemoval(group, nowMs, out);
}

/** The answer that a LeaveGroup gets whose members have these outcomes. */
export function leaveReply(
  { context, request }: LeaveEvent,
  outcomeOf: (leaver: Leaver) => ErrorName,
): LeaveReply {
  if (context.apiVersion < batchedFrom) {
    const error = outcomeOf({ memberId: request.memberId, groupInstanceId: null });
    return { errorCode: errorCodes[error] };
  }
  const members = request.members.map(({ memberId, groupInstanceId }) => {
    const error = outcomeOf({ memberId, groupInstanceId });
    return { memberId, groupInstanceId, errorCode: errorCodes[error] };
  });
  return { errorCode: errorCodes.NONE, members };
}

/** A static member may be removed by its name alone, as administrators do. */
function memberToRemove(
  group: ClassicGroup,
  { memberId, groupInstanceId }: Leaver,
): { readonly memberId: string } | { readonly error: ErrorName } {
  if (memberId === '' && groupInstanceId !== null) {
    const current = group.members.staticId(groupInstanceId);
    return current === undefined ? { error: 'UNKNOWN_MEMBER_ID' } : { memberId: current };
  }
  if (group.members.pendingJoins.has(memberId)) return { memberId };
  const error = group.checkMember(memberId, groupInstanceId);
  return error === undefined ? { memberId } : { error };
}

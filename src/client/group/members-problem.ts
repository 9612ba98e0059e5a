import { hasCode, type OdradekError } from '../../util/odradek-error.ts';
import type { Client } from '../client.ts';
import { type GroupDescription, nonEmptyGroup } from './describe-groups.ts';

/** How many members are named in a message. */
const namesMax = 3;

/** Says that a group has members, and who they are, so that they can be stopped; undefined where it has none. */
export function membersProblem(
  { groupId, members, state }: GroupDescription,
  operation: string,
): OdradekError | undefined {
  if (members.length === 0 && state === 'Empty') return undefined;
  const names = new Set(
    members.map((member) => `${member.instanceId ?? member.clientId} at ${hostText(member.host)}`),
  );
  const shown = [...names].slice(0, namesMax);
  if (names.size > namesMax) shown.push('others');
  const count = `${members.length} member${members.length === 1 ? '' : 's'}`;
  const who = members.length === 0 ? '' : ` (${shown.join(', ')})`;
  return nonEmptyGroup(
    operation,
    `group ${groupId} has ${count}${who} and is ${state}: ` +
      `they must stop before odradek can ${operation}`,
  );
}

/** A host as people write it: Kafka's brokers put a slash in front. */
export function hostText(host: string): string {
  return host.replace(/^\//, '');
}

/** `error`, with which a group was not deleted; where members are in the way, with who they are. */
export async function explainedRefusal(
  client: Client,
  groupId: string,
  error: OdradekError,
): Promise<OdradekError> {
  const isNonEmpty =
    hasCode(error, 'BROKER_REFUSED') && error.details.errorName === 'NON_EMPTY_GROUP';
  if (!isNonEmpty) return error;
  const [group] = await client.admin.describeGroups([groupId]);
  if (group === undefined || 'error' in group) return error;
  return membersProblem(group.value, 'delete it') ?? error;
}

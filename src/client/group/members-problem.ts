import type { OdradekError } from '../../util/odradek-error.ts';
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

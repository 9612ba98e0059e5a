import type { ResetOffsetsBody } from '../../../src/admin/contract/topics.ts';
import { commandLine, isPatternName } from '../data/command-line.ts';
import { commandPosition, parsePosition } from '../messages/position.ts';
import type { GroupsQuery } from './groups-query.ts';

/** The line that lists these groups. */
export function groupListCommand(bootstrap: string, query: GroupsQuery): string {
  const pattern = query.text.includes('*') ? query.text : `*${query.text}*`;
  return commandLine(bootstrap, {
    command: 'group list',
    args: query.text === '' ? [] : [pattern],
    options: [query.state === '' ? undefined : ['--state', query.state]],
  });
}

/** The line that describes a group. An id with `*` or `?` describes every group that it matches. */
export function groupDescribeCommand(bootstrap: string, groupId: string): string {
  return commandLine(bootstrap, { command: 'group describe', args: [groupId] });
}

/** The line that deletes a group, or null where its id would be taken as a pattern and delete others too. */
export function groupDeleteCommand(bootstrap: string, groupId: string): string | null {
  if (isPatternName(groupId)) return null;
  return commandLine(bootstrap, { command: 'group delete', args: [groupId] });
}

/** The line that does what `body` asks for: without `--execute` while it is a preview. */
export function resetOffsetsCommand(
  bootstrap: string,
  groupId: string,
  body: ResetOffsetsBody,
): string | null {
  const partitions = body.partitions ?? [];
  const where = partitions.length === 0 ? '' : `:${partitions.join(',')}`;
  const shift = /^shift:(-?\d+)$/.exec(body.to)?.[1];
  const position = parsePosition(body.to);
  if (shift === undefined && position === null) return null;
  return commandLine(bootstrap, {
    command: 'group reset-offsets',
    args: [groupId],
    options: [
      position === null ? ['--shift-by', shift ?? '0'] : ['--to', commandPosition(position)],
      ['--topic', `${body.topic}${where}`],
      body.dryRun === true ? undefined : ['--execute'],
    ],
  });
}

import type { Client } from '../client/client.ts';
import { membersProblem } from '../client/group/members-problem.ts';
import {
  commitResets,
  isChange,
  type OffsetReset,
  planResets,
  type ResetTarget,
} from '../client/group/offset-resets.ts';
import type { Clock } from '../runtime/runtime.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Arguments, Command } from './command.ts';
import { withNearestGroup } from './group-names.ts';
import { wholeNumber } from './parse-arguments.ts';
import { selectionHelp, selectPartitions } from './partition-selection.ts';
import { parsePosition, positionHelp } from './position-argument.ts';
import { printJson } from './report.ts';
import { counted, formatTable } from './table.ts';
import { usageError } from './usage-error.ts';

/** `odradek group reset-offsets`. */
export const groupResetOffsetsCommand: Command = {
  name: 'group reset-offsets',
  summary: 'Let a group without members go on from somewhere else',
  description: [
    'Shows what would be committed, before and after, and changes nothing without --execute. All partitions ' +
      'for which the group has committed something are meant, unless --topic says which; with --topic the group ' +
      'need not be there yet. Offsets that lie outside a log are moved to its nearest end.',
  ],
  positionals: [{ name: 'group', required: true, completes: 'group' }],
  options: {
    to: {
      type: 'string',
      placeholder: 'POSITION',
      help: `Where the group goes on: ${positionHelp}.`,
    },
    'shift-by': {
      type: 'string',
      placeholder: 'N',
      help: 'Goes on so many offsets after where it is, before it with a minus.',
    },
    topic: {
      type: 'string',
      multiple: true,
      placeholder: 'TOPIC[:PARTITIONS]',
      completes: 'topic',
      help: `Only these partitions: ${selectionHelp}. May be repeated.`,
    },
    execute: { type: 'boolean', help: 'Commits the new offsets.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    {
      text: 'See what reading everything again would mean, then do it',
      command: 'odradek group reset-offsets billing --to beginning',
    },
    {
      text: 'The same, done',
      command: 'odradek group reset-offsets billing --to beginning --execute',
    },
    {
      text: 'Go on with what came since an hour ago, in two partitions',
      command: 'odradek group reset-offsets billing --to 1h --topic orders:0,2 --execute',
    },
    {
      text: 'Read the last ten records of each partition once more',
      command: 'odradek group reset-offsets billing --shift-by -10 --execute',
    },
  ],
  run: async (args, context) => {
    const target = parseTarget(args, (await context.runtime()).clock);
    return withClient(args, context, async (client) => {
      const groupId = args.positionals[0] as string;
      const topics = args.texts('topic');
      await checkGroup(client, groupId, { mayBeAbsent: topics.length > 0 });
      const partitions = topics.length === 0 ? undefined : await selectPartitions(client, topics);
      const planned = await planResets(client, groupId, partitions, target);
      const isExecuted = args.flag('execute');
      const resets = isExecuted ? await commitResets(client, groupId, planned) : planned;
      if (args.flag('json'))
        printJson(context, { groupId, executed: isExecuted, partitions: resets });
      else {
        context.out.write(resetTable(resets));
        context.err.write(verdict(groupId, resets, isExecuted));
      }
      return resets.some(({ error }) => error !== undefined) ? exitCodes.failed : exitCodes.ok;
    });
  },
};

function parseTarget(args: Arguments, clock: Clock): ResetTarget {
  const to = args.text('to');
  const shift = args.text('shift-by');
  if ((to === undefined) === (shift === undefined)) {
    const expected = 'one of --to POSITION and --shift-by N';
    throw usageError(`group reset-offsets: expected ${expected}.`, 'group reset-offsets', expected);
  }
  if (to !== undefined) return parsePosition(to, '--to', clock);
  return { at: 'shifted', by: wholeNumber(shift ?? '', '--shift-by', Number.MIN_SAFE_INTEGER) };
}

/** Throws where the group has members, and where it is not there but must be. */
async function checkGroup(
  client: Client,
  groupId: string,
  options: { readonly mayBeAbsent: boolean },
): Promise<void> {
  const [group] = await client.admin.describeGroups([groupId]);
  if (group === undefined) return;
  if (!('error' in group)) {
    const problem = membersProblem(group.value, 'reset its offsets');
    if (problem !== undefined) throw problem;
  } else if (group.error.code !== 'UNKNOWN_GROUP' || !options.mayBeAbsent) {
    throw await withNearestGroup(client, group.error);
  }
}

function resetTable(resets: readonly OffsetReset[]): string {
  return formatTable(
    [
      { title: 'TOPIC' },
      { title: 'PARTITION', align: 'right' },
      { title: 'BEFORE', align: 'right' },
      { title: 'AFTER', align: 'right' },
      { title: 'BY', align: 'right' },
      { title: 'END', align: 'right' },
      { title: '' },
    ],
    resets.map(({ topic, partition, before, after, endOffset, note, error }) => [
      topic,
      String(partition),
      textOf(before),
      textOf(after),
      before === undefined || after === undefined ? '-' : signed(after - before),
      textOf(endOffset),
      error ?? note ?? '',
    ]),
  );
}

function textOf(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

function signed(count: number): string {
  return count > 0 ? `+${count}` : String(count);
}

/** What has come of it, or what is left to do. */
function verdict(groupId: string, resets: readonly OffsetReset[], isExecuted: boolean): string {
  const changes = resets.filter(isChange);
  if (changes.length === 0) return 'There is nothing to change.\n';
  const count = counted(changes.length, 'partition');
  if (!isExecuted) return `Nothing was changed yet: --execute does it, in ${count}.\n`;
  const failed = changes.filter(({ error }) => error !== undefined).length;
  if (failed > 0) return `odradek: ${failed} of ${count} could not be changed.\n`;
  return `Done: ${groupId} goes on from there in ${count}.\n`;
}

import type { GroupListing } from '../client/group/admin-groups.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { printJson } from './report.ts';
import { formatTable } from './table.ts';
import { matchesWildcards } from '../util/wildcards.ts';

/** `odradek group list`. */
export const groupListCommand: Command = {
  name: 'group list',
  summary: 'List groups',
  positionals: [{ name: 'pattern', required: false, repeated: true, completes: 'group' }],
  options: {
    names: { type: 'boolean', help: 'Only the ids, one a line.' },
    state: {
      type: 'string',
      multiple: true,
      placeholder: 'STATE',
      choices: [
        'Stable',
        'Empty',
        'PreparingRebalance',
        'CompletingRebalance',
        'Assigning',
        'Reconciling',
        'Dead',
      ],
      help: 'Only groups in this state. May be repeated.',
    },
    type: {
      type: 'string',
      multiple: true,
      placeholder: 'TYPE',
      choices: ['classic', 'consumer', 'share', 'streams'],
      help: "Only groups of this type: those of Kafka's older protocol are classic, of the newer one consumer. May be repeated.",
    },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'All groups', command: 'odradek group list' },
    { text: 'Those that nobody reads for now', command: 'odradek group list --state Empty' },
  ],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const listed = await client.admin.listGroups({
        states: args.texts('state'),
        types: args.texts('type'),
      });
      const patterns = args.positionals;
      const groups = listed.filter(
        ({ groupId }) =>
          patterns.length === 0 || patterns.some((pattern) => matchesWildcards(groupId, pattern)),
      );
      if (args.flag('json')) printJson(context, groups);
      else if (args.flag('names')) {
        for (const { groupId } of groups) context.out.write(`${groupId}\n`);
      } else if (groups.length === 0) {
        const isAsked = patterns.length > 0 || args.flag('state') || args.flag('type');
        context.err.write(isAsked ? 'No group is like that.\n' : 'There are no groups.\n');
      } else context.out.write(groupTable(groups));
      return exitCodes.ok;
    }),
};

function groupTable(groups: readonly GroupListing[]): string {
  return formatTable(
    [
      { title: 'GROUP' },
      { title: 'STATE' },
      { title: 'TYPE' },
      { title: 'COORDINATOR', align: 'right' },
    ],
    groups.map(({ groupId, state, type, coordinatorId }) => [
      groupId,
      state === '' ? '-' : state,
      type === '' ? '-' : type,
      String(coordinatorId),
    ]),
  );
}

import type { Outcome } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import { explainedRefusal } from '../client/group/members-problem.ts';
import type { OdradekError } from '../util/odradek-error.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { findGroupIds, withNearestGroup } from './group-names.ts';
import { partitionFilter, selectionHelp } from './partition-selection.ts';
import { reportOutcomes, reportOutcomesAsJson } from './report.ts';
import { counted } from './table.ts';

/** `odradek group delete`. */
export const groupDeleteCommand: Command = {
  name: 'group delete',
  summary: 'Delete groups without members, with what they have committed',
  description: [
    'A pattern deletes every group that it matches: look with odradek group list first. With --topic the ' +
      'group stays, and only what it has committed for these topics goes; its members must not read them now.',
  ],
  positionals: [{ name: 'group', required: true, repeated: true, completes: 'group' }],
  options: {
    topic: {
      type: 'string',
      multiple: true,
      placeholder: 'TOPIC[:PARTITIONS]',
      completes: 'topic',
      help: `Deletes only the committed offsets of these partitions: ${selectionHelp}. May be repeated.`,
    },
    'if-exists': { type: 'boolean', help: 'It is no failure when there is no such group.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'One group', command: 'odradek group delete billing' },
    { text: 'Every group of a test', command: "odradek group delete 'test-*' --if-exists" },
    {
      text: 'What a group has committed for one topic',
      command: 'odradek group delete audit --topic orders',
    },
  ],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const mayBeAbsent = args.flag('if-exists');
      const groupIds = await findGroupIds(client, args.positionals, { mayMatchNone: mayBeAbsent });
      const topics = args.texts('topic');
      const deleted =
        topics.length === 0
          ? await deleteWhole(client, groupIds)
          : await deleteOffsets(client, groupIds, topics);
      const outcomes = deleted.map((outcome, index): Outcome<Deletion> => {
        const isAbsent = 'error' in outcome && outcome.error.code === 'UNKNOWN_GROUP';
        const absent = { groupId: groupIds[index] ?? '', deleted: false };
        return isAbsent && mayBeAbsent ? { value: absent } : outcome;
      });
      if (args.flag('json')) {
        return reportOutcomesAsJson(context, groupIds, outcomes, (done) => done, 'groupId');
      }
      return reportOutcomes(context, outcomes, deletionText);
    }),
};

/** What became of one group, which may not have been there. */
interface Deletion {
  readonly groupId: string;
  readonly deleted: boolean;
  /** Where only offsets were to go. */
  readonly deletedOffsets?: number;
}

function deletionText({ groupId, deleted, deletedOffsets }: Deletion): string {
  if (!deleted) return `there was no group ${groupId}`;
  if (deletedOffsets === undefined) return `${groupId} deleted`;
  return `${groupId}: ${counted(deletedOffsets, 'committed offset')} deleted`;
}

async function deleteWhole(
  client: Client,
  groupIds: readonly string[],
): Promise<readonly Outcome<Deletion>[]> {
  const outcomes: Outcome<Deletion>[] = [];
  for (const [index, outcome] of (await client.admin.deleteGroups(groupIds)).entries()) {
    const groupId = groupIds[index] as string;
    if ('error' in outcome)
      outcomes.push({ error: await explained(client, groupId, outcome.error) });
    else outcomes.push({ value: { groupId, deleted: true } });
  }
  return outcomes;
}

/** With who the members are that are in the way, or which group was perhaps meant. */
async function explained(
  client: Client,
  groupId: string,
  error: OdradekError,
): Promise<OdradekError> {
  return withNearestGroup(client, await explainedRefusal(client, groupId, error));
}

/** Of each group those of the partitions for which something is committed. */
async function deleteOffsets(
  client: Client,
  groupIds: readonly string[],
  topics: readonly string[],
): Promise<readonly Outcome<Deletion>[]> {
  const isSelected = partitionFilter(topics);
  const outcomes: Outcome<Deletion>[] = [];
  for (const [index, group] of (await client.admin.describeGroups(groupIds)).entries()) {
    const groupId = groupIds[index] as string;
    if ('error' in group) {
      outcomes.push({ error: await withNearestGroup(client, group.error) });
      continue;
    }
    const committed = (await client.admin.listGroupOffsets(groupId)).filter(isSelected);
    const deleted =
      committed.length === 0 ? [] : await client.admin.deleteGroupOffsets(groupId, committed);
    const failed = deleted.find((outcome) => 'error' in outcome);
    outcomes.push(failed ?? { value: { groupId, deleted: true, deletedOffsets: deleted.length } });
  }
  return outcomes;
}

import type { Outcome } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import type { GroupDescription, GroupMemberDescription } from '../client/group/describe-groups.ts';
import { type GroupPartition, groupPartitions } from '../client/group/group-lag.ts';
import { hostText } from '../client/group/members-problem.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { findGroupIds, withNearestGroup } from './group-names.ts';
import { reportOutcomesAsJson } from './report.ts';
import { counted, formatTable } from './table.ts';

/** `odradek group describe`. */
export const groupDescribeCommand: Command = {
  name: 'group describe',
  summary: 'Show the lag, owner and client of each partition that groups read',
  description: [
    'COMMITTED is the offset that the group goes on from, END the next one to be given, and LAG what lies ' +
      'between: what the group has still to read. OWNER is the member that the partition is assigned to, by ' +
      'its instance id where it is static; a long id is shortened, and --members and --json have it whole.',
  ],
  positionals: [{ name: 'group', required: true, repeated: true, completes: 'group' }],
  options: {
    members: {
      type: 'boolean',
      help: 'Shows the members, with how much each one has to read, instead of the partitions.',
    },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'One group', command: 'odradek group describe billing' },
    { text: 'All groups, by a pattern', command: "odradek group describe '*'" },
    {
      text: 'Who the members are, and how much each has to read',
      command: 'odradek group describe billing --members',
    },
  ],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const groupIds = await findGroupIds(client, args.positionals);
      const outcomes = await describe(client, groupIds);
      if (args.flag('json')) {
        return reportOutcomesAsJson(context, groupIds, outcomes, jsonOf, 'groupId');
      }
      const textOf = args.flag('members') ? membersText : partitionsText;
      const texts = outcomes.flatMap((outcome) =>
        'error' in outcome ? [] : [textOf(outcome.value)],
      );
      context.out.write(texts.join('\n'));
      const failures = outcomes.filter((outcome) => 'error' in outcome);
      for (const { error } of failures) context.err.write(`odradek: ${error.message}\n`);
      return failures.length === 0 ? exitCodes.ok : exitCodes.failed;
    }),
};

interface DescribedGroup extends GroupDescription {
  /** Over the partitions with a committed offset. */
  readonly totalLag: number;
  readonly partitions: readonly GroupPartition[];
}

async function describe(
  client: Client,
  groupIds: readonly string[],
): Promise<readonly Outcome<DescribedGroup>[]> {
  const outcomes: Outcome<DescribedGroup>[] = [];
  for (const outcome of await client.admin.describeGroups(groupIds)) {
    if ('error' in outcome) {
      outcomes.push({ error: await withNearestGroup(client, outcome.error) });
    } else {
      const partitions = await groupPartitions(client, outcome.value);
      outcomes.push({ value: { ...outcome.value, totalLag: totalLag(partitions), partitions } });
    }
  }
  return outcomes;
}

/** The members stand once, and partitions name theirs. */
function jsonOf({ partitions, ...group }: DescribedGroup): object {
  return {
    ...group,
    partitions: partitions.map(({ owner, ...partition }) => ({
      ...partition,
      memberId: owner?.memberId,
      instanceId: owner?.instanceId,
      clientId: owner?.clientId,
      host: owner?.host,
    })),
  };
}

function totalLag(partitions: readonly GroupPartition[]): number {
  return partitions.reduce((sum, { lag = 0 }) => sum + Math.max(0, lag), 0);
}

function titleOf({
  groupId,
  state,
  type,
  assignor,
  members,
  totalLag: lag,
}: DescribedGroup): string {
  return [
    `${groupId}: ${state}`,
    `${type} protocol`,
    ...(assignor === '' ? [] : [`assignor ${assignor}`]),
    counted(members.length, 'member'),
    `lag ${lag}`,
  ].join(', ');
}

function partitionsText(group: DescribedGroup): string {
  const { partitions, members } = group;
  const shorten = shortener(members);
  const idle = members.filter(({ assignment }) => assignment.length === 0);
  const lines = [`${titleOf(group)}\n`];
  if (partitions.length > 0) lines.push(partitionTable(partitions, shorten));
  const uncommitted = partitions.filter(({ committedOffset }) => committedOffset === undefined);
  if (uncommitted.length > 0) {
    lines.push(`Nothing is committed yet in ${counted(uncommitted.length, 'partition')}.\n`);
  }
  if (group.state.endsWith('Rebalance')) {
    lines.push('The members are sharing the partitions out just now.\n');
  } else if (idle.length > 0) {
    const names = idle.map(
      (member) => `${shorten(member)} (${member.clientId} at ${hostText(member.host)})`,
    );
    lines.push(`Without a partition: ${names.join(', ')}.\n`);
  }
  return lines.join('');
}

function partitionTable(
  partitions: readonly GroupPartition[],
  shorten: (member: GroupMemberDescription) => string,
): string {
  const ofTopics = Map.groupBy(partitions, ({ topic }) => topic);
  const totals = [...ofTopics].map(([topic, items]): readonly string[] => [
    topic,
    'all',
    '',
    '',
    String(totalLag(items)),
  ]);
  return formatTable(
    [
      { title: 'TOPIC' },
      { title: 'PARTITION', align: 'right' },
      { title: 'COMMITTED', align: 'right' },
      { title: 'END', align: 'right' },
      { title: 'LAG', align: 'right' },
      { title: 'OWNER' },
      { title: 'CLIENT' },
      { title: 'HOST' },
    ],
    [
      ...partitions.map(({ topic, partition, committedOffset, endOffset, lag, owner }) => [
        topic,
        String(partition),
        textOf(committedOffset),
        textOf(endOffset),
        textOf(lag),
        owner === undefined ? '-' : shorten(owner),
        owner?.clientId ?? '-',
        owner === undefined ? '-' : hostText(owner.host),
      ]),
      // One topic's total is that of the group, which stands above.
      ...(ofTopics.size > 1 ? totals : []),
    ],
  );
}

function membersText(group: DescribedGroup): string {
  const rows = group.members.map(({ memberId, instanceId, clientId, host, assignment }) => {
    const own = group.partitions.filter(({ owner }) => owner?.memberId === memberId);
    return [
      memberId,
      instanceId ?? '-',
      clientId,
      hostText(host),
      String(assignment.length),
      String(totalLag(own)),
    ];
  });
  const table = formatTable(
    [
      { title: 'MEMBER' },
      { title: 'INSTANCE' },
      { title: 'CLIENT' },
      { title: 'HOST' },
      { title: 'PARTITIONS', align: 'right' },
      { title: 'LAG', align: 'right' },
    ],
    rows,
  );
  return `${titleOf(group)}\n${rows.length === 0 ? '' : table}`;
}

/** What of a random id is enough to tell it from others. */
const shortIdLength = 8;
const randomId = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Names members shortly: by their instance ids, else by the beginning of the random part of their ids, as long
 * as that is enough to tell them apart.
 */
function shortener(
  members: readonly GroupMemberDescription[],
): (member: GroupMemberDescription) => string {
  const short = ({ memberId, instanceId }: GroupMemberDescription): string =>
    instanceId ?? randomId.exec(memberId)?.[0].slice(0, shortIdLength) ?? memberId;
  const isTelling = new Set(members.map(short)).size === members.length;
  return (member) => (isTelling ? short(member) : (member.instanceId ?? member.memberId));
}

function textOf(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

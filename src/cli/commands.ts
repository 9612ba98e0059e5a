import type { CommandEntry, CommandGroup } from './command.ts';

/**
 * Every command there is. Each is loaded when it is called: `odradek --help` loads none of them, and
 * `odradek start` does not load the client.
 */
export const commands: readonly (CommandEntry | CommandGroup)[] = [
  {
    name: 'start',
    summary: 'Run a broker, or several, until stopped',
    load: async () => (await import('./start.ts')).startCommand,
  },
  {
    name: 'topic',
    summary: 'Create, list, describe, change, move and delete topics',
    commands: [
      {
        name: 'create',
        summary: 'Create topics',
        load: async () => (await import('./topic-create.ts')).topicCreateCommand,
      },
      {
        name: 'list',
        summary: 'List topics',
        load: async () => (await import('./topic-list.ts')).topicListCommand,
      },
      {
        name: 'describe',
        summary: 'Show partitions, leaders, offsets and configuration of topics',
        load: async () => (await import('./topic-describe.ts')).topicDescribeCommand,
      },
      {
        name: 'alter',
        summary: 'Add partitions, change configuration or delete old records',
        load: async () => (await import('./topic-alter.ts')).topicAlterCommand,
      },
      {
        name: 'delete',
        summary: 'Delete topics with all their records',
        load: async () => (await import('./topic-delete.ts')).topicDeleteCommand,
      },
      {
        name: 'reassign',
        summary: 'Move partitions to other brokers, or give them more or fewer replicas',
        load: async () => (await import('./topic-reassign.ts')).topicReassignCommand,
      },
    ],
  },
  {
    name: 'produce',
    summary: 'Write records from standard input or a file',
    load: async () => (await import('./produce.ts')).produceCommand,
  },
  {
    name: 'consume',
    summary: 'Read records of topics',
    load: async () => (await import('./consume.ts')).consumeCommand,
  },
  {
    name: 'group',
    summary: 'List, describe and delete groups, and reset their offsets',
    commands: [
      {
        name: 'list',
        summary: 'List groups',
        load: async () => (await import('./group-list.ts')).groupListCommand,
      },
      {
        name: 'describe',
        summary: 'Show the lag, owner and client of each partition that groups read',
        load: async () => (await import('./group-describe.ts')).groupDescribeCommand,
      },
      {
        name: 'delete',
        summary: 'Delete groups without members, with what they have committed',
        load: async () => (await import('./group-delete.ts')).groupDeleteCommand,
      },
      {
        name: 'reset-offsets',
        summary: 'Let a group without members go on from somewhere else',
        load: async () => (await import('./group-reset-offsets.ts')).groupResetOffsetsCommand,
      },
    ],
  },
  {
    name: 'why',
    summary: 'Say why a topic or a group stands still',
    commands: [
      {
        name: 'topic',
        summary: 'Say why a topic cannot be written or read',
        load: async () => (await import('./why-topic.ts')).whyTopicCommand,
      },
      {
        name: 'group',
        summary: 'Say why a group does not read, or not fast enough',
        load: async () => (await import('./why-group.ts')).whyGroupCommand,
      },
    ],
  },
  {
    name: 'cluster',
    summary: 'Show how a cluster is',
    commands: [
      {
        name: 'describe',
        summary: 'Show the brokers of a cluster and whether all its partitions are well',
        load: async () => (await import('./cluster-describe.ts')).clusterDescribeCommand,
      },
    ],
  },
  {
    name: 'broker',
    summary: 'List brokers, empty them and forget them',
    commands: [
      {
        name: 'list',
        summary: 'List brokers with what lies on them',
        load: async () => (await import('./broker-list.ts')).brokerListCommand,
      },
      {
        name: 'drain',
        summary: 'Move every replica away from a broker, so that it can be stopped for good',
        load: async () => (await import('./broker-drain.ts')).brokerDrainCommand,
      },
      {
        name: 'unregister',
        summary: 'Have the cluster forget a broker that has stopped for good',
        load: async () => (await import('./broker-unregister.ts')).brokerUnregisterCommand,
      },
    ],
  },
  {
    name: 'config',
    summary: 'Show and change the configuration of topics, brokers and groups',
    commands: [
      {
        name: 'get',
        summary: 'Show the configuration of topics, brokers or groups',
        load: async () => (await import('./config-get.ts')).configGetCommand,
      },
      {
        name: 'set',
        summary: 'Change the configuration of topics, brokers or groups',
        load: async () => (await import('./config-set.ts')).configSetCommand,
      },
      {
        name: 'delete',
        summary: 'Return the configuration of topics, brokers or groups to its defaults',
        load: async () => (await import('./config-delete.ts')).configDeleteCommand,
      },
    ],
  },
  {
    name: 'completion',
    summary: 'Print the completion script of a shell',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
];

/** Where a command line leads: to a command with the words behind it, to a group, or to nothing known. */
export type Found =
  | { kind: 'command'; entry: CommandEntry; rest: readonly string[] }
  | { kind: 'group'; group: CommandGroup; rest: readonly string[] }
  | { kind: 'root'; rest: readonly string[] };

/** Follows the first words of a command line as far as they name something. */
export function findCommand(words: readonly string[]): Found {
  const [first, second] = words;
  const top = commands.find(({ name }) => name === first);
  if (top === undefined) return { kind: 'root', rest: words };
  if ('load' in top) return { kind: 'command', entry: top, rest: words.slice(1) };
  const entry = top.commands.find(({ name }) => name === second);
  if (entry === undefined) return { kind: 'group', group: top, rest: words.slice(1) };
  return { kind: 'command', entry, rest: words.slice(2) };
}

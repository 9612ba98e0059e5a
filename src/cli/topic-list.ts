import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { exitCodes } from './cli-context.ts';
import { filteredTopics, type FilteredTopic } from './filtered-topics.ts';
import { printJson } from './report.ts';
import { formatTable } from './table.ts';
import { matchesPattern } from './topic-patterns.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';

/** `odradek topic list`. */
export const topicListCommand: Command = {
  name: 'topic list',
  summary: 'List topics',
  positionals: [{ name: 'pattern', required: false, repeated: true, completes: 'topic' }],
  options: {
    names: { type: 'boolean', help: 'Only the names, one a line.' },
    internal: {
      type: 'boolean',
      help: 'Also the topics that Kafka keeps for itself, such as __consumer_offsets.',
    },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'All topics', command: 'odradek topic list' },
    { text: "Those whose names begin with 'ipl'", command: "odradek topic list 'ipl*'" },
  ],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const isWanted = ({ name, isInternal }: TopicMetadata): boolean => {
        if (args.positionals.length === 0) return args.flag('internal') || !isInternal;
        return args.positionals.some((pattern) => matchesPattern(name, pattern));
      };
      const topics = (await client.admin.listTopics()).filter(isWanted);
      if (args.flag('names') && !args.flag('json')) {
        for (const { name } of topics) context.out.write(`${name}\n`);
        return exitCodes.ok;
      }
      const names = topics.map(({ name }) => name);
      const filtered = await filteredTopics(client, names);
      if (args.flag('json')) {
        const summaries = topics.map((topic) => topicSummary(topic, filtered.get(topic.name)));
        printJson(context, summaries);
      } else if (topics.length === 0) {
        context.err.write(noTopics(args.positionals));
      } else context.out.write(topicTable(topics, filtered));
      return exitCodes.ok;
    }),
};

function noTopics(patterns: readonly string[]): string {
  if (patterns.length > 0) return `No topic matches ${patterns.join(' or ')}.\n`;
  return 'There are no topics. odradek topic create NAME makes one.\n';
}

function topicSummary(topic: TopicMetadata, filtered: FilteredTopic | undefined): object {
  const { name, topicId, isInternal, partitions } = topic;
  const replicationFactor = replicationFactorOf(topic);
  return {
    name,
    topicId,
    isInternal,
    partitions: partitions.length,
    replicationFactor,
    ...(filtered === undefined ? {} : { filtered }),
  };
}

function replicationFactorOf({ partitions }: TopicMetadata): number {
  return partitions[0]?.replicas.length ?? 0;
}

function topicTable(
  topics: readonly TopicMetadata[],
  filtered: ReadonlyMap<string, FilteredTopic>,
): string {
  const noteOf = (topic: TopicMetadata): string => {
    const source = filtered.get(topic.name)?.sourceTopic;
    const notes = [source === undefined ? '' : `filtered from ${source}`, withoutLeader(topic)];
    return notes.filter((note) => note !== '').join(', ');
  };
  const withoutLeader = ({ partitions }: TopicMetadata): string => {
    const count = partitions.filter(({ leaderId }) => leaderId < 0).length;
    return count === 0 ? '' : `${count} without a leader`;
  };
  return formatTable(
    [
      { title: 'TOPIC' },
      { title: 'PARTITIONS', align: 'right' },
      { title: 'REPLICAS', align: 'right' },
      { title: '' },
    ],
    topics.map((topic) => [
      topic.name,
      String(topic.partitions.length),
      String(replicationFactorOf(topic)),
      noteOf(topic),
    ]),
  );
}

import { type Outcome, valueOf } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import { resolveRanges } from '../client/start-positions.ts';
import type { Clock } from '../runtime/runtime.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Arguments, Command } from './command.ts';
import { wholeNumber } from './parse-arguments.ts';
import { parsePosition, positionHelp } from './position-argument.ts';
import { keyValuePairs, reportOutcomes, reportOutcomesAsJson } from './report.ts';
import { counted } from './table.ts';
import { findTopics } from './topic-patterns.ts';
import { usageError } from './usage-error.ts';

/** `odradek topic alter`. */
export const topicAlterCommand: Command = {
  name: 'topic alter',
  summary: 'Add partitions, change configuration or delete old records',
  positionals: [{ name: 'topic', required: true, repeated: true, completes: 'topic' }],
  options: {
    partitions: {
      type: 'string',
      short: 'p',
      placeholder: 'N',
      help: 'How many partitions each is to have; more than before. Records stay where they are, but keys may go to other partitions from now on.',
    },
    config: {
      type: 'string',
      short: 'c',
      multiple: true,
      placeholder: 'KEY=VALUE',
      help: 'Sets configuration. May be repeated.',
    },
    'delete-config': {
      type: 'string',
      multiple: true,
      placeholder: 'KEY',
      help: 'Returns a key to its default. May be repeated.',
    },
    'delete-records-before': {
      type: 'string',
      placeholder: 'POSITION',
      help: `Deletes the records before this position in every partition: ${positionHelp}.`,
    },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'Twelve partitions from now on', command: 'odradek topic alter orders -p 12' },
    {
      text: 'Keep records for a day',
      command: 'odradek topic alter orders --config retention.ms=86400000',
    },
    {
      text: 'Delete what is older than a week',
      command: 'odradek topic alter orders --delete-records-before 7d',
    },
  ],
  run: (args, context) => {
    const changes = parseChanges(args);
    return withClient(args, context, async (client, runtime) => {
      const topics = await findTopics(client, args.positionals);
      const outcomes: Outcome<string>[] = [];
      const names: string[] = [];
      for (const topic of topics) {
        names.push(topic.name);
        outcomes.push(await alterTopic(client, topic, changes, runtime.clock));
      }
      if (args.flag('json')) {
        return reportOutcomesAsJson(context, names, outcomes, () => ({ altered: true }));
      }
      return reportOutcomes(context, outcomes, (text) => text);
    });
  },
};

interface TopicChanges {
  readonly partitions: number | undefined;
  readonly configs: Readonly<Record<string, string>>;
  readonly deletedConfigs: readonly string[];
  readonly deleteBefore: string | undefined;
}

function parseChanges(args: Arguments): TopicChanges {
  const partitions = args.text('partitions');
  const changes = {
    partitions:
      partitions === undefined
        ? undefined
        : wholeNumber(partitions, '--partitions', 1, 0x7fff_ffff),
    configs: keyValuePairs(args.texts('config'), '--config'),
    deletedConfigs: args.texts('delete-config'),
    deleteBefore: args.text('delete-records-before'),
  };
  const isNothing =
    partitions === undefined &&
    changes.deleteBefore === undefined &&
    changes.deletedConfigs.length === 0 &&
    Object.keys(changes.configs).length === 0;
  if (!isNothing) return changes;
  const expected = '--partitions, --config, --delete-config or --delete-records-before';
  throw usageError(`Nothing to change: expected ${expected}.`, 'topic alter', expected);
}

/** Makes the changes one after the other; the first that fails is the outcome. */
async function alterTopic(
  client: Client,
  topic: TopicMetadata,
  changes: TopicChanges,
  clock: Clock,
): Promise<Outcome<string>> {
  const { name } = topic;
  const done: string[] = [];
  const configs = await alterConfigs(client, name, changes);
  if (configs !== undefined) {
    if ('error' in configs) return configs;
    done.push('configuration changed');
  }
  if (changes.partitions !== undefined) {
    const count = changes.partitions;
    const [outcome] = await client.admin.createPartitions([{ name, count }]);
    if (outcome !== undefined && 'error' in outcome) return outcome;
    done.push(`now ${counted(count, 'partition')}`);
  }
  if (changes.deleteBefore !== undefined) {
    const position = parsePosition(changes.deleteBefore, '--delete-records-before', clock);
    const outcome = await deleteBefore(client, topic, position);
    if ('error' in outcome) return outcome;
    done.push(`${counted(outcome.value, 'record')} deleted`);
  }
  return { value: `${name}: ${done.join(', ')}` };
}

async function alterConfigs(
  client: Client,
  name: string,
  { configs, deletedConfigs }: TopicChanges,
): Promise<Outcome<unknown> | undefined> {
  const changes = [
    ...Object.entries(configs).map(([key, value]) => ({
      name: key,
      operation: 'set' as const,
      value,
    })),
    ...deletedConfigs.map((key) => ({ name: key, operation: 'delete' as const })),
  ];
  if (changes.length === 0) return undefined;
  const resource = { type: 'topic', name } as const;
  const [outcome] = await client.admin.incrementalAlterConfigs([{ resource, changes }]);
  return outcome;
}

/** Deletes what lies before the position in each partition; answers how many records that were. */
async function deleteBefore(
  client: Client,
  { name, partitions }: TopicMetadata,
  position: ReturnType<typeof parsePosition>,
): Promise<Outcome<number>> {
  const ranges = await resolveRanges(
    client.cluster,
    partitions.map(({ partition }) => ({
      topic: name,
      partition,
      from: { at: 'beginning' },
      until: position,
    })),
    { isolation: 'read_uncommitted', waits: true },
  );
  const outcomes = await client.admin.deleteRecords(
    ranges.map(({ partition, endOffset }) => ({
      topic: name,
      partition,
      beforeOffset: endOffset ?? 0,
    })),
  );
  const failed = outcomes.find((outcome) => 'error' in outcome);
  if (failed !== undefined) return failed;
  let deleted = 0;
  for (const [index, outcome] of outcomes.entries()) {
    deleted += Math.max(0, valueOf(outcome) - (ranges[index]?.startOffset ?? 0));
  }
  return { value: deleted };
}

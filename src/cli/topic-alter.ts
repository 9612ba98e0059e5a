import { type Outcome, valueOf } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import { keyProblem } from '../client/config-keys.ts';
import { type LogPosition, resolveRanges } from '../client/start-positions.ts';
import type { Clock } from '../runtime/runtime.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Arguments, Command } from './command.ts';
import { filterChange } from './filtered-topics.ts';
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
    where: {
      type: 'string',
      placeholder: 'FILTER',
      help: 'Of a filtered topic: what it shows from now on.',
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
  run: async (args, context) => {
    const changes = parseChanges(args, (await context.runtime()).clock);
    return withClient(args, context, async (client) => {
      const topics = await findTopics(client, args.positionals);
      const outcomes: Outcome<Alteration>[] = [];
      for (const topic of topics) outcomes.push(await alterTopic(client, topic, changes));
      if (args.flag('json')) {
        const names = topics.map(({ name }) => name);
        return reportOutcomesAsJson(context, names, outcomes, (done) => ({
          altered: true,
          ...done,
        }));
      }
      return reportOutcomes(context, outcomes, alterationText);
    });
  },
};

/** What was done to one topic; what was not asked for is not there. */
interface Alteration {
  readonly name: string;
  readonly configs?: Readonly<Record<string, string | null>>;
  readonly partitions?: number;
  readonly deletedRecords?: number;
}

function alterationText({ name, configs, partitions, deletedRecords }: Alteration): string {
  const done: string[] = [];
  if (configs !== undefined) done.push('configuration changed');
  if (partitions !== undefined) done.push(`now ${counted(partitions, 'partition')}`);
  if (deletedRecords !== undefined) done.push(`${counted(deletedRecords, 'record')} deleted`);
  return `${name}: ${done.join(', ')}`;
}

interface TopicChanges {
  readonly partitions: number | undefined;
  readonly configs: Readonly<Record<string, string>>;
  readonly deletedConfigs: readonly string[];
  readonly deleteBefore: LogPosition | undefined;
}

function parseChanges(args: Arguments, clock: Clock): TopicChanges {
  const partitions = args.text('partitions');
  const before = args.text('delete-records-before');
  const changes = {
    partitions:
      partitions === undefined
        ? undefined
        : wholeNumber(partitions, '--partitions', 1, 0x7fff_ffff),
    configs: {
      ...keyValuePairs(args.texts('config'), '--config'),
      ...filterChange(args.text('where')),
    },
    deletedConfigs: args.texts('delete-config'),
    deleteBefore:
      before === undefined ? undefined : parsePosition(before, '--delete-records-before', clock),
  };
  const isNothing =
    partitions === undefined &&
    changes.deleteBefore === undefined &&
    changes.deletedConfigs.length === 0 &&
    Object.keys(changes.configs).length === 0;
  if (!isNothing) return changes;
  const expected = '--partitions, --config, --delete-config, --where or --delete-records-before';
  throw usageError(`Nothing to change: expected ${expected}.`, 'topic alter', expected);
}

/** Makes the changes one after the other; the first that fails is the outcome. */
async function alterTopic(
  client: Client,
  topic: TopicMetadata,
  changes: TopicChanges,
): Promise<Outcome<Alteration>> {
  const { name } = topic;
  let done: Alteration = { name };
  const configs = await alterConfigs(client, name, changes);
  if (configs !== undefined) {
    if ('error' in configs) return configs;
    const defaults = changes.deletedConfigs.map((key) => [key, null] as const);
    done = { ...done, configs: { ...changes.configs, ...Object.fromEntries(defaults) } };
  }
  if (changes.partitions !== undefined) {
    const count = changes.partitions;
    const [outcome] = await client.admin.createPartitions([{ name, count }]);
    if (outcome !== undefined && 'error' in outcome) return outcome;
    done = { ...done, partitions: count };
  }
  if (changes.deleteBefore !== undefined) {
    const outcome = await deleteBefore(client, topic, changes.deleteBefore);
    if ('error' in outcome) return outcome;
    done = { ...done, deletedRecords: outcome.value };
  }
  return { value: done };
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
  const keys = changes.map((change) => change.name);
  const problem = await keyProblem(client, resource, keys);
  if (problem !== undefined) return problem;
  const [outcome] = await client.admin.incrementalAlterConfigs([{ resource, changes }]);
  return outcome;
}

/** Deletes what lies before the position in each partition; answers how many records that were. */
async function deleteBefore(
  client: Client,
  { name, partitions }: TopicMetadata,
  position: LogPosition,
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

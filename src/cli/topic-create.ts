import type { Outcome } from '../client/admin-items.ts';
import type { CreatedTopic } from '../client/admin-topics.ts';
import { withNearestKey } from '../client/config-keys.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { filterConfigs } from './filtered-topics.ts';
import { wholeNumber } from './parse-arguments.ts';
import { keyValuePairs, reportOutcomes, reportOutcomesAsJson } from './report.ts';
import { counted } from './table.ts';

/** `odradek topic create`. */
export const topicCreateCommand: Command = {
  name: 'topic create',
  summary: 'Create topics',
  positionals: [{ name: 'topic', required: true, repeated: true }],
  options: {
    partitions: {
      type: 'string',
      short: 'p',
      placeholder: 'N',
      help: "How many partitions each gets. Default: the broker's num.partitions.",
    },
    'replication-factor': {
      type: 'string',
      short: 'r',
      placeholder: 'N',
      help: "On how many brokers each partition is kept. Default: the broker's default.replication.factor.",
    },
    config: {
      type: 'string',
      short: 'c',
      multiple: true,
      placeholder: 'KEY=VALUE',
      help: 'Configuration, such as retention.ms=86400000. May be repeated.',
    },
    from: {
      type: 'string',
      placeholder: 'TOPIC',
      completes: 'topic',
      help: 'Makes a filtered topic, which shows records of this one and takes no room.',
    },
    where: {
      type: 'string',
      placeholder: 'FILTER',
      help: 'Which ones: a condition in CEL over key, value, headers, timestamp, partition, offset and topic.',
    },
    'if-not-exists': { type: 'boolean', help: 'It is no failure when the topic is there already.' },
    'dry-run': { type: 'boolean', help: 'Only say whether it could be done.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'A topic with three partitions', command: 'odradek topic create orders -p 3' },
    {
      text: 'A compacted topic that keeps the last value of each key',
      command: 'odradek topic create prices --config cleanup.policy=compact',
    },
    {
      text: 'A topic of the adverts that have this player',
      command: `odradek topic create adverts-kohli --from adverts --where 'value.player == "ViratKohli"'`,
    },
  ],
  run: (args, context) => {
    const count = (name: string, maximum: number): number | undefined => {
      const text = args.text(name);
      return text === undefined ? undefined : wholeNumber(text, `--${name}`, 1, maximum);
    };
    const partitions = count('partitions', 0x7fff_ffff);
    const replicationFactor = count('replication-factor', 0x7fff);
    const configs = {
      ...keyValuePairs(args.texts('config'), '--config'),
      ...filterConfigs(args.text('from'), args.text('where')),
    };
    const validateOnly = args.flag('dry-run');
    const topics = args.positionals.map((name) => ({
      name,
      partitions,
      replicationFactor,
      configs,
    }));
    return withClient(args, context, async (client) => {
      const keys = Object.keys(configs);
      const created = (await client.admin.createTopics(topics, { validateOnly })).map((outcome) =>
        withNearestKey(outcome, keys),
      );
      const outcomes = args.flag('if-not-exists') ? created.map(forgiveExisting) : created;
      const verb = validateOnly ? 'could be created' : 'created';
      if (args.flag('json')) {
        const describe = (topic: CreatedTopic | undefined): object =>
          topic === undefined ? { created: false } : { created: !validateOnly, ...topic };
        return reportOutcomesAsJson(context, args.positionals, outcomes, describe);
      }
      return reportOutcomes(context, nameExisting(outcomes, args.positionals), (topic) =>
        typeof topic === 'string' ? `${topic} is there already` : createdLine(topic, verb),
      );
    });
  },
};

/** A topic that is there already counts as done: undefined. */
function forgiveExisting(outcome: Outcome<CreatedTopic>): Outcome<CreatedTopic | undefined> {
  if (!('error' in outcome)) return outcome;
  const { details } = outcome.error;
  const exists = details.code === 'BROKER_REFUSED' && details.errorName === 'TOPIC_ALREADY_EXISTS';
  return exists ? { value: undefined } : outcome;
}

function nameExisting(
  outcomes: readonly Outcome<CreatedTopic | undefined>[],
  names: readonly string[],
): Outcome<CreatedTopic | string>[] {
  return outcomes.map((outcome, index) =>
    'error' in outcome ? outcome : { value: outcome.value ?? (names[index] as string) },
  );
}

function createdLine({ name, partitions, replicationFactor }: CreatedTopic, verb: string): string {
  if (partitions < 0) return `${name} ${verb}`;
  const copies = replicationFactor > 1 ? ` on ${replicationFactor} brokers each` : '';
  return `${name} ${verb} with ${counted(partitions, 'partition')}${copies}`;
}

import type { Outcome } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { filteredTopics } from './filtered-topics.ts';
import { reportOutcomes, reportOutcomesAsJson } from './report.ts';
import { isPattern } from '../util/wildcards.ts';
import { findTopics } from './topic-patterns.ts';

/** `odradek topic delete`. */
export const topicDeleteCommand: Command = {
  name: 'topic delete',
  summary: 'Delete topics with all their records',
  description: [
    'A pattern deletes every topic that it matches: look with odradek topic list first. The filtered topics of a topic ' +
      'go with it: they are named first, and --yes deletes them too.',
  ],
  positionals: [{ name: 'topic', required: true, repeated: true, completes: 'topic' }],
  options: {
    'if-exists': { type: 'boolean', help: 'It is no failure when there is no such topic.' },
    yes: {
      type: 'boolean',
      short: 'y',
      help: 'Also where filtered topics that are not named go with their source.',
    },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'One topic', command: 'odradek topic delete orders' },
    { text: 'Every topic of a test', command: "odradek topic delete 'test-*' --if-exists" },
  ],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const mayBeAbsent = args.flag('if-exists');
      const names: string[] = [];
      for (const word of args.positionals) {
        // A name is tried as it is; only a pattern must be looked up.
        if (!isPattern(word)) names.push(word);
        else {
          const topics = await findTopics(client, [word]).catch((error: unknown) => {
            if (mayBeAbsent) return [];
            throw error;
          });
          names.push(...topics.map(({ name }) => name));
        }
      }
      const dependents = await dependentsOf(client, names);
      if (dependents.size > 0 && !args.flag('yes')) {
        context.err.write(dependentsText(dependents));
        return exitCodes.failed;
      }
      const deletions = await client.admin.deleteTopics(names);
      const outcomes = deletions.map((outcome, index): Outcome<Deletion> => {
        const name = names[index] as string;
        const filtered = dependents.get(name);
        if (!('error' in outcome)) return { value: { name, deleted: true, ...filtered } };
        const isAbsent = outcome.error.code === 'UNKNOWN_TOPIC';
        return isAbsent && mayBeAbsent ? { value: { name, deleted: false } } : outcome;
      });
      if (args.flag('json')) return reportOutcomesAsJson(context, names, outcomes, (done) => done);
      return reportOutcomes(context, outcomes, deletionText);
    }),
};

/** What became of one topic, which may not have been there. */
interface Deletion {
  readonly name: string;
  readonly deleted: boolean;
  /** The filtered topics that went with it. */
  readonly filtered?: readonly string[];
}

function deletionText({ name, deleted, filtered = [] }: Deletion): string {
  if (!deleted) return `there was no topic ${name}`;
  return filtered.length === 0
    ? `${name} deleted`
    : `${name} deleted, with its filtered topics ${filtered.join(', ')}`;
}

type Dependents = ReadonlyMap<string, { readonly filtered: readonly string[] }>;

/** The filtered topics that go with those of `names`, without being named themselves. */
async function dependentsOf(client: Client, names: readonly string[]): Promise<Dependents> {
  const named = new Set(names);
  const others = (await client.admin.listTopics())
    .map(({ name }) => name)
    .filter((name) => !named.has(name));
  const going = [...(await filteredTopics(client, others))].filter(([, { sourceTopic }]) =>
    named.has(sourceTopic),
  );
  const bySource = Map.groupBy(going, ([, { sourceTopic }]) => sourceTopic);
  const entries = [...bySource].map(
    ([source, filtered]) => [source, { filtered: filtered.map(([name]) => name) }] as const,
  );
  return new Map(entries);
}

function dependentsText(dependents: Dependents): string {
  const lines = [...dependents].map(
    ([source, { filtered }]) => `${source} is the source of ${filtered.join(', ')}`,
  );
  return `odradek: ${lines.join('; ')}: filtered topics go with their source. Nothing was deleted; --yes does it.\n`;
}

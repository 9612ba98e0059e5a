import type { Outcome } from '../client/admin-items.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { reportOutcomes, reportOutcomesAsJson } from './report.ts';
import { findTopics, isPattern } from './topic-patterns.ts';

/** `odradek topic delete`. */
export const topicDeleteCommand: Command = {
  name: 'topic delete',
  summary: 'Delete topics with all their records',
  description: [
    'A pattern deletes every topic that it matches: look with odradek topic list first.',
  ],
  positionals: [{ name: 'topic', required: true, repeated: true, completes: 'topic' }],
  options: {
    'if-exists': { type: 'boolean', help: 'It is no failure when there is no such topic.' },
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
      const deletions = await client.admin.deleteTopics(names);
      const outcomes = deletions.map((outcome, index): Outcome<Deletion> => {
        const name = names[index] as string;
        if (!('error' in outcome)) return { value: { name, deleted: true } };
        const isAbsent = outcome.error.code === 'UNKNOWN_TOPIC';
        return isAbsent && mayBeAbsent ? { value: { name, deleted: false } } : outcome;
      });
      if (args.flag('json')) return reportOutcomesAsJson(context, names, outcomes, (done) => done);
      return reportOutcomes(context, outcomes, ({ name, deleted }) =>
        deleted ? `${name} deleted` : `there was no topic ${name}`,
      );
    }),
};

/** What became of one topic, which may not have been there. */
interface Deletion {
  readonly name: string;
  readonly deleted: boolean;
}

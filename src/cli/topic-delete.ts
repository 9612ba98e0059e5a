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
      const outcomes = (await client.admin.deleteTopics(names)).map((outcome) => {
        const isAbsent = 'error' in outcome && outcome.error.code === 'UNKNOWN_TOPIC';
        return isAbsent && mayBeAbsent ? { value: '' } : outcome;
      });
      if (args.flag('json')) {
        return reportOutcomesAsJson(context, names, outcomes, (name) => ({ deleted: name !== '' }));
      }
      return reportOutcomes(context, outcomes, (name) =>
        name === '' ? 'there was no such topic' : `${name} deleted`,
      );
    }),
};

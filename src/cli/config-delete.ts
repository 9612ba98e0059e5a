import { keyProblem } from '../client/config-keys.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { parseResource, resourceHelp, resourcePositionals } from './config-resource.ts';
import { reportOutcomes, reportOutcomesAsJson } from './report.ts';

/** `odradek config delete`. */
export const configDeleteCommand: Command = {
  name: 'config delete',
  summary: 'Return the configuration of topics, brokers or groups to its defaults',
  description: [resourceHelp],
  positionals: [...resourcePositionals, { name: 'key', required: true, repeated: true }],
  options: {
    'dry-run': { type: 'boolean', help: 'Only say whether it could be done.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    {
      text: "Keep a topic's records as long as the broker keeps any",
      command: 'odradek config delete topic orders retention.ms',
    },
  ],
  run: (args, context) => {
    const [type = '', name = '', ...keys] = args.positionals;
    const resource = parseResource(type, name);
    const changes = keys.map((key) => ({ name: key, operation: 'delete' as const }));
    const validateOnly = args.flag('dry-run');
    return withClient(args, context, async (client) => {
      const problem = await keyProblem(
        client,
        resource,
        changes.map((change) => change.name),
      );
      const outcomes =
        problem === undefined
          ? await client.admin.incrementalAlterConfigs([{ resource, changes }], { validateOnly })
          : [problem];
      if (args.flag('json')) {
        return reportOutcomesAsJson(context, [name], outcomes, () => ({ deleted: keys }));
      }
      const verb = validateOnly ? 'could return' : 'returned';
      return reportOutcomes(
        context,
        outcomes,
        () => `${keys.join(', ')} of ${type} ${name} ${verb} to the default`,
      );
    });
  },
};

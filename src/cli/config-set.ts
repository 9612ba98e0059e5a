import { keyProblem } from '../client/config-keys.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { parseResource, resourceHelp, resourcePositionals } from './config-resource.ts';
import { keyValuePairs, reportOutcomes, reportOutcomesAsJson } from './report.ts';
import { counted } from './table.ts';
import { usageError } from './usage-error.ts';

/** `odradek config set`. */
export const configSetCommand: Command = {
  name: 'config set',
  summary: 'Change the configuration of topics, brokers or groups',
  description: [resourceHelp, 'All values are changed together, or none is.'],
  positionals: [...resourcePositionals, { name: 'key=value', required: true, repeated: true }],
  options: {
    'dry-run': { type: 'boolean', help: 'Only say whether it could be done.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    {
      text: 'Keep the records of a topic for a day',
      command: 'odradek config set topic orders retention.ms=86400000',
    },
    {
      text: 'Keep those of all topics without a value of their own for a week',
      command: 'odradek config set broker default log.retention.ms=604800000',
    },
  ],
  run: (args, context) => {
    const [type = '', name = '', ...pairs] = args.positionals;
    const resource = parseResource(type, name);
    if (pairs.length === 0) throw usageError('Nothing to set.', 'key=value', 'KEY=VALUE');
    const values = Object.entries(keyValuePairs(pairs, type));
    const changes = values.map(([key, value]) => ({
      name: key,
      operation: 'set' as const,
      value,
    }));
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
        return reportOutcomesAsJson(context, [name], outcomes, () => ({
          set: Object.fromEntries(values),
        }));
      }
      const verb = validateOnly ? 'could be set' : 'set';
      return reportOutcomes(
        context,
        outcomes,
        () => `${counted(changes.length, 'value')} of ${type} ${name} ${verb}`,
      );
    });
  },
};

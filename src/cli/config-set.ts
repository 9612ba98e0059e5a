import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { parseResource, resourceHelp, resourcePositionals } from './config-resource.ts';
import { keyValuePairs, reportOutcomes, reportOutcomesAsJson } from './report.ts';
import { counted } from './table.ts';
import { usageError } from './usage-error.ts';

/** `odradek config set`. */
export const configSetCommand: Command = {
  name: 'config set',
  summary: 'Change the configuration of topics or brokers',
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
      text: 'Give new topics of all brokers three partitions',
      command: 'odradek config set broker default num.partitions=3',
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
      const outcomes = await client.admin.incrementalAlterConfigs([{ resource, changes }], {
        validateOnly,
      });
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

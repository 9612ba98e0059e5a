import type { ConfigEntry } from '../client/admin-configs.ts';
import { valueOf } from '../client/admin-items.ts';
import { entryOf } from '../client/config-keys.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { parseResource, resourceHelp, resourcePositionals } from './config-resource.ts';
import { printJson } from './report.ts';
import { formatTable } from './table.ts';

/** `odradek config get`. */
export const configGetCommand: Command = {
  name: 'config get',
  summary: 'Show the configuration of topics, brokers or groups',
  description: [resourceHelp, 'Without keys, what was set is shown; with --all also the defaults.'],
  positionals: [...resourcePositionals, { name: 'key', required: false, repeated: true }],
  options: {
    all: { type: 'boolean', short: 'a', help: 'Every key there is, also those at their default.' },
    docs: { type: 'boolean', help: 'With what each key means.' },
    value: { type: 'boolean', help: 'Only the values, one a line: for scripts.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'What was set for a topic', command: 'odradek config get topic orders' },
    {
      text: 'One value, for a script',
      command: 'odradek config get topic orders retention.ms --value',
    },
    { text: 'Everything about a broker', command: 'odradek config get broker 1 --all --docs' },
  ],
  run: (args, context) => {
    const [type = '', name = '', ...keys] = args.positionals;
    const resource = parseResource(type, name);
    return withClient(args, context, async (client) => {
      const includeDocumentation = args.flag('docs');
      // All of them, also when keys are named: a key that is none is told by what there is.
      const options = { includeDocumentation, includeSynonyms: args.flag('json') };
      const [outcome] = await client.admin.describeConfigs([resource], options);
      const entries = valueOf(outcome ?? { value: [] });
      const shown = selected(entries, keys, args.flag('all'));
      if (args.flag('json')) printJson(context, shown);
      else if (args.flag('value')) {
        for (const { value } of shown) context.out.write(`${value ?? ''}\n`);
      } else if (shown.length === 0) {
        context.err.write('Nothing was set: all keys have their defaults. --all shows them.\n');
      } else context.out.write(configTable(shown, includeDocumentation));
      return exitCodes.ok;
    });
  },
};

function selected(
  entries: readonly ConfigEntry[],
  keys: readonly string[],
  all: boolean,
): readonly ConfigEntry[] {
  if (keys.length > 0) return keys.map((key) => entryOf(entries, key));
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return all ? sorted : sorted.filter(({ source }) => source !== 'DEFAULT_CONFIG');
}

function configTable(entries: readonly ConfigEntry[], withDocs: boolean): string {
  const table = formatTable(
    [{ title: 'KEY' }, { title: 'VALUE' }, { title: 'SET BY' }],
    entries.map(({ name, value, source, isSensitive }) => [
      name,
      isSensitive ? '(hidden)' : (value ?? '(none)'),
      sourceText(source),
    ]),
  );
  if (!withDocs) return table;
  const docs = entries.map(({ name, documentation }) => `${name}\n  ${documentation ?? ''}\n`);
  return `${table}\n${docs.join('\n')}`;
}

function sourceText(source: ConfigEntry['source']): string {
  switch (source) {
    case 'DYNAMIC_TOPIC_CONFIG':
      return 'topic';
    case 'DYNAMIC_GROUP_CONFIG':
      return 'group';
    case 'DYNAMIC_BROKER_CONFIG':
      return 'broker';
    case 'DYNAMIC_DEFAULT_BROKER_CONFIG':
      return 'default of all brokers';
    case 'STATIC_BROKER_CONFIG':
      return "broker's start";
    case 'DEFAULT_CONFIG':
      return 'default';
    default:
      return source.toLowerCase().replaceAll('_', ' ');
  }
}

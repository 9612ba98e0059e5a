import type { Command, CommandEntry, CommandGroup, OptionSpec, PositionalSpec } from './command.ts';

const lineWidth = 100;

/** The help of `odradek` itself. */
export function rootHelp(entries: readonly (CommandEntry | CommandGroup)[]): string {
  const rows = entries.map((entry): readonly [string, string] => [entry.name, entry.summary]);
  return [
    "Odradek is an event-streaming broker that speaks Kafka's protocol.",
    '',
    'Usage: odradek <command> [options]',
    '',
    'Commands:',
    ...twoColumns(rows),
    '',
    'Start with:',
    '  odradek start',
    '',
    'odradek <command> --help says more about a command. A broker at another address than',
    '127.0.0.1:9092 is named with --bootstrap-server or the environment variable ODRADEK_BOOTSTRAP.',
    '',
  ].join('\n');
}

/** The help of a word that has commands below it: `odradek topic`. */
export function groupHelp(group: CommandGroup): string {
  const rows = group.commands.map((entry): readonly [string, string] => [
    entry.name,
    entry.summary,
  ]);
  return [
    `${group.summary}.`,
    '',
    `Usage: odradek ${group.name} <command> [options]`,
    '',
    'Commands:',
    ...twoColumns(rows),
    '',
  ].join('\n');
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const usage = ['odradek', command.name, '[options]', ...command.positionals.map(positionalText)];
  const description = (command.description ?? []).flatMap((text) => ['', ...wrapped(text, '')]);
  const options = Object.entries(command.options).map(([name, spec]): readonly [string, string] => [
    optionText(name, spec),
    spec.help,
  ]);
  const examples = command.examples.flatMap(({ text, command: line }) => [
    '',
    `  # ${text}`,
    `  ${line}`,
  ]);
  return [
    `${command.summary}.`,
    '',
    `Usage: ${usage.join(' ')}`,
    ...description,
    '',
    'Options:',
    ...twoColumns(options),
    ...(examples.length === 0 ? [] : ['', 'Examples:', ...examples.slice(1)]),
    '',
  ].join('\n');
}

function positionalText({ name, required, repeated }: PositionalSpec): string {
  const text = `<${name}>${repeated === true ? '...' : ''}`;
  return required ? text : `[${text}]`;
}

function optionText(name: string, { type, short, placeholder }: OptionSpec): string {
  const letter = short === undefined ? '    ' : `-${short}, `;
  return `${letter}--${name}${type === 'string' ? ` ${placeholder ?? 'VALUE'}` : ''}`;
}

function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)));
  const indent = ' '.repeat(width + 4);
  return rows.flatMap(([left, right]) => {
    const lines = wrapped(right, indent);
    // A long name stands alone, so that the column of explanations stays narrow and straight.
    if (left.length > width) return [`  ${left}`, ...lines];
    const [first = '', ...rest] = lines;
    return [`  ${left.padEnd(width)}  ${first.trimStart()}`, ...rest];
  });
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length > indent.length && line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = indent;
    }
    line += line.length === indent.length ? word : ` ${word}`;
  }
  return [...lines, line];
}

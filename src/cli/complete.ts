import { type Client, createClient } from '../client/client.ts';
import type { CliContext } from './cli-context.ts';
import type { Command, CommandEntry, CommandGroup, Completes, OptionSpec } from './command.ts';
import { commands, findCommand } from './commands.ts';

/** Nobody waits longer for the Tab key. */
const timeoutMs = 1500;

/**
 * What the scripts take for an answer when the shell itself is to complete names of files or directories. No
 * word begins with a colon.
 */
const pathAnswers: Readonly<Record<string, readonly string[]>> = {
  file: [':files'],
  directory: [':directories'],
};

/**
 * Answers the shells' completion scripts: the words that may stand in the last place of a command line, one a
 * line, or one of `pathAnswers`. Says nothing, and quickly, where it does not know.
 */
export async function completeWords(words: readonly string[], context: CliContext): Promise<void> {
  const current = words.at(-1) ?? '';
  const fitting = (await candidates(words, context)).filter(
    (word) => word.startsWith(current) || word.startsWith(':'),
  );
  if (fitting.length > 0) context.out.write(`${fitting.join('\n')}\n`);
}

async function candidates(
  words: readonly string[],
  context: CliContext,
): Promise<readonly string[]> {
  const before = words.slice(0, -1);
  const asksHelp = before[0] === 'help';
  const found = findCommand(asksHelp ? before.slice(1) : before);
  if (asksHelp && found.kind === 'command') return [];
  switch (found.kind) {
    case 'root':
      if (found.rest.length > 0) return [];
      return [...namesOf(commands), ...(asksHelp ? [] : ['help', '--help', '--version'])];
    case 'group':
      return found.rest.length > 0 ? [] : namesOf(found.group.commands);
    case 'command':
      return ofCommand(await found.entry.load(), found.rest, words.at(-1) ?? '', context);
  }
}

function namesOf(entries: readonly (CommandEntry | CommandGroup)[]): readonly string[] {
  return entries.map(({ name }) => name);
}

/** What may stand behind `before`: an option's value, an option, or an argument. */
async function ofCommand(
  command: Command,
  before: readonly string[],
  current: string,
  context: CliContext,
): Promise<readonly string[]> {
  const option = openOption(command, before.at(-1) ?? '');
  const askAt = bootstrapOf(command, before) ?? context.environment['ODRADEK_BOOTSTRAP'];
  if (option !== undefined) return valuesOf(option, askAt, context);
  const [, joined = '', name = ''] = /^(--([^=]+)=)/.exec(current) ?? [];
  const joinedOption = command.options[name];
  if (joinedOption !== undefined) {
    return (joinedOption.choices ?? []).map((choice) => joined + choice);
  }
  if (current.startsWith('-')) {
    return [...Object.keys(command.options).map((known) => `--${known}`), '--help'];
  }
  const given = positionalsIn(command, before);
  const { positionals } = command;
  const last = positionals.at(-1);
  const spec = positionals[given.length] ?? (last?.repeated === true ? last : undefined);
  if (spec?.choices !== undefined) return spec.choices;
  // The second word of the config commands names what the first one says.
  const isConfig = command.positionals[0]?.choices !== undefined;
  const completes = isConfig ? configured(given[0]) : spec?.completes;
  return namesAt(completes, askAt, context);
}

/** What `odradek config` names after its first word. Of brokers nothing may be named: that means all of them. */
function configured(type: string | undefined): Completes | undefined {
  return type === 'topic' || type === 'group' ? type : undefined;
}

/** The option whose value comes next, where `word` is one that takes a value. */
function openOption(command: Command, word: string): OptionSpec | undefined {
  const found = Object.entries(command.options).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return found?.[1].type === 'string' ? found[1] : undefined;
}

async function valuesOf(
  { choices, completes }: OptionSpec,
  askAt: string | undefined,
  context: CliContext,
): Promise<readonly string[]> {
  return choices ?? pathAnswers[completes ?? ''] ?? namesAt(completes, askAt, context);
}

/** Those of `words` that are arguments without a name. */
function positionalsIn(command: Command, words: readonly string[]): readonly string[] {
  return words.filter(
    (word, index) =>
      !word.startsWith('-') && openOption(command, words[index - 1] ?? '') === undefined,
  );
}

function bootstrapOf(command: Command, words: readonly string[]): string | undefined {
  if (!('bootstrap-server' in command.options)) return undefined;
  const at = words.findLastIndex((word) => word === '--bootstrap-server' || word === '-b');
  const joined = words.findLast((word) => word.startsWith('--bootstrap-server='));
  return at === -1 ? joined?.slice('--bootstrap-server='.length) : words[at + 1];
}

/** The names of topics, groups or brokers that the broker at `bootstrapServers` knows. */
async function namesAt(
  completes: Completes | undefined,
  bootstrapServers: string | undefined,
  context: CliContext,
): Promise<readonly string[]> {
  const namesOf = completes === undefined ? undefined : liveNames[completes];
  if (namesOf === undefined) return [];
  try {
    const runtime = await context.runtime();
    const client = createClient(
      {
        bootstrapServers: bootstrapServers ?? '127.0.0.1:9092',
        clientId: 'odradek-completion',
        connectTimeoutMs: timeoutMs,
        requestTimeoutMs: timeoutMs,
        operationTimeoutMs: timeoutMs,
        unreachableTimeoutMs: 0,
      },
      runtime,
    );
    return await namesOf(client).finally(() => client.close());
  } catch {
    // Completion has no place for errors: without a broker there is nothing to offer.
    return [];
  }
}

/** What a broker is asked for, by what is completed. */
const liveNames: Partial<Record<Completes, (client: Client) => Promise<readonly string[]>>> = {
  topic: topicNames,
  group: groupNames,
  broker: brokerIds,
};

async function topicNames({ admin }: Client): Promise<readonly string[]> {
  const topics = await admin.listTopics();
  return topics.filter(({ isInternal }) => !isInternal).map(({ name }) => name);
}

/** A shell takes answers line by line. */
async function groupNames({ admin }: Client): Promise<readonly string[]> {
  const groups = await admin.listGroups();
  return groups.map(({ groupId }) => groupId).filter((groupId) => !/\n/.test(groupId));
}

async function brokerIds({ admin }: Client): Promise<readonly string[]> {
  const { brokers } = await admin.describeCluster();
  return brokers.map(({ nodeId }) => String(nodeId));
}

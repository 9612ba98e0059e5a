import { OdradekError } from '../util/odradek-error.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { commands, findCommand } from './commands.ts';
import type { Command } from './command.ts';
import { commandHelp, groupHelp, rootHelp } from './help.ts';
import { parseArguments } from './parse-arguments.ts';
import { unknownWord } from './usage-error.ts';

/**
 * Runs one command line (without `node` and the script) and answers the exit code: 0 done, 1 failed, 2 not
 * understood. Never throws: what went wrong is said in a line on standard error, without a stack trace
 * unless it is a defect in Odradek.
 */
export async function runCli(words: readonly string[], context: CliContext): Promise<number> {
  try {
    return await dispatch(words, context);
  } catch (error) {
    return reportError(error, words, context);
  }
}

async function dispatch(words: readonly string[], context: CliContext): Promise<number> {
  // For the completion scripts alone: what follows is somebody else's command line.
  if (words[0] === '__complete') return complete(words.slice(1), context);
  const found = findCommand(words[0] === 'help' ? words.slice(1) : words);
  const asksHelp = words[0] === 'help' || helpIsAsked(found.rest);
  if (found.kind === 'command') {
    const command = await found.entry.load();
    if (asksHelp) return printHelp(commandHelp(command), context);
    return run(command, found.rest, context);
  }
  const [word] = found.rest;
  if (word !== undefined && !word.startsWith('-')) {
    const known = found.kind === 'group' ? found.group.commands : commands;
    const names = known.map(({ name }) => name);
    const prefix = found.kind === 'group' ? `${found.group.name} ` : '';
    throw unknownWord(
      'command',
      prefix + word,
      names.map((name) => prefix + name),
    );
  }
  if (found.kind === 'group') return printHelp(groupHelp(found.group), context);
  if (word === '--version' || word === '-V') return printVersion(context);
  if (word === undefined || asksHelp) return printHelp(rootHelp(commands), context);
  throw unknownWord('option', word, ['--help', '--version']);
}

function helpIsAsked(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const before = end === -1 ? words : words.slice(0, end);
  return before.includes('--help') || before.includes('-h');
}

async function run(
  command: Command,
  words: readonly string[],
  context: CliContext,
): Promise<number> {
  return command.run(parseArguments(command, words), context);
}

async function complete(words: readonly string[], context: CliContext): Promise<number> {
  const { completeWords } = await import('./complete.ts');
  await completeWords(words[0] === '--' ? words.slice(1) : words, context);
  return exitCodes.ok;
}

function printHelp(text: string, context: CliContext): number {
  context.out.write(text);
  return exitCodes.ok;
}

async function printVersion(context: CliContext): Promise<number> {
  const { odradekVersion } = await import('./version.ts');
  context.out.write(`${odradekVersion}\n`);
  return exitCodes.ok;
}

function reportError(error: unknown, words: readonly string[], context: CliContext): number {
  if (!(error instanceof OdradekError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.err.write(`odradek: this is a defect in Odradek, please report it\n${text}\n`);
    return exitCodes.failed;
  }
  context.err.write(`odradek: ${error.message}\n`);
  if (error.code === 'CONNECTION_FAILED') {
    context.err.write(
      'Is a broker running there? odradek start runs one, --bootstrap-server names another.\n',
    );
  }
  // It shows the place of the mistake, which tells more than all options.
  if (error.code === 'INVALID_FILTER') return exitCodes.usage;
  if (error.code !== 'INVALID_ARGUMENT') return exitCodes.failed;
  const found = findCommand(words);
  const name = words.slice(0, words.length - found.rest.length);
  context.err.write(`Try: ${['odradek', ...name, '--help'].join(' ')}\n`);
  return exitCodes.usage;
}

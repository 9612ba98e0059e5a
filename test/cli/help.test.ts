import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { commandHelp } from '../../src/cli/help.ts';
import { odradekVersion } from '../../src/cli/version.ts';
import { run } from './fake-context.ts';

async function allCommands(): Promise<readonly Command[]> {
  const entries = commands.flatMap((entry) => ('load' in entry ? [entry] : entry.commands));
  return Promise.all(entries.map(({ load }) => load()));
}

test('without a word, with --help and with help the commands are listed', async () => {
  const [bare, flag, word] = await Promise.all([run([]), run(['--help']), run(['help'])]);
  strictEqual(bare.exitCode, 0);
  deepStrictEqual([flag.out, word.out], [bare.out, bare.out]);
  for (const { name, summary } of commands) {
    match(bare.out, new RegExp(`${name} +${summary.slice(0, 30)}`));
  }
  strictEqual(bare.out.includes('__complete'), false);
});

test('every command says how it is used, explains each option and gives an example', async () => {
  for (const command of await allCommands()) {
    const words = command.name.split(' ');
    const { exitCode, out } = await run([...words, '--help']);
    strictEqual(exitCode, 0, command.name);
    strictEqual(out, commandHelp(command));
    match(out, new RegExp(`^Usage: odradek ${command.name} \\[options\\]`, 'm'));
    for (const [name, { help }] of Object.entries(command.options)) {
      strictEqual(out.includes(`--${name}`), true, `${command.name} --${name}`);
      match(help, /\.$/, `the help of ${command.name} --${name} ends with a full stop`);
    }
    strictEqual(command.examples.length > 0, true, `${command.name} has examples`);
    for (const example of command.examples) match(example.command, /\bodradek\b/);
  }
});

test('help is the same before and behind the command', async () => {
  const [behind, before, short] = await Promise.all([
    run(['topic', 'create', '--help']),
    run(['help', 'topic', 'create']),
    run(['topic', 'create', '-h']),
  ]);
  deepStrictEqual([before.out, short.out], [behind.out, behind.out]);
});

test('lines of help fit the width of a page', async () => {
  for (const command of await allCommands()) {
    for (const line of commandHelp(command).split('\n')) {
      strictEqual(line.length <= 110, true, `${command.name}: ${line}`);
    }
  }
});

test('options that mean the same are explained alike everywhere', async () => {
  const helps = new Map<string, Set<string>>();
  for (const { options } of await allCommands()) {
    for (const name of ['bootstrap-server', 'timeout-ms']) {
      const help = options[name]?.help;
      if (help !== undefined) helps.set(name, (helps.get(name) ?? new Set()).add(help));
    }
  }
  for (const [name, texts] of helps) strictEqual(texts.size, 1, name);
});

test('a word without a command lists the commands below it', async () => {
  const { exitCode, out } = await run(['topic']);
  strictEqual(exitCode, 0);
  match(out, /Usage: odradek topic <command>/);
  match(out, /describe {2,}Show partitions/);
});

test('typing errors get a suggestion and exit code 2', async () => {
  const command = await run(['prodcue']);
  strictEqual(command.exitCode, 2);
  match(command.err, /Unknown command prodcue\. Did you mean produce\?/);
  const below = await run(['topic', 'descirbe', 't']);
  match(below.err, /Did you mean topic describe\?\nTry: odradek topic --help/);
  const option = await run(['topic', 'create', 't', '--partitons', '3']);
  strictEqual(option.exitCode, 2);
  match(option.err, /Did you mean --partitions\?\nTry: odradek topic create --help/);
});

test('--version is that of the package', async () => {
  const { out } = await run(['--version']);
  strictEqual(out, `${odradekVersion}\n`);
  match(out, /^\d+\.\d+\.\d+/);
});

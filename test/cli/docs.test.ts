import { strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { exitCodes } from '../../src/cli/cli-context.ts';
import { formatTokens } from '../../src/cli/record-format.ts';

const page = readFileSync(new URL('../../docs/CLI.md', import.meta.url), 'utf8');

test('docs/CLI.md has a section for each command, with its options and examples', async () => {
  const entries = commands.flatMap((entry) => ('load' in entry ? [entry] : entry.commands));
  for (const { load } of entries) {
    const command = await load();
    const section = page.split(`### odradek ${command.name}\n`)[1]?.split('\n### ')[0] ?? '';
    strictEqual(section.includes(command.summary), true, `${command.name}: its summary`);
    for (const name of Object.keys(command.options)) {
      const isCommon = name === 'bootstrap-server' || name === 'timeout-ms';
      const place = isCommon ? page : section;
      strictEqual(place.includes(`--${name}`), true, `${command.name}: --${name}`);
    }
    for (const example of command.examples) {
      strictEqual(section.includes(example.command), true, example.command);
    }
  }
});

test('docs/CLI.md explains every exit code and every token of a format', () => {
  for (const code of Object.values(exitCodes)) {
    strictEqual(new RegExp(`^\\| ${code} +\\|`, 'm').test(page), true, `exit code ${code}`);
  }
  for (const [tokens] of formatTokens) {
    for (const token of tokens.split(', ')) {
      strictEqual(page.includes(`\`${token}\``), true, token);
    }
  }
});

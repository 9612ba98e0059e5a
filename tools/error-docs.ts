/**
 * `node tools/error-docs.ts`: writes the table of Kafka's error codes in docs/ERRORS.md anew from
 * `src/protocol/error-codes.ts`. test/tools/error-docs.test.ts fails when it was forgotten.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '../src/protocol/error-codes.ts';
import { repositoryFolder, runCommand } from './run-command.ts';

const page = join(repositoryFolder, 'docs', 'ERRORS.md');
const marker = '<!-- Written by tools/error-docs.ts from here on. -->';

const rows = errorTable.map(
  ({ code, name, retriable, meaning }) =>
    `| ${code} | \`${name}\` | ${retriable ? 'yes' : ''} | ${meaning} |`,
);
const [byHand = ''] = readFileSync(page, 'utf8').split(marker);
const table = ['| Code | Name | Retriable | Meaning |', '|-:|-|-|-|', ...rows].join('\n');
writeFileSync(page, `${byHand}${marker}\n\n${table}\n`);
const formatted = await runCommand('oxfmt', [page]);
process.exitCode = formatted.exitCode;

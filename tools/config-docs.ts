/**
 * Writes the tables of docs/CONFIGURATION.md from the one table of keys. With `--check` it only says whether
 * they are up to date, and ends with 1 when they are not. test/config/config-docs.test.ts does the same.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withConfigTables } from './config-docs/config-tables.ts';
import { repositoryFolder } from './run-command.ts';

const path = join(repositoryFolder, 'docs', 'CONFIGURATION.md');
const before = readFileSync(path, 'utf8');
const after = withConfigTables(before);
if (before === after) {
  console.log('docs/CONFIGURATION.md is up to date');
} else if (process.argv.includes('--check')) {
  console.log('docs/CONFIGURATION.md is out of date: node tools/config-docs.ts writes it');
  process.exitCode = 1;
} else {
  writeFileSync(path, after);
  console.log('wrote the tables of docs/CONFIGURATION.md');
}

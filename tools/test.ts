/**
 * `npm test`: every test, in one process per file, with the Node of the development dependency.
 *
 *   npm test                              all
 *   npm test -- records storage           files whose path contains one of the words
 *   npm test -- --test-name-pattern=epoch words that begin with a dash go to `node --test`
 *
 * Packaging (`npm run test:packaging`) and Apache's Java tools (`npm run test:java`) are run on their own:
 * they install and start much that is not needed here.
 */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concurrency, repositoryFolder, runCommand } from './run-command.ts';

const separateFolders = ['test/packaging/', 'test/compat/java/'];

function testFiles(): string[] {
  return readdirSync(join(repositoryFolder, 'test'), { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts') && !path.includes('/node_modules/'))
    .filter((path) => !separateFolders.some((folder) => path.startsWith(folder)))
    .toSorted();
}

const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith('-'));
const words = args.filter((arg) => !arg.startsWith('-'));
const files = testFiles().filter(
  (path) => words.length === 0 || words.some((word) => path.includes(word)),
);
if (files.length === 0) {
  console.error(`no test file has ${words.join(' or ')} in its path`);
  process.exit(1);
}

if (files.some((path) => path.startsWith('test/browser/'))) {
  // Once, since several files look at it at the same time.
  const { exitCode, output } = await runCommand('vite', ['build', 'console', '--logLevel', 'warn']);
  if (exitCode !== 0) {
    console.error(output);
    process.exit(1);
  }
}

const outcome = await runCommand(
  'node',
  ['--test', '--test-timeout=300000', `--test-concurrency=${concurrency}`, ...flags, ...files],
  {
    inherit: true,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'odradek-compile-cache') },
  },
);
process.exitCode = outcome.exitCode;

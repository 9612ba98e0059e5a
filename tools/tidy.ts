/**
 * Holds the sources to docs/ARCHITECTURE.md ("May import") and to those rules of docs/STYLE.md that a
 * program can judge. One line for each violation; ends with 1 when there is one.
 * test/tools/tidy.test.ts plants a violation of each rule.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFolder, seconds } from './run-command.ts';
import { judgeTree, rules } from './tidy/judge-tree.ts';

const judgedFolders = ['src', 'console', 'test', 'tools', 'benchmarks', 'examples', 'docs', '.ci'];
const judgedFiles = /\.(?:tsx?|md|json|sh|xml|java|yml)$|\/run$/;
const skippedFolders = /(?:^|\/)(?:node_modules|dist|golden|results)(?:\/|$)/;

function* paths(): Iterable<string> {
  for (const entry of readdirSync(repositoryFolder, { withFileTypes: true })) {
    if (entry.isFile() && entry.name !== 'package-lock.json') yield entry.name;
  }
  for (const folder of judgedFolders) {
    const options = { recursive: true, withFileTypes: true } as const;
    for (const entry of readdirSync(join(repositoryFolder, folder), options)) {
      const path = join(entry.parentPath, entry.name).slice(repositoryFolder.length + 1);
      if (entry.isFile()) yield path.replaceAll('\\', '/');
    }
  }
}

const startedMs = performance.now();
const texts = new Map<string, string>();
const otherPaths: string[] = [];
for (const path of paths()) {
  if (skippedFolders.test(path)) continue;
  if (judgedFiles.test(path)) texts.set(path, readFileSync(join(repositoryFolder, path), 'utf8'));
  else otherPaths.push(path);
}
const violations = judgeTree(texts, rules(), otherPaths);
for (const { path, line, rule, message } of violations) {
  console.log(`${path}:${line} ${rule}: ${message}`);
}
console.log(
  `tidy: ${violations.length} violations of ${rules().length} rules in ${texts.size} files, ` +
    seconds(performance.now() - startedMs),
);
process.exitCode = violations.length === 0 ? 0 : 1;

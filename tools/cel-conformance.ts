/**
 * `node tools/cel-conformance.ts FOLDER`: makes test/filter/conformance/cases/ of the folder
 * `tests/simple/testdata` of https://github.com/google/cel-spec, and says what it leaves out.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LeftOut, convertTest, messagesIn, textIn } from './cel-conformance/convert.ts';
import { readTextproto } from './cel-conformance/textproto.ts';
import { repositoryFolder } from './run-command.ts';

/** Files that are about what the language definition does not have, or filters do not. */
const wholeFiles: Readonly<Record<string, string>> = {
  bindings_ext: 'an extension',
  block_ext: 'an extension',
  encoders_ext: 'an extension',
  macros2: 'an extension: macros of two variables',
  math_ext: 'an extension',
  network_ext: 'an extension',
  optionals: 'an extension: optional values',
  proto2_ext: 'an extension',
  string_ext: 'an extension',
};

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('node tools/cel-conformance.ts FOLDER');
const target = join(repositoryFolder, 'test', 'filter', 'conformance', 'cases');
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const leftOut: { file: string; section: string; reason: string; cases: number }[] = [];

function leaveOut(file: string, section: string, reason: string): void {
  const same = leftOut.find((one) => one.file === file && one.section === section && one.reason === reason); // prettier-ignore
  if (same === undefined) leftOut.push({ file, section, reason, cases: 1 });
  else same.cases++;
}

for (const path of readdirSync(folder)
  .filter((name) => name.endsWith('.textproto'))
  .toSorted()) {
  const file = basename(path, '.textproto');
  const lines: string[] = [];
  for (const section of messagesIn(
    readTextproto(readFileSync(join(folder, path), 'utf8')),
    'section',
  )) {
    const name = textIn(section, 'name');
    for (const test of messagesIn(section, 'test')) {
      const reason = wholeFiles[file];
      if (reason !== undefined) {
        leaveOut(file, name, reason);
        continue;
      }
      try {
        lines.push(JSON.stringify(convertTest(name, test)));
      } catch (error) {
        if (!(error instanceof LeftOut)) throw error;
        leaveOut(file, name, error.message);
      }
    }
  }
  if (lines.length > 0) writeFileSync(join(target, `${file}.jsonl`), `${lines.join('\n')}\n`);
}
writeFileSync(
  join(target, 'left-out.jsonl'),
  `${leftOut.map((one) => JSON.stringify(one)).join('\n')}\n`,
);

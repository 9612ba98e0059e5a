import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorTable } from '../../src/protocol/error-codes.ts';
import { repositoryFolder } from '../../tools/run-command.ts';

const read = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8');
const page = read('docs/ERRORS.md');

/** The cells of the rows of `page` whose cell at `column` is `` `SUCH_A_NAME` ``. */
function rowsNamedIn(column: number): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => /^`[A-Z_]+`$/.test(cells[column] ?? ''));
}

test('docs/ERRORS.md explains every code of OdradekError with its details, and no other', () => {
  const declared = read('src/util/odradek-error.ts').matchAll(
    /\{ code: '(\w+)'((?:; \w+\??: [^;}]+)*)/g,
  );
  const expected = Array.from(declared, ([, code = '', details = '']): [string, string] => [
    `\`${code}\``,
    Array.from(details.matchAll(/; (\w+)\??:/g), ([, name]) => `\`${name}\``).join(', '),
  ]);
  const explained = rowsNamedIn(0);
  assert.deepEqual(
    Object.fromEntries(explained.map(([code = '', details]) => [code, details])),
    Object.fromEntries(expected),
  );
  for (const cells of explained) assert.ok(cells[2] !== '' && cells[3] !== '', cells[0]);
});

test('docs/ERRORS.md lists every error code of Kafka as the code has it (node tools/error-docs.ts)', () => {
  assert.deepEqual(
    rowsNamedIn(1),
    errorTable.map(({ code, name, retriable, meaning }) => [
      String(code),
      `\`${name}\``,
      retriable ? 'yes' : '',
      meaning,
    ]),
  );
});

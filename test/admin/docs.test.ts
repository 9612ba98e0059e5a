import { deepStrictEqual, ok } from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { repositoryFolder } from '../../tools/run-command.ts';

const read = (...path: readonly string[]): string =>
  readFileSync(join(repositoryFolder, ...path), 'utf8');

test('every code that is answered over HTTP is one of Kafka, of OdradekError, or explained in docs/HTTP.md', () => {
  const page = read('docs', 'HTTP.md');
  const errors = read('docs', 'ERRORS.md');
  const files = globSync('src/admin/**/*.ts', { cwd: repositoryFolder });
  ok(files.length > 0);
  const codes = files.flatMap((file) =>
    [...read(file).matchAll(/\bcode: '([A-Z_]+)'/g)].map(([, code = '']) => code),
  );
  const isKnown = (code: string): boolean =>
    code in errorCodes || [page, errors].some((text) => text.includes(`\`${code}\``));
  deepStrictEqual(
    [...new Set(codes)].filter((code) => !isKnown(code)),
    [],
  );
});

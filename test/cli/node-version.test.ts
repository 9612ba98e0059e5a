import { match, strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodeProblem } from '../../src/cli/node-version.ts';

test('a Node.js older than package.json asks for is told so, by both versions', () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { engines } = JSON.parse(manifest) as { engines: { node: string } };
  const oldest = engines.node.replace('>=', '');
  match(
    nodeProblem('20.20.2') ?? '',
    new RegExp(`^Node.js ${oldest} or newer .* this is 20.20.2$`),
  );
  strictEqual(nodeProblem(`${oldest}.0`), undefined);
  match(nodeProblem('22.14.9') ?? '', /this is 22\.14\.9/);
  for (const newer of ['22.16.0', '24.0.0', '26.1.3']) strictEqual(nodeProblem(newer), undefined);
});

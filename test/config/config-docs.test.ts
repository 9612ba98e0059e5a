import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configSections } from '../../src/config/config-table.ts';
import { withConfigTables } from '../../tools/config-docs/config-tables.ts';

const page = readFileSync(new URL('../../docs/CONFIGURATION.md', import.meta.url), 'utf8');

test('the page of the configuration has every key as it is (node tools/config-docs.ts writes it)', () => {
  assert.equal(page, withConfigTables(page));
  for (const { name } of configSections.flatMap(({ keys }) => keys)) {
    assert.ok(page.includes(`| \`${name}\` `), name);
  }
});

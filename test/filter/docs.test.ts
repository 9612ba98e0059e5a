import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { functionNames } from '../../src/filter/cel/declarations.ts';
import { filterLimits } from '../../src/filter/filter-limits.ts';
import { compileFilter } from '../../src/filter/filter.ts';
import { recordOf } from './records.ts';

const page = readFileSync(new URL('../../docs/FILTERS.md', import.meta.url), 'utf8');

test('docs/FILTERS.md has every function and operator', () => {
  for (const name of functionNames()) {
    const shown = /^\w{2,}$/.test(name)
      ? `${name}(`
      : name.replaceAll(/[_@]/g, '').replace('[]', '[0]');
    assert.ok(page.includes(shown), name);
  }
});

test('docs/FILTERS.md has every limit with its value', () => {
  for (const [name, limit] of Object.entries(filterLimits)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``));
    assert.ok(row?.includes(` ${limit.toLocaleString('en-US')} `), `${name} ${limit}: ${row}`);
  }
});

test('the examples in docs/FILTERS.md are filters, and none fails on a record that has what it asks for', () => {
  const examples = page.split('## Examples')[1]?.split('```')[1]?.trim().split('\n') ?? [];
  assert.ok(examples.length > 5);
  const value = JSON.stringify({
    temperature: 60,
    smoke: false,
    player: 'ViratKohli',
    tags: ['a', 'b'],
    items: [{ sku: 'X-1', count: 11 }],
    block: 'north/2',
  });
  const matching = examples.filter((source) => {
    const filter = compileFilter(source);
    const isMatch = filter.matches(recordOf({ value, headers: [['kind', 'alarm']] }));
    assert.equal(filter.counters.failed, 0, source);
    return isMatch;
  });
  assert.equal(matching.length, 5);
});

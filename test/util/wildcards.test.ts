import { strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesWildcards } from '../../src/util/wildcards.ts';
import { propertySeeds } from '../client/property-seeds.ts';

test('a pattern matches what the regular expression of it matches', () => {
  const letters = (more: readonly string[]): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom('a', 'b', '.', ...more), { maxLength: 8 }).map((all) => all.join(''));
  const property = fc.property(letters([]), letters(['*', '?']), (name, pattern) => {
    const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
    strictEqual(matchesWildcards(name, pattern), new RegExp(`^${source}$`, 's').test(name));
  });
  for (const seed of propertySeeds()) fc.assert(property, { seed, numRuns: 2000 });
});

test('a question mark is one character, though it takes two units', () => {
  strictEqual(matchesWildcards('🦊', '?'), true);
  strictEqual(matchesWildcards('🦊', '??'), false);
});

test('a pattern that a regular expression would never be done with is refused in steps that can be counted', () => {
  const name = 'a'.repeat(2000);
  strictEqual(matchesWildcards(name, `${'*a'.repeat(200)}*b`), false);
});

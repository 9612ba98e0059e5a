import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrayElements, fieldSource, isArraySource } from '../../src/admin/records/json-source.ts';
import { propertySeeds } from '../client/property-seeds.ts';

const elementsOf = (text: string): readonly string[] => [...arrayElements(text, 'it')];

/** JSON with blanks between its parts. */
const spacedJson = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('', ' ', '\t', '\n', ' \r\n '))
  .map(([value, blank]) => {
    const text = JSON.stringify(value, null, blank === '' ? undefined : 1);
    return blank === '' ? text : `${blank}${text}${blank}`;
  });

test('an array is cut into the same elements that it is parsed into', () => {
  const arrays = fc.tuple(fc.array(spacedJson, { maxLength: 5 }), fc.constantFrom('', ' ', '\n'));
  const property = fc.property(arrays, ([parts, blank]) => {
    const text = `${blank}[${blank}${parts.join(`${blank},${blank}`)}${blank}]${blank}`;
    strictEqual(isArraySource(text), true);
    deepStrictEqual(
      elementsOf(text).map((element) => JSON.parse(element) as unknown),
      JSON.parse(text),
    );
  });
  for (const seed of propertySeeds()) fc.assert(property, { seed, numRuns: 500 });
});

test('a field is what it is parsed into, without blanks outside of its texts', () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }));
  const property = fc.property(objects, (object) => {
    const text = JSON.stringify(object, null, 2);
    for (const [name, value] of Object.entries(object)) {
      strictEqual(fieldSource(text, name, 'it'), JSON.stringify(value));
    }
    strictEqual(fieldSource(text, 'no such field, surely', 'it'), undefined);
  });
  for (const seed of propertySeeds()) fc.assert(property, { seed, numRuns: 500 });
});

test('of a field that stands twice the last counts, and its name may be escaped', () => {
  strictEqual(fieldSource('{"a":1,"a":2.50}', 'a', 'it'), '2.50');
  strictEqual(fieldSource('{"\\u0061":1e400}', 'a', 'it'), '1e400');
  strictEqual(fieldSource('{"b":"\\\\","a":"\\""}', 'a', 'it'), '"\\""');
});

for (const text of [
  '[',
  '[1',
  '[1,',
  '[1 2]',
  '[1]]',
  '[1],',
  '["a]',
  '[{"a":[}',
  `[${'['.repeat(2000)}`,
]) {
  test(`what is cut off or nested for its own sake is refused: ${text.slice(0, 12)}`, () => {
    throws(() => elementsOf(text).map((element) => JSON.parse(element) as unknown), /JSON/);
  });
}

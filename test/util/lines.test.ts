import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexOfBytes, readLines } from '../../src/util/lines.ts';
import { propertySeeds } from '../client/property-seeds.ts';

async function* chunksOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield part;
}

async function linesOf(parts: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of readLines(chunksOf(parts))) {
    lines.push(...batch.map((line) => Buffer.from(line).toString('latin1')));
  }
  return lines;
}

test('lines are the same however the input is cut into chunks', async () => {
  const text = fc.array(fc.constantFrom('a', 'b', '\n', '\r'), { maxLength: 40 });
  const cuts = fc.array(fc.nat(40), { maxLength: 6 });
  const property = fc.asyncProperty(text, cuts, async (characters, places) => {
    const whole = Buffer.from(characters.join(''), 'latin1');
    const ends = [...places.filter((at) => at < whole.length), whole.length].toSorted(
      (a, b) => a - b,
    );
    const parts = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
    const expected = whole.toString('latin1').split('\n');
    if (expected.at(-1) === '') expected.pop();
    deepStrictEqual(await linesOf(parts), expected);
  });
  for (const seed of propertySeeds()) await fc.assert(property, { seed, numRuns: 300 });
});

test('a last line without a line feed counts, an empty one in between too', async () => {
  deepStrictEqual(await linesOf([Buffer.from('a\n\nb')]), ['a', '', 'b']);
});

test('what stands before a line that is too long is handed out before that is refused', async () => {
  const lines: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const batch of readLines(chunksOf([Buffer.from('a\nb\nccccc')]), 4)) {
      lines.push(...batch.map((line) => Buffer.from(line).toString()));
    }
  };
  await rejects(reading(), /lines of at most 4 bytes/);
  deepStrictEqual(lines, ['a', 'b']);
});

test('an input without an end of line is refused before it fills the memory', async () => {
  const chunk = new Uint8Array(64 * 1024 * 1024).fill(97);
  const reading = linesOf(Array.from({ length: 5 }, () => chunk));
  await rejects(reading, /a line without an end/);
});

test('a separator is found where it begins first, whatever its length', () => {
  const find = (line: string, separator: string): number =>
    indexOfBytes(Buffer.from(line), Buffer.from(separator));
  strictEqual(find('key:value:more', ':'), 3);
  strictEqual(find('a:::b', '::'), 1);
  strictEqual(find('a:b', '::'), -1);
  strictEqual(find('', ':'), -1);
  strictEqual(find('ab', 'ab'), 0);
  strictEqual(find('a:', '::'), -1);
});

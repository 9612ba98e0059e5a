import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { shellLine, shellQuote } from '../../../console/src/data/shell-quote.ts';

/** What bash hands to a command as its arguments. */
function wordsOf(line: string): readonly string[] {
  const script = `printf '%s\\0' ${line}`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

const hostile = [
  '',
  'orders',
  "it's",
  'a b',
  '$(touch /tmp/x)',
  '`id`',
  '~',
  '~root',
  '*?[a]{1,2}',
  '!!',
  '#no',
  'a=b',
  '=ls',
  'x;y|z&w>v<u',
  '\\',
  '"',
  '\u001b[2J\r\n\t',
  '\u202egnp.exe',
  '\u001bf0',
  "\u0007'\\",
  'größe 東京 🙂',
  'value.player == "ViratKohli" && value.n > 3',
  '--',
  '-x',
];

test('a shell takes a quoted word as the text that it was', () => {
  assert.deepEqual(wordsOf(shellLine(hostile)), hostile);
});

test('any texts come through a shell as they were', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 }).map((t) => t.replaceAll('\0', ''));
  const words = fc.sample(text, { numRuns: 500, seed: 20261126 });
  assert.deepEqual(wordsOf(shellLine(words)), words);
});

test('nothing that a terminal acts on or that nobody sees is left in a line', () => {
  for (const text of hostile) assert.doesNotMatch(shellQuote(text), /[\p{Cc}\p{Cf}]/u);
});

test('plain words stay plain', () => {
  assert.equal(
    shellLine(['odradek', 'topic', 'list', 'ipl-2026', 'a:b,c']),
    'odradek topic list ipl-2026 a:b,c',
  );
  assert.equal(shellQuote('retention.ms=86400000'), 'retention.ms=86400000');
});

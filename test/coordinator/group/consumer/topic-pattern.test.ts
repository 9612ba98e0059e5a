import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RE2JS } from 're2js';
import fc from 'fast-check';
import { compilePattern } from '../../../../src/coordinator/group/consumer/topic-pattern.ts';
import type { TopicPattern } from '../../../../src/coordinator/group/consumer/topic-pattern.ts';
import { sizeAtMost } from '../../../../src/util/bounded-regex.ts';
import { holds } from '../../../config/property.ts';

function compiled(regex: string): TopicPattern {
  const pattern = compilePattern(regex);
  assert.ok('matches' in pattern, `${regex} is an expression`);
  return pattern;
}

test('an expression matches whole names', () => {
  assert.ok(compiled('ipl.*').matches('ipl-2026'));
  assert.ok(!compiled('ipl').matches('ipl-2026'));
  assert.ok(!compiled('ipl.*').matches('not-ipl'));
  assert.ok(compiled('(?i)IPL|rain').matches('ipl'));
  assert.ok(compiled('.{1,249}').matches('x'.repeat(249)));
});

test('what is no expression of RE2, or one that costs too much, has a problem', () => {
  const hostile = [
    '(',
    '[',
    '*',
    'a**',
    '(?=a)',
    '(?<!a)b',
    String.raw`(a)\1`,
    String.raw`\p{NoScript}`,
    'a{2001}',
    'a{1001}',
    '(a{100}){100}',
    '((a{100}){100}){100}',
    '(abc.*){1000}',
    '.{1000}'.repeat(100),
    '('.repeat(3000),
    `${'('.repeat(1500)}${')'.repeat(1500)}`,
    '[a-z]{500}'.repeat(100),
    'x'.repeat(4097),
    `[${String.raw`\d`.repeat(1000)}`,
    '[[:'.repeat(1000),
  ];
  for (const regex of hostile) assert.ok('problem' in compilePattern(regex), regex.slice(0, 40));
});

test('large classes, of which one takes milliseconds to compile, are few', () => {
  const large = [String.raw`[B-\x{1E942}]`, String.raw`[a-\x{0010FFFF}]`, '[B-𞥂]', '[^B-￿]'];
  for (const one of large) {
    assert.ok('matches' in compilePattern(`(?i)${one.repeat(4)}`), one);
    assert.ok('problem' in compilePattern(`(?i)${one.repeat(5)}`), one);
  }
  assert.ok('problem' in compilePattern(`(?i)[${'B-𞥂'.repeat(1000)}]`));
  assert.ok('problem' in compilePattern(`(?i)[${String.raw`B-\x{1E942}`.repeat(300)}]`));
  assert.ok('matches' in compilePattern(String.raw`\pL\p{Greek}*[^\PL\PN]`));
  assert.ok('problem' in compilePattern(`[${String.raw`\pL`.repeat(1300)}]`));
});

const pieces =
  'a b . - | ( ) [ [^ [[: [a-z] [^0-9] [[:alpha:]] []x] * + ? {2} {3,} {0,5} {1,30} (?: (?i) ^ $ \\d \\pL ' +
  '\\p{Greek} \\. \\x{61} (?P<n> \\Qa(\\E { } ]';
const piece = fc.constantFrom(...pieces.split(' '));

test('the size that is estimated is never smaller than the compiled one', () => {
  let judged = 0;
  holds(
    fc.property(fc.array(piece, { maxLength: 12 }), (chosen) => {
      const regex = chosen.join('');
      let size: number;
      try {
        size = RE2JS.compile(regex).programSize();
      } catch {
        return;
      }
      judged++;
      // Each program has a few instructions around the expression.
      assert.ok(size <= sizeAtMost(regex) + 4, `${regex}: ${size} > ${sizeAtMost(regex)}`);
    }),
    2000,
  );
  assert.ok(judged > 100, 'enough of them were expressions');
});

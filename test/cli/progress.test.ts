import { strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../src/cli/progress.ts';
import { fakeOutput } from './fake-context.ts';

function started(options: { isTty: boolean }): {
  progress: Progress;
  lines: () => string[];
  pass: (ms: number) => void;
} {
  let nowMs = 0;
  const output = fakeOutput(options);
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  return {
    progress: new Progress('written', { output, clock }),
    lines: () => output.text().split('\r').slice(1),
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

test('work that is done within a second shows no progress, longer work does, and the line goes', () => {
  const { progress, lines, pass } = started({ isTty: true });
  pass(900);
  progress.update(10, 1000);
  strictEqual(lines().length, 0);
  pass(200);
  progress.update(22, 2200, 44);
  strictEqual(lines()[0], '22 records (50 %) written, 2.1 KiB, 20/s, 2.0 KiB/s\u001b[K');
  progress.update(23, 2300);
  strictEqual(lines().length, 1, 'it is written anew five times a second at most');
  progress.clear();
  strictEqual(lines().at(-1), '\u001b[K');
});

test('a line of progress fits into a terminal, however much there is', () => {
  const { progress, lines, pass } = started({ isTty: true });
  pass(10_000_000);
  progress.update(9_876_543_210, 999 * 1024 ** 4, 10_000_000_000);
  const whole = '9876543210 records (98 %) written, 999.0 TiB, 987654/s, 102.3 GiB/s';
  strictEqual(lines()[0], `${whole}\u001b[K`);
});

test('where nobody looks at it, there is no progress', () => {
  const { progress, lines, pass } = started({ isTty: false });
  pass(5000);
  progress.update(10, 1000);
  progress.clear();
  strictEqual(lines().length, 0);
});

test('where not all records are wanted, the line says how many are', () => {
  const { progress, lines, pass } = started({ isTty: true });
  pass(1100);
  progress.update(22, 2200, 44, 3);
  strictEqual(lines()[0]?.startsWith('3 matched of 22 records (50 %) written'), true);
});

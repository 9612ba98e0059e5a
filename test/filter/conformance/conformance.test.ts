import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Budget } from '../../../src/filter/cel/budget.ts';
import { check } from '../../../src/filter/cel/checker.ts';
import { compile } from '../../../src/filter/cel/compiler.ts';
import type { Environment, Variable } from '../../../src/filter/cel/environment.ts';
import { parse } from '../../../src/filter/cel/parser.ts';
import { SyntaxProblem } from '../../../src/filter/cel/syntax-error.ts';
import { readType } from '../../../src/filter/cel/type-text.ts';
import { formatType } from '../../../src/filter/cel/types.ts';
import { Failure, noSuchKey } from '../../../src/filter/cel/values.ts';
import { filterLimits } from '../../../src/filter/filter-limits.ts';
import { fromCase, shownValue } from './case-values.ts';
import type { ConformanceCase } from './case.ts';

const folder = new URL('cases/', import.meta.url);

function linesOf<T>(file: string): readonly T[] {
  const text = readFileSync(new URL(file, folder), 'utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line) as T);
}

function environmentOf({ variables = {} }: ConformanceCase): Environment {
  return {
    variables: new Map(
      Object.entries(variables).map(([name, { type = 'dyn', value }]): [string, Variable] => {
        const found = value === undefined ? noSuchKey : fromCase(value);
        return [name, { type: readType(type), read: () => found }];
      }),
    ),
  };
}

/** What the case comes to, as `expected` writes it. */
function outcomeOf(one: ConformanceCase): { value: string; type?: string } {
  const environment = environmentOf(one);
  try {
    const expression = parse(one.expression, filterLimits);
    const type = one.isUnchecked === true ? undefined : formatType(check(expression, environment));
    const found = one.type === undefined || type === undefined ? {} : { type };
    if (one.isCheckOnly === true) return { value: '', ...found };
    const outcome = compile(expression, environment, new Budget(filterLimits))();
    return { value: outcome instanceof Failure ? 'error' : shownValue(outcome), ...found };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { value: 'error' };
  }
}

function expected({ value, type, isCheckOnly }: ConformanceCase): { value: string; type?: string } {
  if (isCheckOnly === true) return { value: '', ...(type === undefined ? {} : { type }) };
  if (value === undefined) return { value: 'error' };
  return { value: shownValue(fromCase(value)), ...(type === undefined ? {} : { type }) };
}

let total = 0;
for (const file of readdirSync(folder).toSorted()) {
  if (file === 'left-out.jsonl') continue;
  const cases = linesOf<ConformanceCase>(file);
  total += cases.length;
  test(`cel-spec, ${file.replace('.jsonl', '')}: all ${cases.length} cases come to what they should`, () => {
    const wrong = cases.flatMap((one) => {
      const [found, wanted] = [outcomeOf(one), expected(one)];
      if (JSON.stringify(found) === JSON.stringify(wanted)) return [];
      return [{ section: one.section, name: one.name, expression: one.expression, found, wanted }];
    });
    assert.deepEqual(wrong, []);
  });
}

test('cel-spec: what is left out of its cases is said, by what they are about', (t) => {
  const leftOut = linesOf<{ file: string; reason: string; cases: number }>('left-out.jsonl');
  const byReason = Map.groupBy(leftOut, ({ file, reason }) => `${file}: ${reason}`);
  t.diagnostic(`${total} cases run`);
  for (const [about, sections] of byReason) {
    t.diagnostic(`${sections.reduce((sum, { cases }) => sum + cases, 0)} left out, ${about}`);
  }
  assert.ok(total > 1000);
});

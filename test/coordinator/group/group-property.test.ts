import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GroupModel, groupIds } from './group-model.ts';
import type { Step } from './group-model.ts';

const seeds =
  process.env['ODRADEK_SEED'] === undefined ? [1, 20260101] : [Number(process.env['ODRADEK_SEED'])];
const runs = Number(process.env['ODRADEK_RUNS'] ?? 150);

const client = fc.nat({ max: 5 });
const partition = fc.nat({ max: 4 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      client,
      variant: fc.nat({ max: 3 }),
    }),
  },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('sync' as const), client }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('heartbeat' as const), client }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('leave' as const), client }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('forgetId' as const), client }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('abandon' as const), client }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('commit' as const), client, partition }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('simpleCommit' as const),
      group: fc.constantFrom(...groupIds),
      partition,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('deleteOffset' as const),
      group: fc.constantFrom(...groupIds),
      partition,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deleteGroup' as const),
      group: fc.constantFrom(...groupIds),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      group: fc.constantFrom(...groupIds),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteTopic' as const) }) },
  {
    weight: 15,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 100, 3000, 9000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(700_000, 700_000_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('hold' as const, 'commitAll' as const) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refuse' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/*
 * Goal: whatever clients do, a coordinator that is lost at any moment is replaced by one that knows all that
 * was written, no request is answered twice or never, and no group is stuck.
 * Method: random requests of clients that go along with the answers, or not; refused appends, held commits,
 * clients that go, deadlines, restarts. After each step what the log gives a new coordinator is compared with
 * the living one. In the end nobody does anything, and all that waits must end.
 */
for (const seed of seeds) {
  test(`a group coordinator is what its log says, ODRADEK_SEED=${seed}`, () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 120, size: 'max' }), (steps) => {
        const model = new GroupModel();
        for (const one of steps) {
          model.step(one);
          model.check();
        }
        model.checkEnd();
        for (const [what, count] of model.seen) seen.set(what, (seen.get(what) ?? 0) + count);
      }),
      { seed, numRuns: runs },
    );
    console.log(`  saw ${[...seen].map(([what, count]) => `${count} ${what}`).join(', ')}`);
    for (const what of [
      'Stable',
      'Empty',
      'PreparingRebalance',
      'CompletingRebalance',
      'refused',
      'expired',
    ]) {
      assert.ok(runs < 100 || (seen.get(what) ?? 0) > 50, `too few runs saw ${what}`);
    }
  });
}

import { test } from 'node:test';
import fc from 'fast-check';
import { LogModel } from './log-model.ts';
import type { Command } from './log-model-commands.ts';

const seeds =
  process.env['ODRADEK_SEED'] === undefined ? [1, 20260101] : [Number(process.env['ODRADEK_SEED'])];
const runs = Number(process.env['ODRADEK_RUNS'] ?? 80);

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.nat({ max: 5 }),
      count: fc.integer({ min: 1, max: 4 }),
      bytes: fc.oneof(
        { weight: 20, arbitrary: fc.nat({ max: 60 }) },
        { weight: 1, arbitrary: fc.constant(1000) },
      ),
      agoMs: fc.nat({ max: 10_000 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('passTime' as const), ms: fc.constantFrom(0, 1, 10) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('passTime' as const), ms: fc.constant(1_000_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('retry' as const),
      producer: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('marker' as const),
      producer: fc.integer({ min: 4, max: 5 }),
      result: fc.constantFrom('COMMIT' as const, 'ABORT' as const),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'newEpoch' as const,
        'flush' as const,
        'flush' as const,
        'failedFlush' as const,
        'startFlush' as const,
        'advanceHighWatermark' as const,
        'crash' as const,
        'powerLoss' as const,
        'reopen' as const,
        'stopUnsynced' as const,
        'retain' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncateFully' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'truncate' as const,
        'deleteRecords' as const,
        'readAll' as const,
        'readAll' as const,
        'findTime' as const,
      ),
      at: fraction,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('slow' as const), isSlow: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      operation: fc.constant('write' as const),
      code: fc.constant('DISK_FULL' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('starve' as const),
      skip: fc.nat({ max: 4 }),
      times: fc.constantFrom(1, 2, 3, Infinity),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('feed' as const) }) },
);

/*
 * Goal: whatever happens to a log (appends, rolls, truncations, retention, deletes, full disks, want of
 * descriptors, crashes, power loss, clean and unclean opens), it holds what a plain array would, within what
 * each event may take.
 * Method: random commands against `Log` on a simulated disk that loses and tears what was not synced, and
 * against the array in `LogModel`, which compares offsets, batches, epochs, producers, transactions and times.
 */
for (const seed of seeds) {
  test(`a log is like a plain array, ODRADEK_SEED=${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(command, { minLength: 5, maxLength: 150, size: 'max' }),
        async (simulationSeed, commands) => {
          const model = new LogModel(simulationSeed);
          await model.start();
          for (const step of commands) await model.step(step);
          await model.step({ kind: 'passTime', ms: 100 });
          await model.checkAll();
        },
      ),
      { seed, numRuns: runs },
    );
  });
}

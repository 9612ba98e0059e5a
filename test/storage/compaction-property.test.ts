import { test } from 'node:test';
import fc from 'fast-check';
import { type CompactionCommand, CompactionModel } from './compaction-model.ts';

const seeds =
  process.env['ODRADEK_SEED'] === undefined ? [1, 20260101] : [Number(process.env['ODRADEK_SEED'])];
const runs = Number(process.env['ODRADEK_RUNS'] ?? 60);

const end = fc.constantFrom('kill' as const, 'powerLoss' as const);
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const command: fc.Arbitrary<CompactionCommand> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.nat({ max: 4 }),
      keys: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 3 }),
      tombstone: fc.oneof(
        { weight: 5, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
      codec: fc.constantFrom('none' as const, 'none' as const, 'gzip' as const, 'zstd' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.constant(0),
      keys: fc.constant([-1, 3]),
      tombstone: fc.constant(false),
      codec: fc.constant('none' as const),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('marker' as const),
      producer: fc.integer({ min: 3, max: 4 }),
      isAborted: fc.boolean(),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'flush' as const,
        'clean' as const,
        'clean' as const,
        'advance' as const,
        'retain' as const,
        'crashWithoutSnapshots' as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('passTime' as const),
      ms: fc.constantFrom(1, 100, 600),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('deleteRecords' as const, 'truncate' as const),
      at: fraction,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), end }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('crashInClean' as const),
      at: fc.nat({ max: 60 }),
      end,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('cleanAmid' as const),
      at: fc.nat({ max: 60 }),
      what: fc.constantFrom('retain' as const, 'truncate' as const, 'append' as const),
    }),
  },
);

/*
 * Goal: compaction loses no newest record of a key, whatever happens meanwhile: transactions, tombstones,
 * retention, deletes, truncations, crashes and power loss at any of its operations on files.
 * Method: random commands against a manager with one log on a simulated disk that loses and tears what was not
 * synced, and against the list in `CompactionModel`: each record that is missing must have a reason, and
 * readers of committed records from anywhere know of each key what the list says.
 */
for (const seed of seeds) {
  for (const small of [false, true]) {
    const kind = small ? 'in little memory, with retention' : 'in one round';
    test(`a compacted log keeps what it must, ${kind}, ODRADEK_SEED=${seed}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.array(command, { minLength: 20, maxLength: 150, size: 'max' }),
          async (simulationSeed, commands) => {
            const model = new CompactionModel({
              seed: simulationSeed,
              ...(small
                ? {
                    dedupeBufferBytes: 24 * 6,
                    config: { cleanupPolicyDelete: true, retentionMs: 2000, retentionBytes: 6000 },
                  }
                : {}),
            });
            await model.start();
            for (const step of commands) await model.step(step);
            await model.clean();
          },
        ),
        { seed, numRuns: runs },
      );
    });
  }
}

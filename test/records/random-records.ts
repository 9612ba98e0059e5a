import fc from 'fast-check';
import type { NewRecord } from '../../src/records/batch-builder.ts';

const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 120 }), { nil: null });

/** Any record that a producer may write. */
const someRecord: fc.Arbitrary<NewRecord> = fc.record({
  key: bytesOrNull,
  value: bytesOrNull,
  headers: fc.array(
    fc.record({ key: fc.string({ maxLength: 12, unit: 'grapheme' }), value: bytesOrNull }),
    {
      maxLength: 3,
    },
  ),
  timestamp: fc.oneof(
    fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
    fc.integer({ min: 0, max: 4_000_000_000_000 }),
  ),
});

/** The records of one batch. */
export const someRecords = fc.array(someRecord, { minLength: 1, maxLength: 12 });

/** The header of a producer's batch. */
export const someProducer = fc.record({
  producerId: fc.maxSafeNat(),
  producerEpoch: fc.nat(32_767),
  baseSequence: fc.nat(2_147_483_647),
  transactional: fc.boolean(),
});

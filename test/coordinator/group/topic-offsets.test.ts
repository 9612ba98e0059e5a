import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TopicOffsets } from '../../../src/coordinator/group/offsets/topic-offsets.ts';
import type { CommittedOffset } from '../../../src/coordinator/group/offsets/topic-offsets.ts';
import { zeroUuid } from '../../../src/protocol/uuid.ts';
import { holds } from '../../records/property.ts';

const oneTopic = 'oneTopicAAAAAAAAAAAAAA';
const otherTopic = 'otherTopicAAAAAAAAAAAA';

const committed: fc.Arbitrary<CommittedOffset> = fc.record(
  {
    offset: fc.oneof(fc.nat(), fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER })),
    leaderEpoch: fc.integer({ min: -1 }),
    metadata: fc.constantFrom('', '', 'said'),
    commitTimestampMs: fc.nat({ max: 2_000_000_000_000 }),
    expireTimestampMs: fc.constantFrom(-1, -1, 5),
    topicId: fc.constantFrom(zeroUuid, oneTopic, oneTopic, otherTopic),
  },
  { noNullPrototype: true },
);
const partition = fc.oneof(fc.nat({ max: 12 }), fc.constantFrom(0x7fff_ffff, 100_000));
const step = fc.oneof(
  fc.record({ partition, value: committed }),
  fc.record({ partition, value: fc.constant(undefined) }),
);

test('the offsets of a topic are as in a map', () => {
  holds(
    fc.property(fc.constantFrom(zeroUuid, oneTopic), fc.array(step), (topicId, steps) => {
      const offsets = new TopicOffsets(topicId);
      const model = new Map<number, CommittedOffset>();
      for (const { partition: at, value } of steps) {
        if (value === undefined) {
          assert.equal(offsets.delete(at), model.delete(at));
        } else {
          offsets.set(at, value);
          model.set(at, value);
        }
        assert.deepEqual(offsets.get(at), model.get(at));
        assert.equal(offsets.size, model.size);
      }
      const expected = [...model].toSorted(([a], [b]) => a - b);
      assert.deepEqual([...offsets.entries()], expected);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionForGroup } from '../../../src/coordinator/group/group-partition.ts';

/** By Apache Kafka 4.3's own classes: `Utils.abs(groupId.hashCode()) % 50`, and `% 7`. */
const expected: readonly [groupId: string, of50: number, of7: number][] = [
  ['', 0, 0],
  ['g', 3, 5],
  ['readers', 28, 0],
  ['console-consumer-12345', 6, 6],
  ['ünïcödé', 49, 6],
  ['日本語', 43, 5],
  ['😀', 49, 2],
  // Its hash is the least that there is.
  ['polygenelubricants', 0, 0],
  ['a-group-with-a-rather-long-name-0123456789', 48, 4],
];

for (const [groupId, of50, of7] of expected) {
  test(`the group '${groupId}' is kept where Apache Kafka keeps it`, () => {
    assert.equal(partitionForGroup(groupId, 50), of50);
    assert.equal(partitionForGroup(groupId, 7), of7);
    assert.equal(partitionForGroup(groupId, 1), 0);
  });
}

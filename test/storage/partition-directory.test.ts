import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  deletedDirectoryName,
  parsePartitionDirectoryName,
  partitionDirectoryName,
  strayDirectoryName,
} from '../../src/storage/partition-directory.ts';

const uniqueId = '67b03a66d98f46f7b9d4d5c1c440eb14';

describe('names of partition directories', () => {
  it('a partition reads back as topic and number, dashes in the topic or not', () => {
    for (const topic of ['orders', 'a-b-c', 'x.y_z-1', '__consumer_offsets', 'q'.repeat(249)]) {
      const parsed = parsePartitionDirectoryName(partitionDirectoryName(topic, 17));
      assert.deepEqual(parsed, { kind: 'partition', topic, partition: 17 });
    }
  });

  it('what Apache Kafka renames is told apart by its suffix', () => {
    const kindOf = (name: string): string => parsePartitionDirectoryName(name).kind;
    assert.equal(kindOf(`sparse_gap-2.${uniqueId}-delete`), 'deleted');
    assert.equal(kindOf(`orders-0.${uniqueId}-future`), 'future');
    assert.equal(kindOf(`orders-0.${uniqueId}-stray`), 'stray');
  });

  it('anything else is nothing of ours', () => {
    const others = [
      'lost+found',
      'orders',
      'orders-',
      'orders-x',
      'orders-01',
      '-3',
      'orders-0.',
      '.lock',
    ];
    const tooLarge = ['orders-2147483648', 'orders-99999999999', `${'q'.repeat(250)}-0`];
    for (const name of [
      ...others,
      ...tooLarge,
      'recovery-point-offset-checkpoint',
      'meta.properties',
    ]) {
      assert.equal(parsePartitionDirectoryName(name).kind, 'other', name);
    }
  });

  it('a renamed directory keeps within 255 bytes, at the cost of the topic', () => {
    const name = deletedDirectoryName('q'.repeat(249), 2_000_000_000, uniqueId);
    assert.equal(name.length, 255);
    assert.ok(name.endsWith(`q-2000000000.${uniqueId}-delete`));
    assert.equal(parsePartitionDirectoryName(name).kind, 'deleted');
    assert.equal(strayDirectoryName('orders', 4, uniqueId), `orders-4.${uniqueId}-stray`);
  });
});

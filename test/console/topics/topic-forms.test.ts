import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordsBefore, recordsGone } from '../../../console/src/topics/delete-records.ts';
import {
  emptyTopicForm,
  isTopicFormWhole,
  newTopicBody,
  topicFormProblems,
} from '../../../console/src/topics/new-topic.ts';
import type { PartitionFigures } from '../../../src/admin/contract/picture.ts';

function partition(index: number, start: number | null, end: number | null): PartitionFigures {
  return {
    index,
    leader: 1,
    leaderEpoch: 0,
    replicas: [1],
    isr: [1],
    logStartOffset: start,
    highWatermark: end,
    logEndOffset: end,
    sizeBytes: 0,
    messagesPerSecond: 0,
    bytesPerSecond: 0,
    followerLag: {},
  };
}

test('a form without numbers leaves them to the broker', () => {
  assert.deepEqual(newTopicBody({ ...emptyTopicForm, name: 'a' }), { name: 'a' });
  const configs = [
    { key: ' retention.ms ', value: '1' },
    { key: '', value: 'x' },
  ];
  assert.deepEqual(
    newTopicBody({
      ...emptyTopicForm,
      name: 'a',
      partitions: '3',
      replicationFactor: '2',
      configs,
    }),
    { name: 'a', partitions: 3, replicationFactor: 2, configs: { 'retention.ms': '1' } },
  );
});

test('a filtered topic has the partitions of its source, whatever was put in before', () => {
  const form = {
    ...emptyTopicForm,
    kind: 'filtered' as const,
    name: 'a',
    partitions: '3',
    source: 'b',
    filter: 'key == "x"',
  };
  assert.deepEqual(newTopicBody(form), {
    name: 'a',
    configs: { 'odradek.source.topic': 'b', 'odradek.filter': 'key == "x"' },
  });
  assert.ok(isTopicFormWhole(form));
  assert.ok(!isTopicFormWhole({ ...form, filter: ' ' }));
});

test('what can be seen to be wrong is said at its field', () => {
  const problems = (changed: object) =>
    Object.keys(topicFormProblems({ ...emptyTopicForm, ...changed }));
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ name: 'a b' }), ['name']);
  assert.deepEqual(problems({ name: '..' }), ['name']);
  assert.deepEqual(problems({ partitions: '0', replicationFactor: '1.5' }), [
    'partitions',
    'replicationFactor',
  ]);
  assert.ok(!isTopicFormWhole(emptyTopicForm));
});

test('only partitions in which something lies before the offset are named', () => {
  const partitions = [partition(0, 0, 100), partition(1, 50, 60), partition(2, null, null)];
  const before = recordsBefore(partitions, 'all', 55);
  assert.deepEqual(before, [
    { partition: 0, offset: 55 },
    { partition: 1, offset: 55 },
  ]);
  assert.equal(recordsGone(partitions, before), 60);
  assert.deepEqual(recordsBefore(partitions, 'all', 20), [{ partition: 0, offset: 20 }]);
  assert.deepEqual(recordsBefore(partitions, '1', 1000), [{ partition: 1, offset: -1 }]);
  assert.equal(recordsGone(partitions, recordsBefore(partitions, 'all', -1)), 110);
});

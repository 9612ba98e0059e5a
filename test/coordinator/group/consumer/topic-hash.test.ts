import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOfTopic, TopicHashes } from '../../../../src/coordinator/group/consumer/topic-hash.ts';
import { TestTopics } from './test-topics.ts';

test("a topic's hash is the one that Apache Kafka computes, racks in order", () => {
  // The id has the bytes 1 to 16; the hash comes from the Java library.
  const topic = {
    name: 'Füße',
    topicId: 'AQIDBAUGBwgJCgsMDQ4PEA',
    partitionCount: 2,
    racks: [['r2', 'r1'], []],
  };
  assert.equal(hashOfTopic(topic), -800_582_082_728_912_940n);
});

test('the hash of a group changes with its topics, and not with the order of their names', () => {
  const topics = new TestTopics();
  const hashes = new TopicHashes({ topics });
  assert.equal(hashes.ofTopics(['a', 'b']), 0n);
  topics.set('a', 1);
  topics.set('b', 1);
  const both = hashes.ofTopics(['a', 'b', 'unknown']);
  assert.equal(hashes.ofTopics(['b', 'a']), both);
  assert.notEqual(hashes.ofTopics(['a']), both);
  topics.set('b', 2);
  assert.equal(hashes.ofTopics(['a', 'b']), both, 'what was computed is kept');
  hashes.forget(['b']);
  assert.notEqual(hashes.ofTopics(['a', 'b']), both);
});

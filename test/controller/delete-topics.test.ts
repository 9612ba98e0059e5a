import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTopics, stableTopicIds } from '../../src/controller/create-topics.ts';
import { deleteTopics } from '../../src/controller/delete-topics.ts';
import type { TopicReference } from '../../src/controller/delete-topics.ts';
import { decideLeftoverRemoval } from '../../src/controller/remove-leftovers.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { carryOut, clusterOf, drawTopicId, settingsOf, topicOf } from './cluster.ts';

function imageWith(...names: readonly string[]): LiveImage {
  const image = clusterOf(1);
  const topics = names.map((name) =>
    topicOf(name, { numPartitions: 3, configs: [{ name: 'retention.ms', value: '5' }] }),
  );
  const topicIdOf = stableTopicIds(drawTopicId);
  carryOut(
    image,
    createTopics(
      image,
      { topics, validateOnly: false, topicIdOf, placementStart: 0 },
      settingsOf(),
    ),
  );
  return image;
}

const named = (name: string): TopicReference => ({ name, topicId: null });
const withId = (topicId: string): TopicReference => ({ name: null, topicId });

function remove(
  image: LiveImage,
  references: readonly TopicReference[],
  settings = settingsOf(),
): string[] {
  const results = carryOut(image, deleteTopics(image, references, settings));
  return results.map(
    ({ name, refusal }) =>
      `${name}: ${refusal === undefined ? 'gone' : `${refusal.error} ${refusal.message}`}`,
  );
}

test('topics go by name and by id, with all that they had in the store', () => {
  const image = imageWith('a', 'b', 'c');
  const id = image.topicsByName.get('b')?.id ?? '';
  assert.deepEqual(remove(image, [named('a'), withId(id)]), ['a: gone', 'b: gone']);
  assert.deepEqual([...image.topicsByName.keys()], ['c']);
  assert.deepEqual([...image.orphanedTopicIds()], []);
});

test('what is not there is named as Apache names it', () => {
  const image = imageWith('a');
  assert.deepEqual(
    remove(image, [
      named('nope'),
      withId('AAAAAAAAAAAAAAAAAAAAAQ'),
      { name: null, topicId: null },
      { name: 'a', topicId: 'x' },
    ]),
    [
      'nope: UNKNOWN_TOPIC_OR_PARTITION This server does not host this topic-partition.',
      'null: UNKNOWN_TOPIC_ID This server does not host this topic ID.',
      'null: INVALID_REQUEST Neither topic name nor id were specified.',
      'a: INVALID_REQUEST You may not specify both topic name and topic id.',
    ],
  );
});

test('a topic that is named twice stays', () => {
  const image = imageWith('a', 'b', 'c');
  const idOf = (name: string): string => image.topicsByName.get(name)?.id ?? '';
  const references = [
    named('a'),
    named('b'),
    named('a'),
    withId(idOf('b')),
    withId(idOf('c')),
    withId(idOf('c')),
  ];
  assert.deepEqual(remove(image, references), [
    'a: INVALID_REQUEST Duplicate topic name.',
    'b: INVALID_REQUEST The provided topic name maps to an ID that was already supplied.',
    'null: INVALID_REQUEST Duplicate topic id.',
  ]);
  assert.equal(image.topicsByName.size, 3);
});

test('a topic given by name and by id is answered with both, in whatever order', () => {
  const image = imageWith('a');
  const id = image.topicsByName.get('a')?.id ?? '';
  for (const references of [
    [named('a'), withId(id)],
    [withId(id), named('a'), withId(id)],
  ]) {
    const [result, ...more] = deleteTopics(image, references, settingsOf()).results;
    assert.deepEqual([result?.name, result?.topicId, more], ['a', id, []]);
  }
});

test('what is not there and named twice is a duplicate too; what names nothing is answered each time', () => {
  const nothing = { name: null, topicId: null };
  const unknownId = withId('AAAAAAAAAAAAAAAAAAAAAQ');
  const image = imageWith('a');
  assert.deepEqual(
    remove(image, [named('x'), unknownId, nothing, named('x'), unknownId, nothing, named('a')]),
    [
      'x: INVALID_REQUEST Duplicate topic name.',
      'null: INVALID_REQUEST Duplicate topic id.',
      'null: INVALID_REQUEST Neither topic name nor id were specified.',
      'null: INVALID_REQUEST Neither topic name nor id were specified.',
      'a: gone',
    ],
  );
});

test('with delete.topic.enable=false nothing goes', () => {
  const image = imageWith('a');
  const settings = settingsOf({ 'delete.topic.enable': 'false' });
  assert.deepEqual(remove(image, [named('a')], settings), [
    'a: TOPIC_DELETION_DISABLED Topic deletion is disabled.',
  ]);
  assert.equal(image.topicsByName.size, 1);
});

test('what a cut-off removal left behind is removed at the next start', () => {
  const image = imageWith('a', 'b');
  const { changes } = deleteTopics(image, [named('a')], settingsOf());
  image.apply(image.revision + 1, changes.publish);
  assert.equal([...image.orphanedTopicIds()].length, 1);
  const [id] = carryOut(image, decideLeftoverRemoval(image));
  assert.ok(id !== undefined);
  assert.deepEqual([...image.orphanedTopicIds()], []);
  assert.equal(image.topicsByName.get('b')?.partitions.length, 3);
});

/**
 * Goal: a picture stays small however large the cluster is. Method: snapshots that are made up.
 */
import { ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { brokerFigures } from '../../../src/admin/picture/broker-figures.ts';
import { pictureOf } from '../../../src/admin/picture/picture.ts';
import type { Answer } from '../../../src/admin/picture/question.ts';
import { nextQuestion, takeSnapshot } from '../../../src/admin/picture/snapshot.ts';
import { Trends } from '../../../src/admin/picture/trends.ts';
import { whysOfCluster } from '../../../src/admin/picture/whys.ts';
import { LiveImage } from '../../../src/metadata/live-image.ts';
import { addTopic } from '../../controller/partitions.ts';
import { brokerKeys } from '../../metadata/broker-keys.ts';

const topicCount = 1000;
const moment = { nowMs: 100_000, wallMs: 1_800_000_000_000 };

function largeCluster() {
  const image = new LiveImage();
  image.apply(
    1,
    [1, 2, 3].flatMap((nodeId) => brokerKeys(nodeId, {})),
  );
  for (let i = 0; i < topicCount; i++) addTopic(image, `topic-${i}`, [{ replicas: [1 + (i % 3)] }]);
  addTopic(image, '__consumer_offsets', [{ replicas: [1] }]);
  const topicsLedBy = (nodeId: number): number[] =>
    Array.from({ length: topicCount }, (_, i) => i).filter((i) => 1 + (i % 3) === nodeId);
  const answers = new Map(
    [1, 2, 3].map((nodeId): [number, Answer] => [
      nodeId,
      {
        nodeId,
        atMs: moment.nowMs - 10,
        figures: {
          startedMs: 0,
          version: '',
          windowMs: 5000,
          bytesIn: 0,
          messagesIn: 0,
          bytesOut: 0,
          requests: 0,
          connections: 0,
          rssBytes: 1,
          heapUsedBytes: 1,
          latencies: [],
          logDirs: [],
          topics: topicsLedBy(nodeId)
            .slice(-100)
            .map((i) => ({
              topic: `topic-${i}`,
              topicId: '',
              partitions: [
                {
                  partition: 0,
                  logStartOffset: 0,
                  highWatermark: i,
                  logEndOffset: i,
                  sizeBytes: 1,
                  bytesIn: i,
                  messagesIn: i,
                  bytesOut: 0,
                  followers: [],
                  readers: [],
                },
              ],
            })),
          topicsActive: 100,
          filters: [],
          producers: Array.from({ length: 50 }, (_, i) => ({
            id: String(i),
            clientId: 'till',
            address: 'somewhere:1',
            lastWroteMs: 0,
            topics: [{ topic: 'topic-1', partitions: [0], bytesIn: i, messagesIn: i }],
          })),
          producersMore: 7,
          groups: Array.from({ length: 100 }, (_, i) => ({
            groupId: `group-${nodeId}-${i}`,
            groupType: 'classic',
            state: 'Empty',
            protocolType: 'consumer',
            assignor: '',
            members: [],
            offsets: [
              {
                topic: `topic-${topicsLedBy(nodeId).at(-1)}`,
                partitions: [{ partition: 0, committedOffset: i }],
              },
            ],
          })),
          groupsMore: 11,
          positions: [],
        },
      },
    ]),
  );
  return takeSnapshot(image, answers, moment);
}

test('of a thousand topics the busiest are drawn, and those that were asked for; internal ones last', () => {
  const snapshot = largeCluster();
  const brokers = brokerFigures(snapshot.image, snapshot.answers, () => null);
  const settings = () => ({ minInsyncReplicas: 1, uncleanLeaderElection: false });
  const context = { brokers, trends: new Trends(), settings };
  const whys = whysOfCluster(snapshot, context, 50);
  const view = {
    topics: new Set(['topic-3', '__consumer_offsets']),
    groups: new Set(['group-2-99']),
  };
  const picture = pictureOf(snapshot, view, { ...context, nodeId: 1, whys });
  strictEqual(picture.topics.length, 52);
  strictEqual(picture.topics.length + picture.topicsMore, topicCount + 1);
  strictEqual(picture.topics[0]?.name, 'topic-999');
  ok(picture.topics.some(({ name }) => name === 'topic-3'));
  strictEqual(picture.topics.at(-1)?.name, '__consumer_offsets');
  strictEqual(picture.producers.length, 50);
  strictEqual(picture.producersMore, 100 + 21);
  strictEqual(new Set(picture.producers.map(({ id }) => id)).size, 50);
  strictEqual(picture.groups.length, 51);
  strictEqual(picture.groupsMore, 249 + 33);
  ok(picture.groups.some(({ groupId }) => groupId === 'group-2-99'));
  strictEqual(picture.whys.length, 50);
  ok(JSON.stringify(picture).length < 150_000, `${JSON.stringify(picture).length} bytes`);
});

test('what is asked for next is bounded too', () => {
  const wanted = { topics: [], groups: [], topicsMax: 100, groupsMax: 100, producersMax: 50 };
  const question = nextQuestion(wanted, largeCluster());
  ok(question.topics.length <= 500);
  const positions = question.positions.flatMap(({ partitions }) => partitions);
  ok(positions.length > 100 && positions.length <= 1000, `${positions.length} positions`);
});

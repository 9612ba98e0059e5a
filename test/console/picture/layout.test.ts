import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box, Layout } from '../../../console/src/picture/boxes.ts';
import { lanesMax } from '../../../console/src/picture/columns.ts';
import { sceneOf } from '../../../console/src/picture/compose-scene.ts';
import { flowsOf } from '../../../console/src/picture/flows.ts';
import { layoutOf } from '../../../console/src/picture/layout.ts';
import type { Scene } from '../../../console/src/picture/scene.ts';
import { clusterOf, pictureFrom, pictureWith } from './pictures.ts';

const sizes = [
  { brokers: 1, topics: 0, groups: 0 },
  { brokers: 1, topics: 1, groups: 1 },
  { brokers: 3, topics: 3, groups: 3 },
  { brokers: 5, topics: 14, groups: 6 },
  { brokers: 20, topics: 1000, groups: 300 },
];
const widths = [320, 390, 759, 760, 900, 1184, 2200];

function sceneFor(size: (typeof sizes)[number], width: number): Scene {
  return sceneOf(pictureWith(size), { columnsMax: lanesMax(width), heightMax: 620 });
}

function boxesOf(layout: Layout): Box[] {
  const { producers, producersMore, bands, topicsMore, groups, groupsMore } = layout;
  return [...producers, ...bands, ...groups, producersMore, topicsMore, groupsMore].filter(
    (box) => box !== null,
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test('nothing overlaps and nothing sticks out, whatever the size of cluster and screen', () => {
  for (const size of sizes) {
    for (const width of widths) {
      const layout = layoutOf(sceneFor(size, width), width);
      const what = `${JSON.stringify(size)} at ${width}`;
      const boxes = boxesOf(layout);
      for (const [index, box] of boxes.entries()) {
        assert.ok(box.x >= 0 && box.x + box.width <= width + 0.5, what);
        assert.ok(box.y >= 0 && box.y + box.height <= layout.height + 0.5, what);
        assert.ok(box.width > 0 && box.height > 0, what);
        for (const other of boxes.slice(index + 1)) assert.ok(!overlap(box, other), what);
      }
    }
  }
});

test('each replica stands on the lane of its broker', () => {
  const layout = layoutOf(sceneFor({ brokers: 3, topics: 3, groups: 3 }, 1184), 1184);
  for (const { rows } of layout.bands) {
    for (const { cells } of rows) {
      for (const [index, cell] of cells.entries()) {
        const lane = layout.lanes[index];
        assert.ok(lane);
        assert.equal(cell.nodeId, lane.nodeId);
        assert.ok(cell.x >= lane.x && cell.x + cell.width <= lane.x + lane.width);
      }
    }
  }
});

test('a thousand topics are no higher than a screen or two', () => {
  const layout = layoutOf(sceneFor({ brokers: 20, topics: 1000, groups: 300 }, 1184), 1184);
  assert.ok(layout.height < 1000, String(layout.height));
});

test('messages flow from each producer to the leader, and from the leader to the member that owns', () => {
  const scene = sceneFor({ brokers: 3, topics: 3, groups: 3 }, 1184);
  const layout = layoutOf(scene, 1184);
  const flows = flowsOf(scene, layout, () => 5);
  const writes = flows.filter(({ kind, topic }) => kind === 'write' && topic === 'orders');
  assert.equal(writes.length, 3, 'one for each partition');
  const band = layout.bands.find(({ topic }) => topic === 'orders');
  const partitions = scene.bands.find(({ topic }) => topic === 'orders')?.partitions ?? [];
  for (const [index, { leader }] of partitions.entries()) {
    const cell = band?.rows[index]?.cells.find(({ nodeId }) => nodeId === leader);
    const end = writes[index]?.path.points.at(-1);
    assert.equal(end?.x, cell?.x);
  }
  const reads = flows.filter(({ kind, end }) => kind === 'read' && end === 'billing');
  assert.ok(reads.length > 0);
  const [box] = layout.groups.filter(({ groupId }) => groupId === 'billing');
  assert.ok(reads.every(({ path }) => path.points.at(-1)?.x === box?.x));
});

test('a folded topic has one flow for each broker that leads some of it, and all of what is written', () => {
  const scene = sceneFor({ brokers: 5, topics: 200, groups: 6 }, 1184);
  const flows = flowsOf(scene, layoutOf(scene, 1184), () => 0);
  for (const producer of scene.producers) {
    for (const { topic, messagesPerSecond } of producer.topics) {
      const own = flows.filter((flow) => flow.end === producer.id && flow.topic === topic);
      const total = own.reduce((sum, flow) => sum + flow.messagesPerSecond, 0);
      assert.ok(Math.abs(total - messagesPerSecond) < 1e-6, `${topic}: ${total}`);
    }
  }
});

test('nothing flows into a partition that nobody leads', () => {
  const cluster = clusterOf({ brokers: 1 });
  cluster.kill(1);
  const scene = sceneOf(pictureFrom(cluster), { columnsMax: 8, heightMax: 620 });
  assert.deepEqual(
    flowsOf(scene, layoutOf(scene, 1184), () => 5),
    [],
  );
});

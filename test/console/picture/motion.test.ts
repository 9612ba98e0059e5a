import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dots, dotSpeed } from '../../../console/src/picture/dots.ts';
import type { Flow } from '../../../console/src/picture/flows.ts';
import { curve, pathThrough, pointAt } from '../../../console/src/picture/paths.ts';
import {
  commitsOf,
  dotsPerSecond,
  readRateOf,
  type Commits,
} from '../../../console/src/picture/rates.ts';
import { spread } from '../../../console/src/picture/spread.ts';
import { clusterOf, pictureFrom, startMs } from './pictures.ts';

function flowAt(messagesPerSecond: number): Flow {
  const path = pathThrough([
    { x: 0, y: 0 },
    { x: 340, y: 0 },
  ]);
  return { id: 'w', kind: 'write', topic: 'orders', end: 'p', messagesPerSecond, path };
}

/** How many dots set out in ten seconds, in frames of a fortieth. */
function dotsInTenSeconds(messagesPerSecond: number): number {
  const dots = new Dots();
  const flows = [flowAt(messagesPerSecond)];
  const seen = new Set<object>();
  for (let frame = 0; frame < 400; frame += 1) {
    dots.step(flows, 1 / 40);
    for (const dot of dots.all) seen.add(dot);
  }
  return seen.size;
}

test('a slow flow has a dot for each message, a fast one fewer, and none ever too many', () => {
  assert.equal(dotsInTenSeconds(0), 0);
  for (const rate of [1, 3]) {
    const dots = dotsInTenSeconds(rate);
    assert.ok(Math.abs(dots - rate * 10) <= 1, `${dots} at ${rate}/s`);
  }
  let last = 0;
  for (const rate of [0.5, 1, 3, 10, 100, 1000, 1e6]) {
    const dots = dotsPerSecond(rate);
    assert.ok(dots > last && dots <= 12, `${dots} at ${rate}/s`);
    last = dots;
  }
});

test('dots arrive after their way, and go on at their place when the picture is laid out anew', () => {
  const dots = new Dots();
  const flow = flowAt(1);
  dots.all.push({ flow, distance: 170 });
  const longer = {
    ...flow,
    path: pathThrough([
      { x: 0, y: 0 },
      { x: 680, y: 0 },
    ]),
  };
  dots.setFlows([longer]);
  assert.equal(dots.all[0]?.distance, 340);
  dots.step([], 680 / 2 / dotSpeed);
  assert.equal(dots.all.length, 0);
  dots.all.push({ flow, distance: 1 });
  dots.setFlows([]);
  assert.equal(dots.all.length, 0, 'a flow that is gone takes its dots along');
});

test('a curve leaves and arrives where it should, and a point is where one is after a distance', () => {
  const [from, to] = [
    { x: 0, y: 0 },
    { x: 100, y: 50 },
  ];
  const path = pathThrough([from, ...curve(from, to)]);
  assert.deepEqual(pointAt(path, 0), from);
  const end = pointAt(path, path.length + 5);
  assert.ok(Math.abs(end.x - 100) < 1e-9 && Math.abs(end.y - 50) < 1e-9);
  const corner = pathThrough([
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
  ]);
  assert.equal(corner.length, 20);
  assert.deepEqual(pointAt(corner, 15), { x: 10, y: 5 });
});

test('what is stacked stands where it wants to, and beside others where they want the same', () => {
  const items = [
    { height: 40, wanted: 100 },
    { height: 40, wanted: 300 },
  ];
  assert.deepEqual(spread(items, 8, 0), [80, 280]);
  const crowd = Array.from({ length: 4 }, () => ({ height: 40, wanted: 200 }));
  assert.deepEqual(spread(crowd, 10, 0), [105, 155, 205, 255]);
  assert.deepEqual(spread(crowd, 10, 150), [150, 200, 250, 300]);
});

test('how fast a group reads is told by its commits, and holds on between them', () => {
  const cluster = clusterOf({ groups: 1 });
  let commits: Commits | null = null;
  const rates: number[] = [];
  for (let second = 0; second <= 12; second += 1) {
    cluster.nowMs = startMs + second * 1000;
    const position = cluster.groups.get('billing')?.positions.get('orders-0');
    assert.ok(position);
    if (second % 5 === 0) position.committed += 50;
    commits = commitsOf(pictureFrom(cluster), commits);
    rates.push(readRateOf(commits)('billing', 'orders', 0));
  }
  assert.ok(
    rates.slice(5).every((rate) => rate > 3 && rate < 60),
    rates.join(' '),
  );
  assert.equal(readRateOf(commits)('billing', 'orders', 7), 0);
});

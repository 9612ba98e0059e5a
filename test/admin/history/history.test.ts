import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClusterHistory } from '../../../src/admin/history/history.ts';
import { resolutions, SubjectHistory } from '../../../src/admin/history/subject-history.ts';
import { brokerFigures } from '../../../src/admin/picture/broker-figures.ts';
import { takeSnapshot } from '../../../src/admin/picture/snapshot.ts';
import { LiveImage } from '../../../src/metadata/live-image.ts';
import { brokerKeys } from '../../metadata/broker-keys.ts';

const startMs = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;

test('values are read back as they were written, and what was not written is not known', () => {
  const history = new SubjectHistory(2);
  history.add(startMs, [1, null]);
  history.add(startMs + 5000, [2, 20]);
  history.add(startMs + 20_000, [5, 50]);
  const read = history.read(startMs, startMs + 60_000);
  deepStrictEqual(
    read.timesMs.map((ms) => ms - startMs),
    [0, 5000, 10_000, 15_000, 20_000],
  );
  deepStrictEqual(read.values, [
    [1, 2, null, null, 5],
    [null, 20, null, null, 50],
  ]);
});

test('of an hour every 5 s are kept, of a day every minute, and nothing older', () => {
  const history = new SubjectHistory(1);
  const points = (30 * hourMs) / 5000;
  for (let i = 0; i < points; i++) history.add(startMs + i * 5000, [i]);
  const endMs = startMs + (points - 1) * 5000;
  const hour = history.read(endMs - hourMs + 5000, endMs);
  strictEqual(hour.timesMs.length, 720);
  deepStrictEqual(hour.values[0]?.slice(-2), [points - 2, points - 1]);
  const day = history.read(startMs, endMs);
  strictEqual(day.timesMs.length, 1440);
  strictEqual(day.timesMs[1], (day.timesMs[0] ?? 0) + 60_000);
});

test('of a young broker the fine points are shown, however far back is asked for', () => {
  const history = new SubjectHistory(1);
  // In the midst of a minute, of which the coarse points have the beginning.
  for (let i = 0; i < 10; i++) history.add(startMs + 15_000 + i * 5000, [i]);
  strictEqual(history.read(0, startMs + hourMs).timesMs.length, 10);
});

test('a clock that jumps breaks nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ atMs: fc.nat(3 * hourMs), value: fc.nat(1000) }), { maxLength: 50 }),
      (entries) => {
        const history = new SubjectHistory(1);
        for (const { atMs, value } of entries) history.add(startMs + atMs, [value]);
        const { timesMs, values } = history.read(startMs, startMs + 3 * hourMs);
        strictEqual(values[0]?.length, timesMs.length);
        ok(timesMs.length <= Math.max(...resolutions.map(({ points }) => points)));
        const first = entries[0];
        if (first !== undefined) ok(values[0]?.some((value) => value !== null) === true);
      },
    ),
  );
});

function snapshotAt(atMs: number) {
  const image = new LiveImage();
  image.apply(1, brokerKeys(1, {}));
  const snapshot = takeSnapshot(image, new Map(), { nowMs: atMs, wallMs: atMs });
  return { snapshot, brokers: brokerFigures(image, new Map(), () => null) };
}

test('subjects are told apart by their kind, and there are no others', () => {
  const history = new ClusterHistory();
  const { snapshot, brokers } = snapshotAt(startMs);
  history.note(snapshot, brokers);
  strictEqual(history.read('cluster', startMs, startMs)?.timesMs.length, 1);
  strictEqual(history.read('broker:1', startMs, startMs)?.timesMs.length, 1);
  deepStrictEqual(history.read('broker:1', startMs, startMs)?.series[0], {
    name: 'bytes in',
    unit: 'bytes/s',
    values: [null],
  });
  deepStrictEqual(history.read('topic:none', 0, startMs)?.timesMs, []);
  for (const subject of ['', 'broker', 'cluster:1', 'nothing:1', 'constructor:x', '__proto__']) {
    strictEqual(history.read(subject, 0, startMs), undefined, subject);
  }
});

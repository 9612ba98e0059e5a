import assert from 'node:assert/strict';
import { test } from 'node:test';
import { panelsOf, panelText } from '../../../console/src/plots/units.ts';
import type { History } from '../../../src/admin/contract/picture.ts';

const history: History = {
  timesMs: [0, 5000, 10_000],
  series: [
    { name: 'in', unit: 'bytes/s', values: [1024, null, 2048] },
    { name: 'lag', unit: 'seconds', values: [null, null, null] },
    { name: 'out', unit: 'bytes/s', values: [0, 512, null] },
  ],
};

test('figures of one unit share a plot', () => {
  assert.deepEqual(
    panelsOf(history).map(({ unit, series }) => [unit, series.map(({ name }) => name)]),
    [
      ['bytes/s', ['in', 'out']],
      ['seconds', ['lag']],
    ],
  );
});

test('a plot is told in words, gaps and all', () => {
  assert.deepEqual(panelsOf(history).map(panelText), [
    'Throughput. in: 2 KiB/s now, between 1 KiB/s and 2 KiB/s. out: 512 B/s now, between 0 B/s and 512 B/s.',
    'Lag in time. lag: nothing is known.',
  ]);
});

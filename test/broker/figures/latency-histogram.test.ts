import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyHistogram, latencyTicks } from '../../../src/broker/figures/latency-histogram.ts';

test('quantiles are told within a sixteenth of what was measured', () => {
  for (const ms of [0.3, 1, 2.5, 17, 100, 999, 12_345, 3_600_000]) {
    const histogram = new LatencyHistogram();
    histogram.sample(0);
    histogram.record(ms);
    const { p50Ms = 0 } = histogram.recent() ?? {};
    ok(p50Ms >= ms && p50Ms <= ms * 1.07 + 1 / 16, `${ms} ms is told as ${p50Ms}`);
  }
});

test('half lie below the median, and one of a hundred above the 99th percentile', () => {
  const histogram = new LatencyHistogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
  const { p50Ms = 0, p99Ms = 0, count } = histogram.recent() ?? {};
  ok(Math.abs(p50Ms - 500) < 40, `${p50Ms}`);
  ok(Math.abs(p99Ms - 990) < 70, `${p99Ms}`);
  strictEqual(count, 1000);
});

test('requests of long ago do not count', () => {
  const histogram = new LatencyHistogram();
  histogram.sample(0);
  histogram.record(5);
  for (let tick = 1; tick < latencyTicks; tick++) histogram.sample(tick);
  strictEqual(histogram.recent()?.count, 1);
  histogram.sample(latencyTicks);
  histogram.sample(latencyTicks + 1);
  strictEqual(histogram.recent(), undefined);
  strictEqual(histogram.count, 1);
});

test('times that make no sense break nothing', () => {
  const histogram = new LatencyHistogram();
  for (const ms of [-1, 0, Number.MAX_SAFE_INTEGER]) histogram.record(ms);
  const { count, p50Ms } = histogram.recent() ?? {};
  deepStrictEqual([count, p50Ms], [3, 1 / 16]);
});

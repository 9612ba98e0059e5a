/**
 * What each value of `compression.lz4.level` costs and saves: level 9 is the library's quick compressor, the
 * others are our own encoder (docs/decisions/0011-lz4-library.md).
 *
 *   node benchmarks/lz4-levels.ts [--tiny]
 *
 * Prints, for a MiB of each sample, the compressed size, MB per CPU second, and the speed as a part of level
 * 9's: the median of five rounds in which the levels take turns. `--tiny` runs everything once.
 */
import { parseArgs } from 'node:util';
import { compress } from '../src/records/compression.ts';
import { median } from './lib/figures.ts';
import { lz4Samples } from './lib/lz4-samples.ts';

const { values: options } = parseArgs({ options: { tiny: { type: 'boolean', default: false } } });
const quickLevel = 9;
const levels = [quickLevel, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12];

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** MB per CPU second at `level`, over a fifth of a second or one run, whichever is longer. */
function rateAt(level: number, sample: Uint8Array): number {
  const budgetSeconds = options.tiny ? 0 : 0.2;
  const before = cpuSeconds();
  let runs = 0;
  do {
    compress('lz4', sample, level);
    runs++;
  } while (cpuSeconds() - before < budgetSeconds);
  return (runs * sample.length) / 1e6 / (cpuSeconds() - before);
}

for (const [name, whole] of lz4Samples()) {
  const sample = options.tiny ? whole.subarray(0, 100_000) : whole;
  for (const level of levels) rateAt(level, sample);
  const rounds = Array.from({ length: options.tiny ? 1 : 5 }, () =>
    levels.map((level) => rateAt(level, sample)),
  );
  for (const [i, level] of levels.entries()) {
    const rate = median(rounds.map((rates) => rates[i] as number));
    const part = median(rounds.map((rates) => (rates[i] as number) / (rates[0] as number)));
    const size = compress('lz4', sample, level).length;
    console.log(
      `${name.padEnd(12)} level ${String(level).padStart(2)} ${String(size).padStart(9)} bytes` +
        ` ${rate.toFixed(1).padStart(8)} MB/s ${part.toFixed(3).padStart(7)} of level 9`,
    );
  }
}

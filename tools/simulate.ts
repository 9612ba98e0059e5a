/**
 * `npm run simulate -- [--seeds N] [--seed S] [--keep-going]`: runs the simulation of whole clusters for N seeds
 * from S on (for S alone where N is not given), and tells how the first violation came about. With `--keep-going`
 * it does not end there, and names all seeds that failed.
 */
import { parseArgs } from 'node:util';
import type { Violation } from '../test/history/violation.ts';
import { addCounts, describeCounts, noCounts } from '../test/simulation/cluster/counts.ts';
import { story } from '../test/simulation/cluster/report.ts';
import { runClusterSimulation } from '../test/simulation/cluster/run-cluster-simulation.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
});
const first = Number(values.seed ?? 1);
const count = Number(values.seeds ?? (values.seed === undefined ? 100 : 1));
if (!Number.isInteger(first) || !Number.isInteger(count) || count < 1) {
  console.error('--seed and --seeds are whole numbers');
  process.exit(2);
}

const startMs = performance.now();
const totals = noCounts();
const failed: number[] = [];
let done = 0;
let told: string | undefined;
let tellAtMs = startMs + 10_000;

function progress(): string {
  const perSecond = (done / (performance.now() - startMs)) * 1000;
  const failures = failed.length === 0 ? '' : `, failed: ${failed.join(' ')}`;
  return `${done} of ${count} seeds, ${perSecond.toFixed(2)} a second${failures}`;
}

for (let seed = first; seed < first + count; seed++) {
  const report = await runClusterSimulation(seed);
  done++;
  addCounts(totals, report.counts);
  if (report.violations.length > 0) {
    failed.push(seed);
    told ??= story(report);
    const [{ rule, message }] = report.violations as [Violation];
    console.log(`seed ${seed}: ${rule}: ${message.split('\n', 1)[0]}`);
    if (!values['keep-going']) break;
  }
  if (performance.now() < tellAtMs) continue;
  console.log(progress());
  tellAtMs = performance.now() + 10_000;
}

if (told !== undefined) console.log(told);
console.log(progress());
console.log(describeCounts(totals));
process.exitCode = failed.length === 0 ? 0 : 1;

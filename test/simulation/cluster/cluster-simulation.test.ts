/**
 * Goal: whatever happens to brokers, machines, disks, clocks, network and store, a cluster keeps what it promises,
 * and comes to rest when all is healed.
 * Method: three to five whole brokers on the simulated runtime with a simulated store; producers, readers and groups
 * record a history; a nemesis does what the seed decides. When it has gone on long enough everything is healed, and
 * `checkHistory` holds the history to the promise for the faults that there were.
 *
 * `npm run simulate -- --seeds 1000` runs more seeds, `npm run simulate -- --seed 17` one; `ODRADEK_SEED=17` does
 * that here.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addCounts, describeCounts, noCounts, type Counts } from './counts.ts';
import { story } from './report.ts';
import { runClusterSimulation } from './run-cluster-simulation.ts';

const seedCount = Number(process.env['ODRADEK_SEEDS'] ?? 30);
const seeds =
  process.env['ODRADEK_SEED'] === undefined
    ? Array.from({ length: seedCount }, (_, i) => i + 1)
    : process.env['ODRADEK_SEED'].split(',').map(Number);
/** What the seeds together have to see, so that they prove something. */
const least: Partial<Counts> = {
  leaderChanges: 200,
  truncations: 50,
  shrinks: 100,
  growths: 100,
  powerLosses: 20,
  storeOutages: 20,
  reassignmentsCut: 1,
};
const totals = noCounts();
const digests = new Map<number, string>();

for (const seed of seeds) {
  test(`seed ${seed}: a cluster keeps what it promises through all faults, and comes to rest`, async () => {
    const report = await runClusterSimulation(seed);
    addCounts(totals, report.counts);
    digests.set(seed, report.digest);
    assert.ok(report.violations.length === 0, story(report));
  });
}

test('the same seed gives the same run, event for event', async () => {
  const [seed = 1] = seeds;
  const { digest } = await runClusterSimulation(seed);
  assert.equal(digest, digests.get(seed));
});

after(() => {
  console.log(`${seeds.length} seeds: ${describeCounts(totals)}`);
  if (seeds.length < 30) return;
  for (const [name, count] of Object.entries(least)) {
    const seen = totals[name as keyof Counts];
    assert.ok(seen >= count, `${seen} ${name} in ${seeds.length} seeds is too few`);
  }
});

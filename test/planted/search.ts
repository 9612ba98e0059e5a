/**
 * Looks for a bug by running a simulation, one seed after the other, and writes what it found as JSON. In a process
 * of its own, for the bug is in the sources as it loads them:
 *
 *   node test/planted/search.ts 'skip the epoch check' 17,18,19            until a seed shows what the bug does
 *   node test/planted/search.ts --without 'skip the epoch check' 17,18,19  the same without the bug
 */
import assert from 'node:assert/strict';
import { plant } from './plant.ts';
import { plantedBugs } from './planted-bugs.ts';
import { seededRun, type Finding } from './simulations.ts';

/** What a seed found first. */
export interface SeedFinding extends Finding {
  readonly seed: number;
  /** Whether it is what the bug does. */
  readonly isExpected: boolean;
}

const args = process.argv.slice(2);
const without = args[0] === '--without';
const [name, seeds = ''] = without ? args.slice(1) : args;
const bug = plantedBugs.find((each) => each.name === name);
assert.ok(bug !== undefined, `there is a planted bug of the name ${name}`);
const planted = without ? undefined : plant(bug);
const run = await seededRun(bug.hunt);
assert.ok(planted?.isLoaded !== false, `${bug.module} has been loaded with the bug`);
const found: SeedFinding[] = [];
for (const seed of seeds.split(',').map(Number)) {
  const [finding] = await run(seed);
  if (finding === undefined) continue;
  const { rule, message } = finding;
  const isExpected = bug.shows.test(`${rule}: ${message}`);
  found.push({ seed, rule, message, isExpected });
  if (isExpected) break;
}
console.log(JSON.stringify(found));

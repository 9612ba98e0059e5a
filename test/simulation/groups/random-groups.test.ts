import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tally } from './member.ts';
import { GroupWorld } from './world.ts';

const oneSeed = process.env['ODRADEK_SEED'];
const firstSeed = oneSeed === undefined ? 1 : Number(oneSeed);
const seedCount = oneSeed === undefined ? Number(process.env['ODRADEK_RUNS'] ?? 250) : 1;
/** How often each must have happened in all seeds together. */
const leastOften = 100;

/*
 * Goal: whatever members, networks and disks do, a partition has one owner at most in a generation or member
 * epoch, every group settles once the trouble ends, and no committed offset is lost or goes back.
 * Method: members of both protocols against the coordinators as the broker runs them, on a log that refuses,
 * fails and is led by others, in virtual time. Each world is one seed's; the test fails as well where its
 * worlds together saw too little of what it is about.
 */
test('random members of groups: one owner each, all settle, nothing committed is lost', (context) => {
  const tally: Tally = {
    members: 0,
    rebalances: 0,
    fencings: 0,
    expiries: 0,
    protocolChanges: 0,
    lostLeaderships: 0,
    commits: 0,
  };
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    try {
      new GroupWorld(seed, tally).run();
    } catch (error) {
      throw new Error(`ODRADEK_SEED=${seed} replays this`, { cause: error });
    }
  }
  context.diagnostic(`${seedCount} seeds: ${JSON.stringify(tally)}`);
  if (oneSeed !== undefined) return;
  for (const [what, count] of Object.entries(tally)) {
    assert.ok(count >= leastOften, `${count} ${what}, and not ${leastOften}`);
  }
});

/*
 * Goal: whatever happens to brokers and their store, nobody answers as a leader whose place may have been taken,
 * and when all is well again every broker is a member, one is the controller, and all partitions are led and in
 * sync.
 * Method: three brokers in a simulation, whose store answers late, not at all or after the fact; processes end
 * and start again, machines lose power one at a time, hosts are cut off from each other and from the store,
 * brokers stop in order; their clocks are a little fast or slow. It is looked at after each event.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../../config/property.ts';
import { runMembershipSimulation } from './run-membership-simulation.ts';

for (const seed of seeds) {
  test(`members come, go and are cut off, and nobody leads in another's place (ODRADEK_SEED=${seed})`, async (t) => {
    const counts = await runMembershipSimulation(seed);
    t.diagnostic(JSON.stringify(counts));
    assert.ok(counts.elections > 200 && counts.lapses > 2);
  });
}

/**
 * Goal: what goes wrong only where several things happen within moments of each other does not go wrong.
 * Method: three brokers on the simulated runtime, to which exactly these things are done; what producers were told is
 * held against what all logs have in the end.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../../config/property.ts';
import { commitWithoutCopy } from './commit-scenarios.ts';
import { powerLostByAll } from './durability-scenarios.ts';
import { growthAfterElection } from './growth-scenarios.ts';
import { resentAfterTruncation } from './truncation-scenarios.ts';

for (const seed of seeds) {
  test(`a follower comes in only with all that any leader before has acknowledged (ODRADEK_SEED=${seed})`, async () => {
    assert.deepEqual(await growthAfterElection(seed), []);
  });

  test(`what a leader has cut off is no duplicate when it is sent again (ODRADEK_SEED=${seed})`, async () => {
    assert.deepEqual(await resentAfterTruncation(seed), []);
  });

  test(`what was synced before it was acknowledged is there when all lose power (ODRADEK_SEED=${seed})`, async () => {
    assert.deepEqual(await powerLostByAll(seed), []);
  });

  test(`a group has committed what others than its coordinator know (ODRADEK_SEED=${seed})`, async () => {
    assert.deepEqual(await commitWithoutCopy(seed), []);
  });
}

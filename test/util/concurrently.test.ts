import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concurrently } from '../../src/util/concurrently.ts';

describe('concurrently', () => {
  it('works on every item, and on no more than the limit at a time', async () => {
    let [active, most] = [0, 0];
    const seen: number[] = [];
    await concurrently([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      active += 1;
      most = Math.max(most, active);
      await Promise.resolve();
      seen.push(item);
      active -= 1;
    });
    assert.equal(most, 3);
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7]);
  });

  it('fails with the first failure, begins nothing after it, and waits for what is under way', async () => {
    const begun: number[] = [];
    let finished = false;
    const work = concurrently([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('one');
      await Promise.resolve();
      await Promise.resolve();
      finished = true;
    });
    await assert.rejects(work, /one/);
    assert.deepEqual(begun, [1, 2]);
    assert.ok(finished);
  });
});

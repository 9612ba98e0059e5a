import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplicationThrottle } from '../../src/replication/replication-throttle.ts';
import type { LogConfig } from '../../src/storage/log-config.ts';
import { partitionImage } from './partition-images.ts';
import { Replica } from './replica-fixture.ts';

/** A throttle of broker 1, which leads `orders-0`; 3 is not in sync. */
function throttled(side: 'leader' | 'follower', config: Partial<LogConfig>) {
  const replica = new Replica(1, partitionImage([1, 2, 3], { isr: [1, 2] }), config);
  const { clock } = replica.fixture;
  const settings = { bytesPerSecond: 1000, windowMs: 1000 };
  const throttle = new ReplicationThrottle(
    { nodeId: 1, side },
    { clock, settings: () => settings },
  );
  return { throttle, partition: replica.partition, clock, settings };
}

test('a replica is throttled where it is listed with its broker, on the side of the list', () => {
  const listed = (side: 'leader' | 'follower', replicas: readonly string[]): boolean => {
    const { throttle, partition } = throttled(side, {
      leaderReplicationThrottledReplicas: replicas,
    });
    return throttle.isListed(partition);
  };
  assert.equal(listed('leader', []), false);
  assert.equal(listed('leader', ['0:1']), true);
  assert.equal(listed('leader', ['1:1', '0:1']), true);
  assert.equal(listed('leader', ['0:2', '1:1']), false);
  assert.equal(listed('leader', ['*']), true);
  assert.equal(listed('follower', ['*']), false);
  const { throttle, partition } = throttled('follower', {
    followerReplicationThrottledReplicas: ['0:1'],
  });
  assert.equal(throttle.isListed(partition), true);
});

test('what went over the rate is owed until it is paid, and holds back who is not in sync', () => {
  const { throttle, partition, clock } = throttled('leader', {
    leaderReplicationThrottledReplicas: ['*'],
  });
  assert.equal(throttle.holdsBack(partition, 3), false);
  throttle.record(5000);
  assert.equal(throttle.holdsBack(partition, 3), true);
  assert.equal(throttle.holdsBack(partition, 2), false, 'who is in sync is never held back');
  assert.equal(throttle.waitMs, 1000, 'it is looked at again after a window');
  clock.timeMs += 4999;
  assert.equal(throttle.waitMs, 1);
  clock.timeMs += 1;
  assert.equal(throttle.holdsBack(partition, 3), false);
});

test('one window of unused time is made up for, and no more', () => {
  const { throttle, clock } = throttled('leader', {});
  clock.timeMs += 60_000;
  throttle.record(1000);
  assert.equal(throttle.waitMs, 0);
  throttle.record(1);
  assert.equal(throttle.waitMs, 1);
});

test('a rate that is changed counts at once, also for what is owed; none at all holds back for good', () => {
  const { throttle, partition, clock, settings } = throttled('leader', {
    leaderReplicationThrottledReplicas: ['*'],
  });
  throttle.record(10_000);
  settings.bytesPerSecond = 100_000;
  assert.equal(throttle.waitMs, 100);
  settings.bytesPerSecond = 2 ** 63;
  clock.timeMs += 1;
  assert.deepEqual([throttle.waitMs, throttle.holdsBack(partition, 3)], [0, false]);
  settings.bytesPerSecond = 0;
  clock.timeMs += 100_000;
  assert.equal(throttle.holdsBack(partition, 3), true);
  assert.deepEqual(
    [throttle.bytesMaxOf(partition, 3), throttle.bytesMaxOf(partition, 2)],
    [0, Infinity],
  );
});

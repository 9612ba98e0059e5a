import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runExample } from './run-example.ts';

describe('the short examples', { concurrency: 2 }, () => {
  test('embedded.ts starts a broker with a topic and stops it', async () => {
    const printed = await runExample('embedded.ts');
    assert.match(printed, /any Kafka client can use 127\.0\.0\.1:\d+ now/);
    assert.match(printed, /the topic orders holds 0 records/);
  });

  test('kafkajs-producer.ts shows what was written, by key and in order', async () => {
    const lines = (await runExample('kafkajs-producer.ts')).trimEnd().split('\n');
    assert.equal(lines.length, 3);
    const ofAnn = lines.filter((line) => line.includes('ann'));
    assert.match(ofAnn[0] ?? '', /ann orders tea$/);
    assert.match(ofAnn[1] ?? '', /ann orders cake$/);
  });

  test('one-server-less.ts shows who leads, follows and reads, and that all messages arrive', async () => {
    const printed = await runExample('cluster/one-server-less.ts');
    const partition =
      /partition (\d): led by server (\d), followed by ([\d and]+), read by (ann|ben|cid)/g;
    const shown = [...printed.matchAll(partition)].map(([, , leader, followers, reader]) => ({
      leader,
      followers,
      reader,
    }));
    assert.equal(shown.length, 6, printed);
    const killed = /Server (\d) is killed/.exec(printed)?.[1];
    const [before, after] = [shown.slice(0, 3), shown.slice(3)];
    assert.deepEqual(
      before.map(({ leader }) => Number(leader)).toSorted((a, b) => a - b),
      [1, 2, 3],
    );
    assert.ok(
      before.every(({ followers }) => / and /.test(followers ?? '')),
      printed,
    );
    assert.deepEqual(new Set(before.map(({ reader }) => reader)), new Set(['ann', 'ben', 'cid']));
    assert.ok(
      after.every(({ leader }) => leader !== killed),
      printed,
    );
    assert.ok(
      after.every(({ followers }) => followers?.length === 1),
      printed,
    );
    assert.match(printed, /Every message arrived: 60 of 60 written\./);
  });

  test('node-test.test.ts passes both of its tests', async () => {
    const printed = await runExample('node-test.test.ts', {
      flags: ['--test-reporter=tap', '--test'],
    });
    assert.match(printed, /^# pass 2$/m);
    assert.match(printed, /^# fail 0$/m);
  });
});

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

  test('node-test.test.ts passes both of its tests', async () => {
    const printed = await runExample('node-test.test.ts', {
      flags: ['--test-reporter=tap', '--test'],
    });
    assert.match(printed, /^# pass 2$/m);
    assert.match(printed, /^# fail 0$/m);
  });
});

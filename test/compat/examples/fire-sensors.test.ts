import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExample } from './run-example.ts';

test('fire-sensors gives a control room its block by pattern, and an alarm what is hot, by HTTP too', async () => {
  const printed = await runExample('fire-sensors/main.ts');
  assert.match(printed, /300 sensors in 6 blocks publish to 12 topics/);
  assert.match(printed, /60 of them are too small for a Kafka client/);
  assert.match(printed, /subscribes to block-c\.\*, and has 250 of 1500 readings/);
  assert.match(printed, /All from block-c\.heat and block-c\.smoke, none from another block/);
  assert.equal(printed.match(/▲\d+°/g)?.length, 6, printed);
  assert.match(printed, /sifts:\n +1200 received, 1188 thrown away/);
  assert.match(printed, /value\.celsius >= 60:\n +12 received, 0 thrown away/);
  assert.match(printed, /Hot: c13, c14, c23, c24, c25, c34, all in block c\./);
  assert.match(printed, /where=value\.celsius >= 60, and was told 12 times; last \d+° at c\d\d/);
  assert.match(printed, /a sensor with a Kafka client +sent \d+ bytes and received \d+\./);
  assert.match(printed, /a sensor that speaks HTTP alone +sent \d+ bytes and received \d+\./);
});

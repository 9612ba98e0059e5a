import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowOf, runExample } from './run-example.ts';

test('from-point-to-point shows the maze, the broker, three groups and what the broker costs', async () => {
  const printed = await runExample('from-point-to-point/main.ts');
  assert.match(printed, /has to know of: 4 × 5 = 20\./);
  assert.match(printed, /4 exchanges are changed, and she has 4 prices of the 204 so far/);
  assert.match(printed, /has to know of: 4 \+ 5 = 9\./);
  assert.match(printed, /nobody is changed, and she has 200 prices of the 200 so far/);

  assert.match(printed, /ann had 400 of 400: on average ACME \d/);
  assert.match(printed, /ben had 400 of 400: WOLF moved most/);
  const desks = /cid had 400 of 400 \(desk 1 had (\d+), desk 2 had (\d+)\): WOLF was traded most/;
  const [, first, second] = desks.exec(printed) ?? [];
  assert.equal(Number(first) + Number(second), 400, printed);
  assert.ok(Number(first) > 0 && Number(second) > 0, printed);

  const [sentDirect = 0, sentToBroker = 0] = rowOf(printed, 'the exchange sends, bytes a price');
  const [readDirect = 0, readFromBroker = 0] = rowOf(printed, 'a reader receives, bytes a price');
  assert.ok(
    Math.abs(sentDirect - 3 * readDirect) < 0.5,
    'directly, it is sent once for each reader',
  );
  assert.ok(
    readFromBroker > 0 && sentToBroker < 2 * readFromBroker,
    'to the broker it is sent once',
  );
  assert.equal(rowOf(printed, 'one price alone reaches all readers after, ms').length, 2, printed);
  assert.equal(rowOf(printed, 'CPU of everybody together, µs a price').length, 2, printed);
});

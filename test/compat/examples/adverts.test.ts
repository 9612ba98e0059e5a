import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExample } from './run-example.ts';

test('adverts reads the matches of a pattern, later ones too, and gives fans what is about their player', async () => {
  const printed = await runExample('adverts/main.ts');
  assert.match(printed, /Of ipl-bengaluru-mumbai it heard 42 balls/);
  assert.match(printed, /Of ipl-chennai-delhi it heard 42 balls/);
  assert.match(printed, /Of tennis-final it heard 0 balls/);
  assert.match(printed, /hears 42 balls of ipl-final/);
  assert.match(printed, /an advert: 36 in the topic adverts/);
  assert.match(printed, /ViratKohli +received 36, shown 12, thrown away 24/);
  assert.match(printed, /MSDhoni +received 36, shown 12, thrown away 24/);
  assert.match(printed, /RishabhPant +received 36, shown 6, thrown away 30/);
  assert.match(printed, /ViratKohli +received 12, shown 12, thrown away 0/);
  assert.match(printed, /MSDhoni +received 12, shown 12, thrown away 0/);
  assert.match(printed, /RishabhPant +received 6, shown 6, thrown away 0/);
});

import { strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2, partitionForKey } from '../../src/client/murmur2.ts';

const encoder = new TextEncoder();

/** Known values of the hash with Kafka's seed; each is held by clients in several languages. */
const vectors: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

for (const [text, expected] of vectors) {
  test(`murmur2 of "${text}" is ${expected}, as in Java`, () => {
    strictEqual(murmur2(encoder.encode(text)), expected);
  });
}

test('a key whose hash is negative still gets a partition from zero up', () => {
  const key = encoder.encode('21');
  strictEqual(partitionForKey(key, 7), (-973932308 & 0x7fff_ffff) % 7);
});

test('the empty key has a partition too', () => {
  const partition = partitionForKey(new Uint8Array(0), 5);
  strictEqual(partition >= 0 && partition < 5, true);
});

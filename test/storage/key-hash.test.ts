import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashKey } from '../../src/storage/key-hash.ts';
import { allocateOffsetMap, OffsetMap } from '../../src/storage/offset-map.ts';

const seedBytes = Uint8Array.from({ length: 16 }, (_, i) => i);
const seed = new Uint32Array(seedBytes.buffer);

function hexOf(length: number): string {
  const hash = new Uint32Array(4);
  hashKey(
    Uint8Array.from({ length }, (_, i) => i),
    seed,
    hash,
  );
  return Buffer.from(hash.buffer).toString('hex');
}

test('keys are hashed as SipHash-2-4 with 128 bits says', () => {
  // Of the key 00 … 0f and the inputs 00 01 02 …; made with `openssl mac -macopt size:16 SipHash`.
  assert.equal(hexOf(0), 'a3817f04ba25a8e66df67214c7550293');
  assert.equal(hexOf(1), 'da87c1d86b99af44347659119b22fc45');
  assert.equal(hexOf(8), '3b62a9ba6258f5610f83e264f31497b4');
  assert.equal(hexOf(15), '5493e99933b0a8117e08ec0f97cfc3d9');
  assert.equal(hexOf(16), '6ee2a4ca67b054bbfd3315bf85230577');
  assert.equal(hexOf(63), '5150d1772f50834a503e069a973fbd7c');
});

const keyOf = (i: number): Uint8Array => new TextEncoder().encode(`key-${i}`);

test('an offset map knows the newest offset of each key, up to its bound', () => {
  const map = new OffsetMap(
    allocateOffsetMap({ keys: 10_000, bytesMax: 24 * 1000, loadFactor: 0.9, seed: seedBytes }),
  );
  for (let i = 0; i < 900; i++) assert.ok(map.put(keyOf(i), i));
  assert.equal(map.size, 900);
  assert.equal(map.put(keyOf(900), 900), false, 'nine tenths of 1000 slots are taken');
  assert.ok(map.put(keyOf(7), 5000), 'a key that it has is always taken');
  for (let i = 0; i < 900; i++) assert.equal(map.get(keyOf(i)), i === 7 ? 5000 : i);
  assert.equal(map.get(keyOf(900)), -1);
});

test('an offset map takes no more memory than the keys that can come', () => {
  const small = allocateOffsetMap({ keys: 9, bytesMax: 1 << 27, loadFactor: 0.9, seed: seedBytes });
  assert.ok(small.offsets.length < 16);
  const map = new OffsetMap(small);
  for (let i = 0; i < 9; i++) assert.ok(map.put(keyOf(i), i));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeUuid,
  encodeUuid,
  isUuid,
  randomUuid,
  uuidToBytes,
  zeroUuid,
} from '../../src/protocol/uuid.ts';
import { holds } from '../records/property.ts';

test('a uuid is 16 bytes in unpadded URL-safe base64, both ways', () => {
  const property = fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
    const text = decodeUuid(bytes, 0);
    assert.equal(text, Buffer.from(bytes).toString('base64url'));
    assert.equal(decodeUuid(bytes, 0), text);
    assert.deepEqual(uuidToBytes(text), bytes);
  });
  holds(property, 2000);
  assert.equal(decodeUuid(new Uint8Array(16), 0), zeroUuid);
  assert.deepEqual(uuidToBytes(zeroUuid), new Uint8Array(16));
});

test('what is no uuid is told apart', () => {
  const wrong = [
    '',
    'A',
    `${zeroUuid}A`,
    'AAAAAAAAAAAAAAAAAAAAA=',
    'AAAAAAAAAAAAAAAAAAAAA+',
    `ü${'A'.repeat(21)}`,
  ];
  // The last character carries two bits: with others set, one uuid would have several texts.
  wrong.push('AAAAAAAAAAAAAAAAAAAAAB');
  for (const text of wrong) assert.equal(isUuid(text), false, text);
  assert(isUuid('AAAAAAAAAAAAAAAAAAAAAQ'));
  assert.equal(encodeUuid('no', new Uint8Array(16), 0), false);
});

test('a random uuid is of version 4, and one that begins with a dash is drawn again', () => {
  const drawn = [new Uint8Array(16).fill(0xfb), new Uint8Array(16).fill(0xff)];
  const given = drawn.toReversed();
  const text = randomUuid(() => given.pop() as Uint8Array);
  assert.deepEqual(given, []);
  const bytes = uuidToBytes(text);
  assert.equal((bytes[6] as number) >> 4, 4);
  assert.equal((bytes[8] as number) >> 6, 2);
  assert.deepEqual(drawn[1], new Uint8Array(16).fill(0xff), 'the drawn bytes are not changed');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c, crc32cInJavaScript, batchCrc } from '../../src/records/crc32c.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { RecordBatch } from '../../src/records/record-batch.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { cutAt, cuts, holds } from './property.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

test('crc32c of the published test vectors', () => {
  assert.equal(crc32c(ascii('123456789')), 0xe306_9283);
  assert.equal(crc32c(new Uint8Array(0)), 0);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a91_36aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8_ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd_794e);
});

test('crc32c: native code and JavaScript agree at every length around the crossover', () => {
  const bytes = Uint8Array.from({ length: 600 }, (_, i) => (i * 31) ^ (i >> 3));
  for (let length = 0; length <= bytes.length; length++) {
    const piece = bytes.subarray(length % 7, length);
    assert.equal(crc32c(piece, length), crc32cInJavaScript(piece, length));
  }
});

test('crc32c in pieces is that of the whole, wherever it is cut', () => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 2000 }), cuts, (bytes, places) => {
      let crc = 0;
      for (const piece of cutAt(bytes, places)) crc = crc32c(piece, crc);
      assert.equal(crc, crc32cInJavaScript(bytes));
    }),
  );
});

test('the CRC of a batch is the same however its bytes are cut behind the header', () => {
  const batch = buildBatch([{ value: new Uint8Array(1000).fill(7) }, { value: ascii('two') }]);
  const bytes = concatenated(batch.chunks);
  for (const at of [61, 62, 300, bytes.length]) {
    const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
    assert.equal(batchCrc(new RecordBatch(chunks)), batch.crc);
  }
});

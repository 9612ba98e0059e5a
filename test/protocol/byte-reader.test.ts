import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { ByteWriter } from '../../src/protocol/byte-writer.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { cutAt, cuts, holds } from '../records/property.ts';

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  writer.begin();
  write(writer);
  return concatenated(writer.finish()).slice();
}

test('each primitive is read as it was written, also across chunks', () => {
  const uuid = Buffer.from(Array.from({ length: 16 }, (_, i) => 240 + i)).toString('base64url');
  const bytes = written((writer) => {
    writer.int8(-5);
    writer.int16(-300);
    writer.int32(-70_000);
    writer.int64(-(2 ** 50) - 3);
    writer.bigint64(-(2n ** 63n));
    writer.unsignedVarint(300);
    writer.unsignedVarint(0x7fff_ffff);
    writer.uuid(uuid);
    writer.string('größe');
    writer.compactString('orders');
    writer.bytes(Uint8Array.of(1, 2, 3));
    writer.int16(-1);
    writer.int32(-1);
  });
  holds(
    fc.property(cuts, (places) => {
      const reader = new ByteReader(cutAt(bytes, places));
      assert.equal(reader.int8(), -5);
      assert.equal(reader.int16(), -300);
      assert.equal(reader.int32(), -70_000);
      assert.equal(reader.int64(), -(2 ** 50) - 3);
      assert.equal(reader.bigint64(), -(2n ** 63n));
      assert.equal(reader.unsignedVarint(), 300);
      assert.equal(reader.unsignedVarint(), 0x7fff_ffff);
      assert.equal(reader.uuid(), uuid);
      assert.equal(reader.string(reader.int16()), 'größe');
      assert.equal(reader.string(reader.unsignedVarint() - 1), 'orders');
      assert.deepEqual(concatenated(reader.slices(3)), Uint8Array.of(1, 2, 3));
      assert.equal(reader.uint16(), 0xffff);
      assert.equal(
        reader.peek((ahead) => ahead.int8()),
        -1,
      );
      assert.equal(reader.int32(), -1);
      assert.equal(reader.remaining, 0);
    }),
  );
});

test('reading beyond the end is a PROTOCOL_ERROR', () => {
  const reads: ((reader: ByteReader) => unknown)[] = [
    (reader) => reader.int64(),
    (reader) => reader.uuid(),
    (reader) => reader.string(4),
    (reader) => reader.bytes(4),
    (reader) => reader.slices(4),
    (reader) => reader.skip(4),
  ];
  for (const read of reads) {
    for (const chunks of [[], [new Uint8Array(3)], [new Uint8Array(1), new Uint8Array(2)]]) {
      assert.throws(
        () => read(new ByteReader(chunks)),
        (error) => hasCode(error, 'PROTOCOL_ERROR'),
      );
    }
  }
});

test('a slice for each chunk touched, and the rest goes on behind them', () => {
  const chunks = [
    Uint8Array.of(0, 1, 2),
    Uint8Array.of(),
    Uint8Array.of(3, 4),
    Uint8Array.of(5, 6),
  ];
  const reader = new ByteReader(chunks);
  reader.skip(1);
  assert.deepEqual(reader.slices(5), [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5)]);
  assert.deepEqual(reader.slices(0), []);
  assert.equal(reader.int8(), 6);
});

test('bytes are a copy, slices are not', () => {
  const chunk = Uint8Array.of(1, 2, 3, 4);
  const reader = new ByteReader([chunk]);
  const copy = reader.bytes(2);
  const [slice] = reader.slices(2);
  chunk.fill(9);
  assert.deepEqual(copy, Uint8Array.of(1, 2));
  assert.deepEqual(slice, Uint8Array.of(9, 9));
});

test('a chunk may be a view into the middle of its memory', () => {
  const memory = Uint8Array.from({ length: 20 }, (_, i) => 0x61 + i);
  const reader = new ByteReader([Buffer.from(memory.buffer, 5, 8)]);
  assert.equal(reader.string(3), 'fgh');
  assert.deepEqual(reader.slices(2), [Uint8Array.of(0x69, 0x6a)]);
  assert.deepEqual(reader.bytes(1), Uint8Array.of(0x6b));
});

test('short strings that fall into one slot of the table are told apart', () => {
  const texts = Array.from({ length: 5000 }, (_, i) => `topic-${i}`);
  for (const text of [...texts, ...texts]) {
    const bytes = Buffer.from(text);
    assert.equal(new ByteReader([bytes]).string(bytes.length), text);
  }
});

test('what is not UTF-8 becomes U+FFFD, and a byte order mark stays', () => {
  assert.equal(new ByteReader([Uint8Array.of(0x61, 0xff, 0x62)]).string(3), 'a\ufffdb');
  assert.equal(new ByteReader([Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)]).string(4), '\ufeffa');
});

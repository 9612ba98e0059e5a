import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  VarintReader,
  varintBytes,
  varlongBytes,
  writeVarint,
  writeVarlong,
} from '../../src/records/varint.ts';
import { holds } from './property.ts';

test('a varint reads back as it was written, in as many bytes as were foretold', () => {
  holds(
    fc.property(fc.integer(), (value) => {
      const bytes = new Uint8Array(10);
      const end = writeVarint(bytes, 0, value);
      const reader = new VarintReader(bytes, 0, end);
      assert.equal(reader.readVarint(), value);
      assert.equal(reader.at, end);
      assert.equal(end, varintBytes(value));
      assert.equal(reader.failed, false);
    }),
    1000,
  );
});

test('a varlong reads back as it was written, to the ends of the safe integers', () => {
  const edges = [
    0,
    -1,
    1,
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 52,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ];
  holds(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...edges)), (value) => {
      const bytes = new Uint8Array(10);
      const end = writeVarlong(bytes, 0, value);
      const reader = new VarintReader(bytes, 0, end);
      assert.equal(reader.readVarlong(), value);
      assert.equal(reader.at, end);
      assert.equal(end, varlongBytes(value));
    }),
    1000,
  );
});

test('a varlong has the bytes of its int64 in zigzag', () => {
  holds(
    fc.property(fc.maxSafeInteger(), (value) => {
      const bytes = new Uint8Array(10);
      const end = writeVarlong(bytes, 0, value);
      let zigzag = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
      for (let at = 0; at < end; at++) {
        const more = at < end - 1 ? 0x80n : 0n;
        assert.equal(BigInt(bytes[at] as number), (zigzag & 0x7fn) | more);
        zigzag >>= 7n;
      }
      assert.equal(zigzag, 0n);
    }),
    1000,
  );
});

test('an int64 beyond the safe integers is held at their bounds', () => {
  const largest = Uint8Array.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  const smallest = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  assert.equal(new VarintReader(largest).readVarlong(), Number.MAX_SAFE_INTEGER);
  assert.equal(new VarintReader(smallest).readVarlong(), Number.MIN_SAFE_INTEGER);
});

test('a varint that is cut off or too long fails, and so does all that follows', () => {
  const cutOff = new VarintReader(Uint8Array.of(0x80, 0x80));
  assert.equal(cutOff.readVarint(), 0);
  assert.equal(cutOff.failed, true);
  const tooLong = new VarintReader(new Uint8Array(12).fill(0xff));
  tooLong.readVarint();
  assert.equal(tooLong.failed, true);
  const tooLongLong = new VarintReader(new Uint8Array(12).fill(0xff));
  tooLongLong.readVarlong();
  assert.equal(tooLongLong.failed, true);
  assert.equal(tooLongLong.readVarint(), 0);
  const pastEnd = new VarintReader(new Uint8Array(3));
  pastEnd.skip(4);
  assert.equal(pastEnd.failed, true);
});

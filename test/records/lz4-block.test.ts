/**
 * Goal: what our own LZ4 compressor writes is right to the letter of the format, at every level.
 * Method: a decoder that is as strict as the block format's rules takes each block apart and must find the
 * bytes that went in; and so must `decompress`, which measures the frame and gives it to the library.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compress, decompress } from '../../src/records/compression.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { holds } from './property.ts';

const quickLevel = 9;
const blockBytesMax = 64 * 1024;
const thoroughLevels = Array.from({ length: 17 }, (_, i) => i + 1).filter((n) => n !== quickLevel);

/** The bytes of a block, every rule checked: how matches end, how far back they may lie, what comes last. */
function decodeBlock(block: Uint8Array, contentBytes: number): Uint8Array {
  const content = new Uint8Array(contentBytes);
  let at = 0;
  let to = 0;
  let matchEnd = 0;
  const byte = (): number => {
    assert.ok(at < block.length, 'a sequence ends before its block');
    return block[at++] as number;
  };
  const length = (half: number): number => {
    let total = half;
    for (let more = half === 15 ? 255 : 0; more === 255; total += more) more = byte();
    return total;
  };
  for (;;) {
    const token = byte();
    const literals = length(token >> 4);
    assert.ok(at + literals <= block.length, 'literals within the block');
    content.set(block.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === block.length) break;
    const offset = byte() + 256 * byte();
    assert.ok(offset >= 1 && offset <= to, 'a match lies in what is there');
    assert.ok(to <= contentBytes - 12, 'the last match begins 12 bytes before the end');
    matchEnd = to + length(token & 15) + 4;
    assert.ok(matchEnd <= contentBytes - 5, 'the last 5 bytes are literals');
    for (; to < matchEnd; to++) content[to] = content[to - offset] as number;
  }
  assert.equal(to, contentBytes);
  return content;
}

/** The blocks of a frame of ours: how each is kept, and what it holds. */
function blocksOf(frame: Uint8Array, contentBytes: number) {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const blocks: { stored: boolean; content: Uint8Array }[] = [];
  let at = 7;
  for (let left = contentBytes; left > 0; left -= blockBytesMax) {
    const size = Math.min(left, blockBytesMax);
    const header = view.getUint32(at, true);
    const stored = header >= 2 ** 31;
    const bytes = frame.subarray(at + 4, at + 4 + (header % 2 ** 31));
    assert.ok(stored ? bytes.length === size : bytes.length < size, 'no block grows');
    blocks.push({ stored, content: stored ? bytes : decodeBlock(bytes, size) });
    at += 4 + bytes.length;
  }
  assert.equal(view.getUint32(at, true), 0, 'the end mark');
  assert.equal(frame.length, at + 4);
  return blocks;
}

function checkAt(level: number, bytes: Uint8Array): Uint8Array {
  const frame = compress('lz4', bytes, level);
  const taken = concatenated(blocksOf(frame, bytes.length).map(({ content }) => content));
  assert.equal(Buffer.compare(taken, bytes), 0, 'our strict decoder finds what went in');
  const read = decompress('lz4', [frame], { maxBytes: bytes.length });
  assert.equal(Buffer.compare(read, bytes), 0, 'the library finds what went in');
  return frame;
}

/** Bytes from a generator of its own (mulberry32), so that a sample costs fast-check one number. */
function randomBytes(seed: number, count: number, symbols = 256): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) % symbols;
  });
}

/** Lines that look like events: some parts come back, some do not. */
function events(seed: number, count: number): Uint8Array {
  const random = randomBytes(seed, count);
  const words = ['view', 'click', 'purchase', 'refund', 'logout'];
  const lines = Array.from(random, (byte, i) =>
    JSON.stringify({ id: i * 31, kind: words[byte % 5], user: `u${byte}`, at: 1e12 + i * byte }),
  );
  return Buffer.from(lines.join('\n'));
}

/** Noise of many symbols or few, runs, repetition of what has been, up to 300 KiB. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .tuple(fc.nat(), fc.nat(100_000), fc.constantFrom(2, 5, 30, 256))
    .map(([seed, count, symbols]) => randomBytes(seed, count, symbols)),
  fc.tuple(fc.nat(), fc.nat(900)).map(([seed, count]) => events(seed, count)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(100_000))
    .map(([unit, count]) =>
      Uint8Array.from({ length: count }, (_, i) => unit[i % unit.length] ?? 0),
    ),
);
const someBytes = fc
  .array(piece, { maxLength: 5 })
  .map((pieces) => concatenated(pieces).subarray(0, 300 * 1024));

test('lz4 levels: random and structured bytes come out as they went in', () => {
  holds(
    fc.property(fc.constantFrom(...thoroughLevels), someBytes, (level, bytes) => {
      checkAt(level, bytes);
    }),
    60,
  );
});

test('lz4 levels: every size around where matches may begin and where blocks end', () => {
  const sizes = [...Array(60).keys()];
  for (const around of [280, 540, blockBytesMax, 2 * blockBytesMax]) {
    for (let size = around - 20; size < around + 20; size++) sizes.push(size);
  }
  for (const size of sizes) {
    checkAt(1, new Uint8Array(size).fill(7));
    const noise = randomBytes(size, size, 3);
    for (const level of size < 1000 ? thoroughLevels : [3]) checkAt(level, noise);
  }
});

test('lz4 levels: lengths that need bytes of their own, of literals and of matches', () => {
  for (const count of [14, 15, 16, 269, 270, 271, 524, 525, 526]) {
    const noise = randomBytes(1, count);
    for (const bytes of [
      concatenated([noise, new Uint8Array(100)]),
      concatenated([noise, noise.subarray(4), randomBytes(2, 5)]),
      concatenated([randomBytes(3, 1), new Uint8Array(count + 5), randomBytes(2, 5)]),
      concatenated([new Uint8Array(40), noise]),
    ]) {
      checkAt(6, bytes);
    }
  }
});

test('lz4 levels: a Node Buffer that is a view into another is compressed like any bytes', () => {
  const sample = events(4, 2000);
  const view = Buffer.concat([Buffer.from('before'), sample]).subarray(6);
  assert.equal(Buffer.compare(checkAt(5, view), checkAt(5, Uint8Array.from(sample))), 0);
});

test('lz4 levels: higher ones make fewer bytes, and all fewer than level 9, the quick one', () => {
  const sample = concatenated([events(1, 2000), randomBytes(9, 30_000, 4)]);
  const sizeAt = (level: number): number => compress('lz4', sample, level).length;
  const quickest = sizeAt(quickLevel);
  let before = quickest;
  for (const level of [1, 2, 3, 4, 5, 6, 7, 8, 12]) {
    const size = sizeAt(level);
    assert.ok(size < before, `level ${level}: ${size} bytes, where ${before} came before`);
    before = size;
  }
  for (const level of [10, 11]) assert.ok(sizeAt(level) < sizeAt(8));
  // As in Apache Kafka, whose library searches no deeper beyond 12.
  for (let level = 13; level <= 17; level++) assert.equal(sizeAt(level), before);
});

test('lz4 levels: 9 is the default', () => {
  const sample = events(2, 500);
  assert.equal(Buffer.compare(compress('lz4', sample, 9), compress('lz4', sample)), 0);
  assert.notEqual(Buffer.compare(compress('lz4', sample, 8), compress('lz4', sample)), 0);
});

test('lz4 levels: bytes that do not compress are stored, 4 bytes a block and 11 a frame beside them', () => {
  const noise = randomBytes(5, 200_000);
  for (const level of thoroughLevels) {
    const frame = checkAt(level, noise);
    assert.equal(frame.length, noise.length + 4 * 4 + 11);
    assert.ok(blocksOf(frame, noise.length).every(({ stored }) => stored));
  }
});

test('lz4 levels: only the block that does not compress is stored', () => {
  const sample = concatenated([new Uint8Array(blockBytesMax), randomBytes(6, blockBytesMax)]);
  const stored = blocksOf(checkAt(12, sample), sample.length).map((block) => block.stored);
  assert.deepEqual(stored, [false, true]);
});

test('lz4 levels: what one batch holds does not show in the next', () => {
  const sample = events(3, 1500);
  const alone = compress('lz4', sample, 7);
  compress('lz4', randomBytes(7, 150_000, 3), 12);
  assert.equal(Buffer.compare(compress('lz4', sample, 7), alone), 0);
});

test('lz4 levels: the header is that of Java’s clients, and its checksum is looked at', () => {
  const frame = compress('lz4', new Uint8Array(100), 3);
  assert.equal(Buffer.from(frame.subarray(0, 7)).toString('hex'), '04224d18604082');
  frame[6] = 0x83;
  assert.throws(() => decompress('lz4', [frame], { maxBytes: 100 }), { code: 'CORRUPT_RECORDS' });
});

test('lz4 levels: others than 1 to 17 are a defect of the caller', () => {
  for (const level of [0, -1, 18]) {
    assert.throws(() => compress('lz4', new Uint8Array(20), level), /from 1 to 17/);
  }
});

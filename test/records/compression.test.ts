import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { concatenated } from '../../src/util/bytes.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';
import { compress, decompress } from '../../src/records/compression.ts';
import { requirePackage } from '../../src/records/optional-package.ts';
import { compressionCodecs } from '../../src/records/record-batch.ts';
import type { CompressionCodec } from '../../src/records/record-batch.ts';
import { cutAt, cuts, holds } from './property.ts';

const snappy = createRequire(import.meta.url)('snappy') as {
  compressSync(bytes: Uint8Array): Uint8Array;
};
const framed = ['gzip', 'snappy', 'lz4', 'zstd'] as const satisfies CompressionCodec[];
const mebibyte = 1 << 20;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Runs of bytes and noise: what compresses, and what does not. */
const someBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .record({ byte: fc.nat(255), count: fc.nat(70_000) })
        .map(({ byte, count }) => new Uint8Array(count).fill(byte)),
    ),
    { maxLength: 4 },
  )
  .map(concatenated);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OdradekError) return error.code;
    throw error;
  }
  return 'none';
}

for (const codec of compressionCodecs) {
  test(`${codec}: bytes come out as they went in, however they are cut`, () => {
    holds(
      fc.property(someBytes, cuts, (bytes, places) => {
        const chunks = cutAt(compress(codec, bytes), places);
        const content = decompress(codec, chunks, { maxBytes: bytes.length });
        assert.equal(Buffer.compare(content, bytes), 0);
      }),
      40,
    );
  });

  test(`${codec}: one byte more than allowed is RECORDS_TOO_LARGE`, () => {
    for (const size of [1, 100, 65_536, 300_000]) {
      const compressed = compress(codec, new Uint8Array(size).fill(65));
      assert.equal(decompress(codec, [compressed], { maxBytes: size }).length, size);
      const code = codeOf(() => decompress(codec, [compressed], { maxBytes: size - 1 }));
      assert.equal(code, 'RECORDS_TOO_LARGE');
    }
  });
}

for (const codec of framed) {
  test(`${codec}: a bomb stops at the bound without its content being made`, () => {
    const bomb = compress(codec, new Uint8Array(64 * mebibyte));
    // A first use loads the library, which takes memory that is not the bomb's.
    decompress(codec, [compress(codec, new Uint8Array(mebibyte))], { maxBytes: mebibyte });
    const before = process.memoryUsage().rss;
    assert.equal(
      codeOf(() => decompress(codec, [bomb], { maxBytes: mebibyte })),
      'RECORDS_TOO_LARGE',
    );
    assert.ok(process.memoryUsage().rss - before < 32 * mebibyte);
  });

  test(`${codec}: input that ends early is CORRUPT_RECORDS, wherever it ends`, () => {
    const whole = compress(codec, text('once upon a time '.repeat(20)));
    for (let length = 0; length < whole.length; length++) {
      // The stream of xerial has no end mark: between its blocks, and behind its header, it is whole.
      if (codec === 'snappy' && length === 16) continue;
      const cut = whole.slice(0, length);
      const code = codeOf(() => decompress(codec, [cut], { maxBytes: mebibyte }));
      assert.equal(code, 'CORRUPT_RECORDS', `at ${length} of ${whole.length}`);
    }
  });

  test(`${codec}: frames one behind the other give their contents one behind the other`, () => {
    const frames = [text('one'), text(''), text('two'), text('three')].map((part) =>
      compress(codec, part),
    );
    const content = decompress(codec, [concatenated(frames)], { maxBytes: 11 });
    assert.equal(Buffer.from(content).toString(), 'onetwothree');
    const code = codeOf(() => decompress(codec, [concatenated(frames)], { maxBytes: 10 }));
    assert.equal(code, 'RECORDS_TOO_LARGE');
  });

  test(`${codec}: changed bytes give other content or a typed error, never anything else`, () => {
    const original = concatenated([
      text('a record, and another record, and a third '.repeat(30)),
      Uint8Array.from({ length: 500 }, (_, i) => (i * i * 7) >> 3),
    ]);
    const whole = compress(codec, original);
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    holds(
      fc.property(changes, (flips) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, bits] of flips) bytes[at] = (bytes[at] as number) ^ bits;
        const code = codeOf(() => {
          const content = decompress(codec, [bytes], { maxBytes: 10_000 });
          assert.ok(content.length <= 10_000);
        });
        assert.ok(['none', 'CORRUPT_RECORDS', 'RECORDS_TOO_LARGE'].includes(code), code);
      }),
      500,
    );
  });

  test(`${codec}: random bytes give a typed error or nothing`, () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const start = compress(codec, text('x')).subarray(0, 7);
        for (const bytes of [noise, concatenated([start, noise])]) {
          codeOf(() => decompress(codec, [bytes], { maxBytes: 10_000 }));
        }
      }),
      300,
    );
  });
}

test('snappy: what is written has the framing of snappy-java', () => {
  const compressed = compress('snappy', new Uint8Array(40_000));
  assert.equal(hex(compressed.subarray(0, 16)), '82534e41505059000000000100000001');
  const firstBlockBytes = Buffer.from(compressed).readInt32BE(16);
  const secondAt = 20 + firstBlockBytes;
  assert.equal(compressed.length, secondAt + 4 + Buffer.from(compressed).readInt32BE(secondAt));
});

test('snappy: a raw block without framing, as librdkafka writes it, is read', () => {
  const content = text('raw snappy '.repeat(5000));
  const read = decompress('snappy', [snappy.compressSync(content)], { maxBytes: content.length });
  assert.equal(Buffer.compare(read, content), 0);
});

test('snappy: a length in front that the block cannot hold is CORRUPT_RECORDS before memory is taken', () => {
  const lying = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x41);
  const code = codeOf(() => decompress('snappy', [lying], { maxBytes: 2 ** 32 }));
  assert.equal(code, 'CORRUPT_RECORDS');
});

test('snappy: the densest blocks that exist are read', () => {
  const content = new Uint8Array(30_000).fill(1);
  const read = decompress('snappy', [snappy.compressSync(content)], { maxBytes: content.length });
  assert.equal(read.length, content.length);
});

test('zstd and lz4: frames to be skipped are skipped, what is no frame is CORRUPT_RECORDS', () => {
  const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9);
  for (const codec of ['zstd', 'lz4'] as const) {
    const frame = compress(codec, text('content'));
    const bytes = concatenated([skippable, frame, skippable]);
    const content = decompress(codec, [bytes], { maxBytes: 100 });
    assert.equal(Buffer.from(content).toString(), 'content');
    const trailing = concatenated([frame, text('garbage')]);
    assert.equal(
      codeOf(() => decompress(codec, [trailing], { maxBytes: 100 })),
      'CORRUPT_RECORDS',
    );
  }
});

test('lz4: blocks are independent, as the Java client needs them', () => {
  const independentBlocks = 0x20;
  const flags = compress('lz4', new Uint8Array(300_000))[4] as number;
  assert.equal(flags & independentBlocks, independentBlocks);
});

test('gzip and zstd: a higher level compresses no worse', () => {
  const words = Array.from({ length: 4000 }, (_, i) => `word${(i * 7919) % 997}`).join(' ');
  for (const codec of ['gzip', 'zstd'] as const) {
    assert.ok(compress(codec, text(words), 9).length < compress(codec, text(words), 1).length);
  }
  assert.ok(compress('zstd', text(words), -5).length > 0);
  assert.equal(hex(compress('gzip', text(words), -1)), hex(gzipSync(text(words))));
});

test('zstd: a frame that tells its content size, and one that does not, are bounded alike', () => {
  const told = zstdCompressSync(new Uint8Array(50_000));
  assert.equal(
    codeOf(() => decompress('zstd', [told], { maxBytes: 49_999 })),
    'RECORDS_TOO_LARGE',
  );
  // Its descriptor says neither single segment nor content size: a window of 1 KiB, then one RLE block.
  const untold = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0x43, 0x1f, 0x00, 0x41);
  const content = decompress('zstd', [untold], { maxBytes: 1000 });
  assert.equal(hex(content), '41'.repeat(1000));
  assert.equal(
    codeOf(() => decompress('zstd', [untold], { maxBytes: 999 })),
    'RECORDS_TOO_LARGE',
  );
});

test('a package that is not installed is MISSING_PACKAGE, with its name', () => {
  assert.throws(
    () => requirePackage('odradek-no-such-package', 'testing'),
    (error) =>
      error instanceof OdradekError &&
      error.details.code === 'MISSING_PACKAGE' &&
      error.details.package === 'odradek-no-such-package',
  );
});

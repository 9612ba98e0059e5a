import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage, encodeMessage } from '../../src/protocol/codec.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { heartbeatRequest } from '../../src/protocol/messages/heartbeat.ts';
import { metadataRequest } from '../../src/protocol/messages/metadata.ts';
import { concatenated, totalBytes } from '../../src/util/bytes.ts';
import { hasCode } from '../../src/util/odradek-error.ts';

test('a message larger than the slab is whole, and one behind it leaves it alone', () => {
  const topics = Array.from({ length: 20_000 }, (_, i) => ({ name: `orders-${i}` }));
  const large = encodeMessage(metadataRequest, 8, { topics });
  const before = concatenated(large).slice();
  assert(before.length > 100_000);
  for (let i = 0; i < 1000; i++)
    encodeMessage(metadataRequest, 8, { topics: topics.slice(i, i + 9) });
  assert.deepEqual(concatenated(large), before);
  assert.equal(decodeMessage(metadataRequest, 8, new ByteReader(large)).topics?.length, 20_000);
});

test('a large message with records between keeps their order', () => {
  const batches: Uint8Array[] = Array.from({ length: 3000 }, (_, i) => new Uint8Array(10).fill(i));
  const partitions = batches.map((batch, i) => ({
    partitionIndex: i,
    errorCode: 0,
    highWatermark: i,
    records: [batch],
  }));
  const pieces = encodeMessage(fetchResponse, 11, { responses: [{ topic: 'a', partitions }] });
  assert.equal(pieces.filter((piece) => batches.includes(piece)).length, batches.length);
  const decoded = decodeMessage(fetchResponse, 11, new ByteReader(pieces));
  const read = decoded.responses[0]?.partitions ?? [];
  assert.deepEqual(
    read.map((partition) => partition.records?.[0]),
    batches,
  );
});

test('a message that cannot be written leaves nothing behind', () => {
  const good = { groupId: 'g', generationId: 1, memberId: 'm' };
  const first = encodeMessage(heartbeatRequest, 4, good);
  const before = concatenated(first).slice();
  assert.throws(
    () => encodeMessage(heartbeatRequest, 4, { ...good, generationId: 2 ** 31 }),
    /HeartbeatRequest v4, generationId: 2147483648 is not a whole number/,
  );
  const second = encodeMessage(heartbeatRequest, 4, good);
  assert.deepEqual(concatenated(first), before);
  assert.deepEqual(concatenated(second), before);
});

test('empty chunks of records are left out', () => {
  const pieces = encodeMessage(fetchResponse, 11, {
    responses: [
      {
        topic: 'a',
        partitions: [
          {
            partitionIndex: 0,
            errorCode: 0,
            highWatermark: 0,
            records: [new Uint8Array(0), Uint8Array.of(1)],
          },
        ],
      },
    ],
  });
  assert.equal(pieces.length, 2);
  assert.equal(totalBytes(pieces.slice(1)), 1);
});

test('strings of any length and alphabet are written, up to 32,767 bytes', () => {
  const lengths = [0, 1, 47, 48, 49, 62, 63, 126, 127, 128, 5000];
  const texts = lengths.flatMap((length) => ['a'.repeat(length), 'ü'.repeat(length)]);
  for (const version of [3, 4]) {
    for (const groupId of [...texts, 'a'.repeat(0x7fff), '\u{1f600}', `${'a'.repeat(40)}ü`]) {
      const pieces = encodeMessage(heartbeatRequest, version, {
        groupId,
        generationId: 0,
        memberId: '',
      });
      assert.equal(
        decodeMessage(heartbeatRequest, version, new ByteReader(pieces)).groupId,
        groupId,
      );
    }
    for (const groupId of ['a'.repeat(0x8000), 'ü'.repeat(0x4000)]) {
      assert.throws(
        () => encodeMessage(heartbeatRequest, version, { groupId, generationId: 0, memberId: '' }),
        /groupId: a string of 32768 bytes, more than 32767/,
      );
    }
  }
});

test('a value of another type than its field is a PROTOCOL_ERROR', () => {
  const wrong: unknown[] = [
    { groupId: 5, generationId: 0, memberId: '' },
    { groupId: '', generationId: '0', memberId: '' },
    { groupId: '', generationId: NaN, memberId: '' },
    { groupId: null, generationId: 0, memberId: '' },
    null,
  ];
  for (const value of wrong) {
    assert.throws(
      () => encodeMessage(heartbeatRequest, 0, value as Parameters<typeof encodeMessage>[2]),
      (error) => hasCode(error, 'PROTOCOL_ERROR'),
    );
  }
});

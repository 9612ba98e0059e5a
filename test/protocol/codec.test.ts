import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allSchemas } from '../../src/protocol/all-schemas.ts';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage, encodeMessage } from '../../src/protocol/codec.ts';
import type { ConsumerGroupHeartbeatRequest } from '../../src/protocol/messages/consumer-group-heartbeat.ts';
import { consumerProtocolAssignment } from '../../src/protocol/messages/consumer-protocol.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { heartbeatRequest } from '../../src/protocol/messages/heartbeat.ts';
import { metadataRequest } from '../../src/protocol/messages/metadata.ts';
import { produceRequest } from '../../src/protocol/messages/produce.ts';
import type { ProduceRequest } from '../../src/protocol/messages/produce.ts';
import { FieldError, ProtocolError, inMessage, within } from '../../src/protocol/protocol-error.ts';
import type { Encodable, MessageSchema } from '../../src/protocol/schema.ts';
import { zeroUuid } from '../../src/protocol/uuid.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { OdradekError, hasCode } from '../../src/util/odradek-error.ts';
import { cutAt, cuts, holds } from '../records/property.ts';
import { messagesOf } from './random-messages.ts';

/** Every message with each of its versions. */
function eachVersion(): { schema: MessageSchema; version: number }[] {
  return allSchemas.flatMap((schema) => {
    const { min, max } = schema.validVersions;
    return Array.from({ length: max - min + 1 }, (_, i) => ({ schema, version: min + i }));
  });
}

function encoded(schema: MessageSchema, version: number, value: unknown): Uint8Array {
  return concatenated(encodeMessage(schema, version, value as Encodable<MessageSchema>));
}

function decodedFrom(schema: MessageSchema, version: number, chunks: Uint8Array[]): unknown {
  return decodeMessage(schema, version, new ByteReader(chunks));
}

/** `decoded` without what `value` leaves out, and with records joined as `value` has them. */
function like(decoded: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = decoded as unknown[];
    if (value.every((element) => element instanceof Uint8Array)) {
      const joined = concatenated(elements as Uint8Array[]);
      return joined.length === concatenated(value).length ? cutLike(joined, value) : decoded;
    }
    return elements.map((element, i) => like(element, value[i]));
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return decoded;
  const struct = decoded as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, like(struct[name], field)]),
  );
}

function cutLike(bytes: Uint8Array, chunks: readonly Uint8Array[]): Uint8Array[] {
  let at = 0;
  return chunks.map((chunk) => bytes.slice(at, (at += chunk.length)));
}

test('each version of each message round-trips random values, also from pieces', () => {
  for (const { schema, version } of eachVersion()) {
    const property = fc.property(messagesOf(schema, version), cuts, (value, places) => {
      const bytes = encoded(schema, version, value);
      const decoded = decodedFrom(schema, version, cutAt(bytes, places));
      assert.deepEqual(like(decoded, value), value, `${schema.name} v${version}`);
      assert.deepEqual(encoded(schema, version, decoded), bytes);
    });
    holds(property, 6);
  }
});

function refuses(schema: MessageSchema, version: number, bytes: Uint8Array): boolean {
  try {
    decodedFrom(schema, version, [bytes]);
    return false;
  } catch (error) {
    assert(hasCode(error, 'PROTOCOL_ERROR'), String(error));
    assert(error.details.reason.startsWith(`${schema.name} v${version}`), error.details.reason);
    return true;
  }
}

test('each message cut off at each byte is refused with PROTOCOL_ERROR, and nothing else', () => {
  for (const { schema, version } of eachVersion()) {
    const property = fc.property(messagesOf(schema, version), (value) => {
      const bytes = encoded(schema, version, value);
      const step = Math.max(1, Math.floor(bytes.length / 100));
      for (let size = 0; size < bytes.length; size += step) {
        assert(
          refuses(schema, version, bytes.slice(0, size)),
          `${schema.name} v${version} at ${size}`,
        );
      }
    });
    holds(property, 1);
  }
});

test('bytes behind a message are refused, but behind requests, headers and the consumer protocol', () => {
  for (const { schema, version } of eachVersion()) {
    const value = fc.sample(messagesOf(schema, version), { numRuns: 1, seed: 3 })[0];
    const bytes = concatenated([encoded(schema, version, value), Uint8Array.of(0)]);
    assert.equal(refuses(schema, version, bytes), !schema.toleratesTrailingBytes, schema.name);
  }
});

test('bytes changed at random are decoded or refused with PROTOCOL_ERROR', () => {
  const hostile = [0xff, 0x7f, 0x80, 0x00];
  for (const { schema, version } of eachVersion()) {
    const changes = fc.array(
      fc.record({
        place: fc.double({ min: 0, max: 0.999, noNaN: true }),
        run: fc.nat(8),
        kind: fc.nat(3),
      }),
      { minLength: 1, maxLength: 3 },
    );
    const property = fc.property(messagesOf(schema, version), changes, (value, places) => {
      const bytes = encoded(schema, version, value);
      for (const { place, run, kind } of places) {
        const at = Math.floor(place * bytes.length);
        bytes.fill(hostile[kind] as number, at, at + run + 1);
      }
      refuses(schema, version, bytes);
    });
    holds(property, 8);
  }
});

test('hostile lengths and counts are refused before anything is allocated for them', () => {
  const maximum = [0x7f, 0xff, 0xff, 0xff];
  const compactMaximum = [0xff, 0xff, 0xff, 0xff, 0x07];
  const cases: [MessageSchema, number, number[], RegExp][] = [
    [metadataRequest, 1, maximum, /MetadataRequest v1, topics: 2147483647 elements in 0 bytes/],
    [metadataRequest, 9, compactMaximum, /topics: \d+ elements in 0 bytes/],
    [metadataRequest, 1, [0xff, 0xff, 0xff, 0xfe], /topics: a length of -2/],
    [metadataRequest, 12, [0xff, 0xff, 0xff, 0xff, 0xff], /topics: a varint beyond 2\^31-1/],
    [metadataRequest, 12, [0xff, 0xff, 0xff, 0xff, 0x0f], /topics: a varint beyond 2\^31-1/],
    [heartbeatRequest, 0, [0x7f, 0xff, 0x61], /groupId: 32767 bytes where 1 remain/],
    [heartbeatRequest, 0, [0xff, 0xff], /groupId: null, which it may not be/],
    [heartbeatRequest, 0, [0x80, 0x00], /groupId: a length of -32768/],
    [heartbeatRequest, 4, [0x81, 0x80, 0x02], /groupId: a string of 32768 bytes/],
    [produceRequest, 3, [0xff, 0xff, 0, 1, 0, 0, 0, 0, ...maximum], /topicData: \d+ elements in 0/],
  ];
  for (const [schema, version, bytes, reason] of cases) {
    assert.throws(() => decodedFrom(schema, version, [Uint8Array.from(bytes)]), reason);
  }
});

test('a frame of small elements is refused once there are too many of them', () => {
  const count = 2_000_000;
  const bytes = new Uint8Array(4 + count * 2);
  new DataView(bytes.buffer).setInt32(0, count);
  assert.throws(() => decodedFrom(metadataRequest, 1, [bytes]), /too many elements/);
});

test('an error names message, version and field, with the indexes of arrays', () => {
  const value = {
    acks: 1,
    timeoutMs: 0,
    topicData: [
      { name: 'a', partitionData: [{ index: 0, records: null }] },
      { name: 'b', partitionData: [{ index: 0.5, records: null }] },
    ],
  };
  assert.throws(
    () => encodeMessage(produceRequest, 9, value),
    /^OdradekError: ProduceRequest v9, topicData\[1\]\.partitionData\[0\]\.index: 0\.5 is not a whole/,
  );
});

test('only errors of the protocol are told apart as such, and only those of fields get a path', () => {
  const unknownTopic = new OdradekError('no', { code: 'UNKNOWN_TOPIC', topic: 'a' });
  assert.equal(unknownTopic instanceof ProtocolError, false);
  assert.equal(new ProtocolError('no') instanceof FieldError, false);
  assert.equal(within('topic', unknownTopic), unknownTopic);
  assert.equal(inMessage('ProduceRequest', 3, unknownTopic), unknownTopic);
  const error = within('topics', within(2, within('name', new FieldError('no'))));
  assert.equal((inMessage('Some', 1, error) as Error).message, 'Some v1, topics[2].name: no');
});

test('records are slices of the chunks that came in, and pieces of what goes out', () => {
  const batch = Uint8Array.from({ length: 100 }, (_, i) => i);
  const pieces = encodeMessage(produceRequest, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records: [batch] }] }],
  });
  assert.equal(pieces[1], batch);
  const bytes = concatenated(pieces);
  const { topicData } = decodeMessage(produceRequest, 9, new ByteReader([bytes]));
  const [slice] = topicData[0]?.partitionData[0]?.records ?? [];
  assert.deepEqual(slice, batch);
  assert.equal(slice?.buffer, bytes.buffer);
});

test('fields left out are written as their defaults, and read as them in versions without them', () => {
  const request = { maxWaitMs: 500, minBytes: 1, topics: [] };
  for (const version of [4, 11, 18]) {
    const bytes = encodeMessage(fetchRequest, version, request);
    const decoded = decodeMessage(fetchRequest, version, new ByteReader(bytes));
    assert.equal(decoded.replicaId, -1);
    assert.equal(decoded.sessionEpoch, -1);
    assert.equal(decoded.clusterId, null);
    assert.deepEqual(decoded.replicaState, { replicaId: -1, replicaEpoch: -1n });
    assert.deepEqual(decoded.forgottenTopicsData, []);
    assert.equal(decoded.maxBytes, 0x7fff_ffff);
  }
});

test('objects of every version of a message have their fields in the same order', () => {
  const orders = [4, 11, 12, 18].map((version) => {
    const bytes = encodeMessage(fetchResponse, version, { responses: [] });
    return Object.keys(decodeMessage(fetchResponse, version, new ByteReader(bytes))).join();
  });
  assert.equal(new Set(orders).size, 1);
});

test('a value in a version without the field is an error unless the field is ignorable', () => {
  const request = { maxWaitMs: 500, minBytes: 1, topics: [] };
  const forgotten = [{ topic: 'a', topicId: zeroUuid, partitions: [0] }];
  assert.throws(
    () => encodeMessage(fetchRequest, 4, { ...request, forgottenTopicsData: forgotten }),
    /FetchRequest v4, forgottenTopicsData: a value, which version 4 has no room for/,
  );
  encodeMessage(fetchRequest, 4, { ...request, sessionEpoch: 5 });
  encodeMessage(fetchRequest, 18, { ...request, forgottenTopicsData: forgotten });
});

test('a version that the message does not have is a PROTOCOL_ERROR', () => {
  for (const version of [-1, 2, 14, 30_000]) {
    assert.throws(
      () => decodedFrom(produceRequest, version, [new Uint8Array(50)]),
      /ProduceRequest has no version/,
    );
  }
});

test('unknown tagged fields are skipped, and a known one must fill its size', () => {
  const heartbeat = encoded(heartbeatRequest, 4, { groupId: 'g', generationId: 1, memberId: 'm' });
  const tagged = concatenated([
    heartbeat.slice(0, -1),
    // Two unknown fields: tag 100 with 3 bytes, tag 9000 with none.
    Uint8Array.of(2, 100, 3, 1, 2, 3, 0xa8, 0x46, 0),
  ]);
  assert.deepEqual(
    decodedFrom(heartbeatRequest, 4, [tagged]),
    decodedFrom(heartbeatRequest, 4, [heartbeat]),
  );
  assert(
    refuses(heartbeatRequest, 4, concatenated([heartbeat.slice(0, -1), Uint8Array.of(1, 9, 4)])),
  );

  const fetch = encoded(fetchRequest, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [],
    clusterId: 'id',
  });
  const sizeAt = fetch.length - 4;
  assert.equal(fetch[sizeAt], 3);
  fetch[sizeAt] = 2;
  assert(refuses(fetchRequest, 12, fetch));
});

test('an int64 beyond 2^53 is held at the bound', () => {
  const bytes = encoded(fetchRequest, 4, {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [{ topic: 'a', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }] }],
  });
  const at = bytes.length - 12;
  for (const [first, bound] of [
    [0x7f, Number.MAX_SAFE_INTEGER],
    [0x80, Number.MIN_SAFE_INTEGER],
  ] as const) {
    bytes[at] = first;
    const { topics } = decodeMessage(fetchRequest, 4, new ByteReader([bytes]));
    assert.equal(topics[0]?.partitions[0]?.fetchOffset, bound);
  }
});

test('the structures of the consumer protocol are read when fields of newer versions follow', () => {
  const bytes = encoded(consumerProtocolAssignment, 0, {
    assignedPartitions: [{ topic: 'orders', partitions: [0, 1] }],
  });
  const newer = concatenated([bytes, Uint8Array.of(1, 2, 3)]);
  assert.deepEqual(decodedFrom(consumerProtocolAssignment, 0, [newer]), {
    assignedPartitions: [{ topic: 'orders', partitions: [0, 1] }],
    userData: null,
  });
});

test('the types of messages are those of their fields', () => {
  const partition: ProduceRequest['topicData'][number]['partitionData'][number] = {
    index: 0,
    records: [new Uint8Array(1)],
  };
  const nullable: ConsumerGroupHeartbeatRequest['instanceId'] = null;
  // @ts-expect-error: a member id is never null.
  const never: ConsumerGroupHeartbeatRequest['memberId'] = null;
  // @ts-expect-error: what every version has and has no default must be given.
  const missing: Encodable<typeof produceRequest> = { topicData: [] };
  assert.deepEqual(
    [partition.index, nullable, never, missing.timeoutMs],
    [0, null, null, undefined],
  );
});

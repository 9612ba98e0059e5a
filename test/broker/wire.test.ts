import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import {
  apiVersionsRequest,
  apiVersionsResponse,
} from '../../src/protocol/messages/api-versions.ts';
import {
  createTopicsRequest,
  createTopicsResponse,
} from '../../src/protocol/messages/create-topics.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../../src/protocol/messages/init-producer-id.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { must } from '../../src/util/assert.ts';
import type { LogFields } from '../../src/util/logger.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { startTarget, type Target } from '../compat/target.ts';
import { framed, RawConnection, readResponse, requestFrame } from './raw-connection.ts';

/** A request header up to the client's id, as version 1 of it has it. */
function header(apiKey: number, apiVersion: number, correlationId: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeInt16BE(apiKey, 0);
  bytes.writeInt16BE(apiVersion, 2);
  bytes.writeInt32BE(correlationId, 4);
  bytes.writeInt16BE(-1, 8);
  return bytes;
}

function produce(
  topic: string,
  acks: number,
  correlationId: number,
  values: readonly string[] = [`acks ${acks}`],
): Buffer {
  const { chunks } = buildBatch(
    values.map((value) => ({ value: Buffer.from(value), timestamp: 1 })),
  );
  const partitionData = [{ index: 0, records: chunks }];
  const request = { acks, timeoutMs: 5000, topicData: [{ name: topic, partitionData }] };
  return requestFrame(produceRequest, 9, correlationId, request);
}

function fetch(
  topic: string,
  fetchOffset: number,
  maxWaitMs: number,
  correlationId: number,
): Buffer {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }];
  const topics = [{ topic, partitions }];
  const request = { maxWaitMs, minBytes: 1, topics, forgottenTopicsData: [] };
  return requestFrame(fetchRequest, 12, correlationId, request);
}

const anyTopics = { topics: [] };

describe('the wire', () => {
  let target: Target;
  let topic: string;
  let raw: RawConnection;
  let bystander: RawConnection;
  const closedReasons: string[] = [];

  before(async () => {
    const info = (event: string, fields?: LogFields): void => {
      if (event === 'closed a connection') closedReasons.push(String(fields?.['reason']));
    };
    target = await startTarget({ logger: { ...silentLogger, info } });
    topic = target.topicName('wire');
    const connection = await RawConnection.open(target);
    const { topics } = await connection.call(createTopicsRequest, createTopicsResponse, 7, {
      topics: [
        { name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] },
      ],
      timeoutMs: 10_000,
    });
    assert.equal(topics[0]?.errorCode, 0);
    connection.close();
  });
  after(() => target.stop());

  beforeEach(async () => {
    closedReasons.length = 0;
    raw = await RawConnection.open(target);
    bystander = await RawConnection.open(target);
  });
  afterEach(() => {
    raw.close();
    bystander.close();
  });

  /** The connection is gone, said so in one line that names why, and another one lives. */
  async function assertOnlyThisCloses(reason: RegExp): Promise<void> {
    await raw.closed;
    const { brokers } = await bystander.call(metadataRequest, metadataResponse, 9, anyTopics);
    assert.equal(brokers.length, 1);
    if (target.broker === undefined) return;
    assert.equal(closedReasons.length, 1, closedReasons.join('; '));
    assert.match(must(closedReasons[0]), reason);
  }

  test('ApiVersions v0, as old librdkafka asks, lists Produce from 0', async () => {
    raw.write(framed(header(18, 0, 7)));
    const frame = await raw.frame();
    assert.equal(frame.readInt32BE(), 7);
    const { errorCode, apiKeys } = readResponse(apiVersionsResponse, 0, frame);
    assert.equal(errorCode, errorCodes.NONE);
    const range = (key: number) => apiKeys.find(({ apiKey }) => apiKey === key);
    assert.deepEqual(range(0), { apiKey: 0, minVersion: 0, maxVersion: 13 });
    assert.deepEqual(range(1), { apiKey: 1, minVersion: 4, maxVersion: 18 });
    assert.deepEqual(range(3), { apiKey: 3, minVersion: 0, maxVersion: 13 });
    assert.deepEqual(range(18), { apiKey: 18, minVersion: 0, maxVersion: 4 });
  });

  test('ApiVersions of an unknown version gets error 35 in version 0, and the connection stays', async () => {
    // What stands behind the header is of a form that nobody knows yet.
    raw.write(framed(Buffer.concat([header(18, 99, 1), Buffer.from('\0some day')])));
    const { errorCode, apiKeys } = readResponse(apiVersionsResponse, 0, await raw.frame());
    assert.equal(errorCode, errorCodes.UNSUPPORTED_VERSION);
    assert.deepEqual(apiKeys, [{ apiKey: 18, minVersion: 0, maxVersion: 4 }]);
    const client = { clientSoftwareName: 'raw', clientSoftwareVersion: '1.0' };
    const again = await raw.call(apiVersionsRequest, apiVersionsResponse, 4, client);
    assert.equal(again.errorCode, errorCodes.NONE);
    assert.ok(again.apiKeys.length > 15);
  });

  test('ApiVersions v3 with an illegal software name gets INVALID_REQUEST, and the connection stays', async () => {
    const bad = { clientSoftwareName: '-', clientSoftwareVersion: '' };
    const refused = await raw.call(apiVersionsRequest, apiVersionsResponse, 3, bad);
    assert.equal(refused.errorCode, errorCodes.INVALID_REQUEST);
    const good = { clientSoftwareName: 'raw', clientSoftwareVersion: '1.0' };
    const again = await raw.call(apiVersionsRequest, apiVersionsResponse, 3, good);
    assert.equal(again.errorCode, errorCodes.NONE);
  });

  test('Produce v2, which is advertised but not served, closes its connection alone', async () => {
    raw.write(framed(Buffer.concat([header(0, 2, 1), Buffer.alloc(10)])));
    await assertOnlyThisCloses(/Produce version 2/);
  });

  test('a version above the last one closes its connection alone', async () => {
    // Flexible, so that tags stand behind the header.
    raw.write(framed(Buffer.concat([header(3, 200, 1), Buffer.of(0)])));
    await assertOnlyThisCloses(/Metadata version 200/);
  });

  test('an API key that nobody knows closes its connection alone', async () => {
    raw.write(framed(header(999, 0, 1)));
    await assertOnlyThisCloses(/999/);
  });

  test('a frame over socket.request.max.bytes closes its connection alone', async () => {
    raw.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    await assertOnlyThisCloses(/2147483647 bytes/);
  });

  test('a negative frame size closes its connection alone', async () => {
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await assertOnlyThisCloses(/-1 bytes/);
  });

  test('an empty frame closes its connection alone', async () => {
    raw.write(framed(Buffer.alloc(0)));
    await assertOnlyThisCloses(/0 bytes/);
  });

  test('a body that ends too early closes its connection alone', async () => {
    const whole = requestFrame(metadataRequest, 9, 1, { topics: [{ name: topic }] });
    raw.write(framed(whole.subarray(4, whole.length - 3)));
    await assertOnlyThisCloses(/Metadata/);
  });

  test('bytes behind a request are passed over, as librdkafka 2.12 has three when it asks for all topics', async () => {
    // It writes the null list of topics in four bytes where one is right, so that all else comes too late.
    const body = Buffer.from([0, 0, 0, 0, 0, 0, 0]);
    raw.write(framed(Buffer.concat([header(3, 13, 1), Buffer.of(0), body])));
    const answer = readResponse(metadataResponse, 13, await raw.frame());
    assert.ok(answer.topics.some(({ name }) => name === topic));
  });

  test('an array longer than its frame closes its connection alone', async () => {
    raw.write(framed(Buffer.concat([header(3, 1, 1), Buffer.from([0x7f, 0xff, 0xff, 0xff])])));
    await assertOnlyThisCloses(/Metadata/);
  });

  test('requests before a malformed one are answered', async () => {
    raw.write(requestFrame(metadataRequest, 9, 1, anyTopics));
    assert.deepEqual(await raw.correlationIds(1), [1]);
    raw.write(requestFrame(metadataRequest, 9, 2, anyTopics), framed(header(999, 0, 3)));
    assert.deepEqual(await raw.correlationIds(1), [2]);
    await assertOnlyThisCloses(/999/);
  });

  test('requests that come byte by byte, and many in one packet, are answered in order', async () => {
    const one = requestFrame(metadataRequest, 9, 1, anyTopics);
    for (const byte of one) await raw.writeThrough(Buffer.from([byte]));
    assert.deepEqual(await raw.correlationIds(1), [1]);
    const ids = Array.from({ length: 200 }, (_, i) => i + 2);
    raw.write(...ids.map((id) => requestFrame(metadataRequest, 9, id, anyTopics)));
    assert.deepEqual(await raw.correlationIds(200), ids);
  });

  test('pipelined produce requests are written and answered in order, acks=0 without an answer', async () => {
    const acks = [-1, 0, 1, 0, 0, -1, 1, 0];
    raw.write(
      ...acks.map((value, i) => produce(topic, value, i, [`${i}a`, `${i}b`])),
      requestFrame(metadataRequest, 9, 100, anyTopics),
    );
    const frames: Buffer[] = [];
    while (frames.length < 5) frames.push(await raw.frame());
    assert.deepEqual(
      frames.map((frame) => frame.readInt32BE()),
      [0, 2, 5, 6, 100],
    );
    const partitions = frames
      .slice(0, 4)
      .map((frame) =>
        must(readResponse(produceResponse, 9, frame).responses[0]?.partitionResponses[0]),
      );
    assert.deepEqual(
      partitions.map(({ errorCode }) => errorCode),
      [0, 0, 0, 0],
    );
    assert.deepEqual(
      partitions.map(({ baseOffset }) => baseOffset),
      [0, 4, 10, 12],
    );
    raw.write(fetch(topic, 0, 0, 101));
    const fetched = readResponse(fetchResponse, 12, await raw.frame());
    assert.equal(fetched.responses[0]?.partitions[0]?.highWatermark, 16);
  });

  test('acks=0 that cannot be written closes its connection alone', async () => {
    raw.write(produce(target.topicName('nowhere'), 0, 1));
    await assertOnlyThisCloses(/acks=0/);
  });

  test('what was asked before an acks=0 that cannot be written is answered, what was asked behind is not', async () => {
    raw.write(
      produce(topic, -1, 1),
      produce(target.topicName('nowhere'), 0, 2),
      requestFrame(metadataRequest, 9, 3, anyTopics),
    );
    assert.deepEqual(await raw.correlationIds(1), [1]);
    await assert.rejects(raw.frame(), /closed/);
    await assertOnlyThisCloses(/acks=0/);
  });

  test('acks other than 0, 1 and all gets INVALID_REQUIRED_ACKS', async () => {
    raw.write(produce(topic, 2, 1));
    const { responses } = readResponse(produceResponse, 9, await raw.frame());
    assert.equal(responses[0]?.partitionResponses[0]?.errorCode, errorCodes.INVALID_REQUIRED_ACKS);
  });

  test('a long poll ends with the first record, and what was asked behind it is answered after it', async () => {
    raw.write(fetch(topic, 0, 0, 1));
    const partition = readResponse(fetchResponse, 12, await raw.frame()).responses[0]
      ?.partitions[0];
    const end = must(partition).highWatermark;
    raw.write(fetch(topic, end, 60_000, 2), requestFrame(metadataRequest, 9, 3, anyTopics));
    bystander.write(produce(topic, 1, 1));
    await bystander.frame();
    const polled = await raw.frame();
    assert.equal(polled.readInt32BE(), 2);
    const { records } = must(readResponse(fetchResponse, 12, polled).responses[0]?.partitions[0]);
    assert.equal(Buffer.concat(records ?? []).readBigInt64BE(), BigInt(end));
    assert.deepEqual(await raw.correlationIds(1), [3]);
  });

  test('a long poll without news ends empty when its time is up', async () => {
    raw.write(fetch(topic, 0, 0, 1));
    const partition = readResponse(fetchResponse, 12, await raw.frame()).responses[0]
      ?.partitions[0];
    raw.write(fetch(topic, must(partition).highWatermark, 50, 2));
    const polled = readResponse(fetchResponse, 12, await raw.frame()).responses[0]?.partitions[0];
    assert.equal(Buffer.concat(polled?.records ?? []).length, 0);
  });

  test('a transactional id gets INVALID_REQUEST at once while there are no transactions', async (t) => {
    if (target.broker === undefined) return t.skip('Apache Kafka has transactions');
    const request = { transactionalId: 'pay', transactionTimeoutMs: 1000 };
    const answer = await raw.call(initProducerIdRequest, initProducerIdResponse, 4, request);
    assert.equal(answer.errorCode, errorCodes.INVALID_REQUEST);
  });
});

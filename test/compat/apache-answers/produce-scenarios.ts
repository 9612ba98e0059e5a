import { recordBatchLayout, type CompressionCodec } from '../../../src/records/record-batch.ts';
import { writeInt16, writeInt32, writeInt64 } from '../../../src/util/bytes.ts';
import { zeroUuid } from '../../../src/protocol/uuid.ts';
import {
  aTime,
  altered,
  batchOf,
  fetchFrom,
  fill,
  offsetsAt,
  partitionAt,
  produceTo,
  type ProduceOptions,
} from './requests.ts';
import { unknownTopicId } from './unknown-topic-id.ts';
import { inVersions, type Scenario } from './scenario.ts';

const some = [3, 8, 13];

/** One batch that is not as it should be, sent to a topic with `configs`. */
function refused(
  story: string,
  records: (nowMs: number) => Uint8Array | null,
  rest: { versions?: readonly number[]; configs?: Record<string, string> } & ProduceOptions = {},
): Scenario[] {
  const { versions = [3, 13], configs = {}, ...options } = rest;
  return inVersions('Produce', versions, story, async (broker, version) => {
    const topic = await broker.topic('orders', { configs });
    await broker.ask('Produce', version, produceTo(topic, records(Date.now()), options));
    await broker.ask('ListOffsets', 7, offsetsAt(topic, -1));
  });
}

const good = batchOf(['a', 'b']);
const { attributes, baseOffset, batchLength, lastOffsetDelta, magic, recordCount } =
  recordBatchLayout;

/** A good batch with a field of its header set to something else. */
function withInt32(at: number, value: number): Uint8Array {
  return altered(good, (bytes) => writeInt32(bytes, at, value));
}

function withAttributes(bits: number): Uint8Array {
  return altered(good, (bytes) => writeInt16(bytes, attributes, bits));
}

const takenScenarios: Scenario[] = [
  ...inVersions(
    'Produce',
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    'acks=-1 answers base offsets',
    async (broker, version) => {
      const topic = await broker.topic('orders');
      await broker.ask('Produce', version, produceTo(topic, good));
      await broker.ask('Produce', version, produceTo(topic, batchOf(['c'])));
    },
  ),
  ...inVersions('Produce', some, 'acks=1 answers base offsets', async (broker, version) => {
    const topic = await broker.topic('orders');
    await broker.ask('Produce', version, produceTo(topic, good, { acks: 1 }));
    await broker.ask('Produce', version, produceTo(topic, good, { acks: 1, timeoutMs: -5 }));
  }),
  ...inVersions('Produce', some, 'acks=0 gets no answer', async (broker, version) => {
    const topic = await broker.topic('orders');
    await broker.tell('Produce', version, produceTo(topic, good, { acks: 0 }));
    await broker.ask('Produce', version, produceTo(topic, good));
  }),
  ...inVersions('Produce', some, 'LogAppendTime answers the time', async (broker, version) => {
    const configs = { 'message.timestamp.type': 'LogAppendTime' };
    const topic = await broker.topic('orders', { configs });
    await broker.ask('Produce', version, produceTo(topic, good));
    await broker.ask('Fetch', 12, fetchFrom(topic, [partitionAt(0)]));
  }),
  ...inVersions('Produce', [8], 'records without timestamps are taken', async (broker, version) => {
    const topic = await broker.topic('orders');
    const records = [{ value: Buffer.from('a') }, { value: null, timestamp: -1 }];
    await broker.ask('Produce', version, produceTo(topic, batchOf(records)));
    await broker.ask('Fetch', 12, fetchFrom(topic, [partitionAt(0)]));
  }),
  ...inVersions('Produce', [8], 'a deleted start is told', async (broker, version) => {
    const topic = await broker.topic('orders');
    await fill(broker, topic, good);
    await broker.prepare('DeleteRecords', 2, {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 1 }] }],
      timeoutMs: 5000,
    });
    await broker.ask('Produce', version, produceTo(topic, good));
  }),
  ...(['gzip', 'snappy', 'lz4', 'zstd'] as CompressionCodec[]).flatMap((compression) =>
    inVersions('Produce', [7, 13], `${compression} is kept as it is`, async (broker, version) => {
      const topic = await broker.topic('orders');
      const batch = batchOf(['a', 'b', 'c'], { compression });
      await broker.ask('Produce', version, produceTo(topic, batch));
      await broker.ask('Fetch', 12, fetchFrom(topic, [partitionAt(1)]));
    }),
  ),
  ...['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap((codec) =>
    inVersions(
      'Produce',
      [9],
      `compression.type=${codec} recompresses`,
      async (broker, version) => {
        const topic = await broker.topic('orders', { configs: { 'compression.type': codec } });
        const batch = batchOf(['a', 'b', 'c'], { compression: 'gzip' });
        await broker.ask('Produce', version, produceTo(topic, batch));
        await broker.ask('Produce', version, produceTo(topic, batchOf(['d'])));
        await broker.ask('Fetch', 12, fetchFrom(topic, [partitionAt(0)]));
      },
    ),
  ),
];

const requestScenarios: Scenario[] = [
  ...inVersions('Produce', some, 'no such topic', async (broker, version) => {
    const topic = { name: broker.nameOf('nobody'), topicId: unknownTopicId };
    await broker.ask('Produce', version, produceTo(topic, good));
    await broker.ask('Produce', version, produceTo(topic, good, { acks: 1 }));
  }),
  ...inVersions('Produce', some, 'no such partition', async (broker, version) => {
    const topic = await broker.topic('orders');
    await broker.ask('Produce', version, produceTo(topic, good, { partition: 1 }));
    await broker.ask('Produce', version, produceTo(topic, good, { partition: -1 }));
  }),
  ...inVersions('Produce', [13], 'the zero topic id', async (broker, version) => {
    await broker.ask('Produce', version, produceTo({ name: '', topicId: zeroUuid }, good));
  }),
  ...inVersions('Produce', some, 'acks=0 to no topic closes', async (broker, version) => {
    const topic = { name: broker.nameOf('nobody'), topicId: unknownTopicId };
    await broker.tell('Produce', version, produceTo(topic, good, { acks: 0 }));
    await broker.ask('Produce', version, produceTo(topic, good));
  }),
  ...inVersions('Produce', some, 'acks=0 with a wrong CRC closes', async (broker, version) => {
    const topic = await broker.topic('orders');
    const bytes = good.slice();
    writeInt32(bytes, recordBatchLayout.crc, 1);
    await broker.tell('Produce', version, produceTo(topic, bytes, { acks: 0 }));
    await broker.ask('Produce', version, produceTo(topic, good));
  }),
  ...[2, -2, 300].flatMap((acks) =>
    inVersions('Produce', some, `acks=${acks} is none`, async (broker, version) => {
      const topic = await broker.topic('orders');
      await broker.ask('Produce', version, produceTo(topic, good, { acks }));
    }),
  ),
  ...inVersions('Produce', some, 'no topics, and no partitions', async (broker, version) => {
    const topic = await broker.topic('orders');
    const question = { acks: -1, timeoutMs: 5000 };
    await broker.ask('Produce', version, { ...question, topicData: [] });
    await broker.ask('Produce', version, {
      ...question,
      topicData: [{ ...topic, partitionData: [] }],
    });
  }),
  ...inVersions('Produce', some, 'one good partition among bad ones', async (broker, version) => {
    const topic = await broker.topic('orders', { partitions: 2 });
    const unknown = { name: broker.nameOf('nobody'), topicId: unknownTopicId };
    const partition = (index: number, records: Uint8Array | null) => ({
      index,
      records: records === null ? null : [records],
    });
    await broker.ask('Produce', version, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [
        { ...unknown, partitionData: [partition(0, good)] },
        { ...topic, partitionData: [partition(1, good), partition(7, good)] },
      ],
    });
  }),
  ...inVersions('Produce', some, 'a partition twice in a request', async (broker, version) => {
    const topic = await broker.topic('orders');
    const partitionData = [
      { index: 0, records: [good] },
      { index: 0, records: [batchOf(['c'])] },
    ];
    await broker.ask('Produce', version, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ ...topic, partitionData }],
    });
    await broker.ask('ListOffsets', 7, offsetsAt(topic, -1));
  }),
  ...inVersions('Produce', some, 'too few in-sync replicas', async (broker, version) => {
    const topic = await broker.topic('orders', { configs: { 'min.insync.replicas': '2' } });
    await broker.ask('Produce', version, produceTo(topic, good));
    await broker.ask('Produce', version, produceTo(topic, good, { acks: 1 }));
  }),
  ...inVersions(
    'Produce',
    [0, 1, 2],
    'a version that is only advertised',
    async (broker, version) => {
      const topic = await broker.topic('orders');
      const frame = broker.frame('Produce', 3, produceTo(topic, good));
      writeInt16(frame, 6, version);
      await broker.askFrame('Produce', version, frame, 3);
    },
  ),
];

const beforeConfigs = { 'message.timestamp.before.max.ms': '3600000' };
const afterConfigs = { 'message.timestamp.after.max.ms': '3600000' };
const compacted = { 'cleanup.policy': 'compact' };
const keyless = { key: null, value: Buffer.from('x'), timestamp: aTime };

const batchScenarios: Scenario[] = [
  ...refused('null records', () => null),
  ...refused('empty records', () => new Uint8Array()),
  ...refused('two batches', () => Buffer.concat([good, batchOf(['c'])])),
  ...refused('a wrong CRC', () => {
    const bytes = good.slice();
    writeInt32(bytes, recordBatchLayout.crc, 1);
    return bytes;
  }),
  ...refused('a batch that is cut off', () => good.subarray(0, good.length - 1)),
  ...refused('a batch that ends within its header', () => good.subarray(0, 40)),
  ...refused('a few bytes', () => good.subarray(0, 9)),
  ...refused('a byte behind the batch', () => Buffer.concat([good, Buffer.of(0)])),
  ...refused('a length that is too small', () => withInt32(batchLength, 10)),
  ...refused('a negative length', () => withInt32(batchLength, -1)),
  ...refused('more records counted than there are', () => withInt32(recordCount, 3)),
  ...refused('fewer records counted than there are', () => withInt32(recordCount, 1)),
  ...refused('no records counted', () => withInt32(recordCount, 0)),
  ...refused('a negative count of records', () => withInt32(recordCount, -1)),
  ...refused('a last offset delta that is too large', () => withInt32(lastOffsetDelta, 5)),
  ...refused('a negative last offset delta', () => withInt32(lastOffsetDelta, -1)),
  ...refused('count and last offset delta wrong together', () =>
    altered(good, (bytes) => {
      writeInt32(bytes, recordCount, 3);
      writeInt32(bytes, lastOffsetDelta, 2);
    }),
  ),
  ...[0, 1, 3].flatMap((value) =>
    refused(`magic ${value}`, () =>
      altered(good, (bytes) => {
        bytes[magic] = value;
      }),
    ),
  ),
  ...refused('a batch above max.message.bytes', () => batchOf(['x'.repeat(1000)]), {
    configs: { 'max.message.bytes': '1000' },
  }),
  ...refused('a batch above segment.bytes', () => batchOf(['x'.repeat(1_200_000)]), {
    configs: { 'max.message.bytes': '2000000', 'segment.bytes': '1048576' },
  }),
  ...refused('zstd', () => batchOf(['a'], { compression: 'zstd' }), { versions: [3, 5, 6] }),
  ...[5, 6, 7].flatMap((bits) =>
    refused(`codec ${bits}, which does not exist`, () => withAttributes(bits)),
  ),
  ...refused('records before message.timestamp.before.max.ms', () => good, {
    configs: beforeConfigs,
  }),
  ...refused(
    'one of three records before message.timestamp.before.max.ms',
    (nowMs) => {
      const record = (timestamp: number) => ({ value: Buffer.from('x'), timestamp });
      return batchOf([record(nowMs), record(aTime), record(nowMs)]);
    },
    { configs: beforeConfigs },
  ),
  ...refused(
    'a record after message.timestamp.after.max.ms',
    () => batchOf([{ value: Buffer.from('x'), timestamp: aTime * 2 }]),
    { configs: afterConfigs },
  ),
  ...refused('LogAppendTime set by the producer', () => withAttributes(8)),
  ...refused('a control batch', () => withAttributes(32)),
  ...refused('a batch with a delete horizon', () => withAttributes(64)),
  ...refused('an attribute bit without a meaning', () => withAttributes(128)),
  ...refused('a transactional batch without a producer', () => withAttributes(16)),
  ...refused('a base offset that is not zero', () =>
    altered(good, (bytes) => writeInt64(bytes, baseOffset, 7)),
  ),
  ...refused('a null key in a compacted topic', () => batchOf([keyless]), { configs: compacted }),
  ...refused(
    'a null key among others in a compacted topic',
    () => batchOf(['a', keyless, 'c', keyless]),
    { configs: compacted },
  ),
  ...refused(
    'a null key in a compressed batch for a compacted topic',
    () => batchOf(['a', keyless], { compression: 'gzip' }),
    { configs: compacted },
  ),
  ...refused(
    'a compressed batch that cannot be decompressed',
    () => altered(batchOf(['a'], { compression: 'gzip' }), (bytes) => bytes.fill(7, 61)),
    { configs: compacted },
  ),
];

export const produceScenarios: readonly Scenario[] = [
  ...takenScenarios,
  ...requestScenarios,
  ...batchScenarios,
];

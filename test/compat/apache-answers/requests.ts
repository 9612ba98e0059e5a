import { batchCrc } from '../../../src/records/crc32c.ts';
import {
  buildBatch,
  type BatchOptions,
  type NewRecord,
} from '../../../src/records/batch-builder.ts';
import { RecordBatch, recordBatchLayout } from '../../../src/records/record-batch.ts';
import { concatenated, writeInt32 } from '../../../src/util/bytes.ts';
import type { Question } from './apis.ts';
import type { Conversation, Topic } from './conversation.ts';

/** When the first record of each batch was made, in milliseconds since the epoch: in November 2023. */
export const aTime = 1_700_000_000_000;

/** Records with keys and values that say which they are, a second apart. */
export function someRecords(values: readonly string[], firstTimestamp = aTime): NewRecord[] {
  return values.map((value, i) => ({
    key: Buffer.from(`key of ${value}`),
    value: Buffer.from(value),
    timestamp: firstTimestamp + 1000 * i,
  }));
}

/** A batch in one piece. */
export function batchOf(
  records: readonly (NewRecord | string)[],
  options: BatchOptions = {},
): Uint8Array {
  const built = records.map((record, i) =>
    typeof record === 'string' ? (someRecords([record], aTime + 1000 * i)[0] as NewRecord) : record,
  );
  return concatenated(buildBatch(built, options).chunks).slice();
}

/** A batch with some of its bytes changed, and the CRC that goes with them. */
export function altered(batch: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = batch.slice();
  change(bytes);
  writeInt32(bytes, recordBatchLayout.crc, batchCrc(new RecordBatch([bytes])));
  return bytes;
}

export interface ProduceOptions {
  readonly acks?: number;
  readonly partition?: number;
  readonly timeoutMs?: number;
}

/** A Produce request with one partition's records, for any version. */
export function produceTo(
  topic: Topic,
  records: Uint8Array | null,
  options: ProduceOptions = {},
): Question<'Produce'> {
  const { acks = -1, partition = 0, timeoutMs = 5000 } = options;
  const partitionData = [{ index: partition, records: records === null ? null : [records] }];
  return { acks, timeoutMs, topicData: [{ ...topic, partitionData }] };
}

/** A topic with as many batches in partition 0 as `values` has lists; a record a value, a second apart. */
export async function filledTopic(
  broker: Conversation,
  label: string,
  values: readonly (readonly string[])[] = [['a', 'b'], ['c', 'd'], ['e']],
  configs: Readonly<Record<string, string>> = {},
): Promise<Topic> {
  const topic = await broker.topic(label, { configs });
  let timestamp = aTime;
  for (const batch of values) {
    await fill(broker, topic, batchOf(someRecords(batch, timestamp)));
    timestamp += 1000 * batch.length;
  }
  return topic;
}

/** Writes records that must be taken, without a word in the transcript. */
export async function fill(
  broker: Conversation,
  topic: Topic,
  records: Uint8Array,
  partition = 0,
): Promise<void> {
  const { responses } = await broker.prepare(
    'Produce',
    9,
    produceTo(topic, records, { partition }),
  );
  const written = responses[0]?.partitionResponses[0];
  if (written?.errorCode !== 0) throw new Error(`not written: error ${written?.errorCode}`);
}

type FetchQuestion = Question<'Fetch'>;
type FetchedTopic = FetchQuestion['topics'][number];
type FetchedPartition = FetchedTopic['partitions'][number];

/** One partition of a fetch. */
export function partitionAt(
  fetchOffset: number,
  rest: Partial<FetchedPartition> = {},
): FetchedPartition {
  return { partition: 0, fetchOffset, partitionMaxBytes: 1024 * 1024, ...rest };
}

/** A Fetch request that does not wait. */
export function fetchOf(
  topics: readonly FetchedTopic[],
  rest: Partial<FetchQuestion> = {},
): FetchQuestion {
  return { maxWaitMs: 0, minBytes: 1, topics, forgottenTopicsData: [], ...rest };
}

/** A Fetch request for one topic. */
export function fetchFrom(
  topic: Topic,
  partitions: readonly FetchedPartition[],
  rest: Partial<FetchQuestion> = {},
): FetchQuestion {
  return fetchOf([{ ...topic, topic: topic.name, partitions }], rest);
}

/** A ListOffsets request for partition 0 of a topic at each of `timestamps`, one request each. */
export function offsetsAt(
  topic: Topic,
  timestamp: number,
  rest: { isolationLevel?: number; currentLeaderEpoch?: number; replicaId?: number } = {},
): Question<'ListOffsets'> {
  const { replicaId = -1, isolationLevel = 0, currentLeaderEpoch = -1 } = rest;
  const partitions = [{ partitionIndex: 0, currentLeaderEpoch, timestamp }];
  const topics = [{ name: topic.name, partitions }];
  return { replicaId, ...(isolationLevel === 0 ? {} : { isolationLevel }), topics };
}

/** A producer id that nobody has used. A broker that has just started may have none yet. */
export async function newProducerId(broker: Conversation): Promise<number> {
  let producerId = -1;
  await broker.settled('there is a producer id', async () => {
    const question = { transactionalId: null, transactionTimeoutMs: 60_000 };
    ({ producerId } = await broker.prepare('InitProducerId', 4, question));
    return producerId >= 0;
  });
  return producerId;
}

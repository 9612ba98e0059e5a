import assert from 'node:assert/strict';
import { type BaseOptions, Consumer, type FetchOptions } from '@platformatic/kafka';
import { must } from '../../src/util/assert.ts';
import type { Target } from './target.ts';

type FetchRequestTopic = FetchOptions<Buffer, Buffer, Buffer, Buffer>['topics'][number];

/** In the attributes of a batch: its records are no client's. */
const controlBit = 0x20;

/** A record as a client reads it, in a form that tests compare. */
export interface ClientRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

/**
 * All records of a topic, partition by partition, as @platformatic/kafka fetches them without a group. Ours
 * must hand out the same with `broker.records`.
 */
export async function readTopic(target: Target, topic: string): Promise<ClientRecord[]> {
  const consumer = openConsumer(target);
  try {
    const records = await fetchAll(consumer, topic);
    if (target.broker !== undefined) {
      assert.deepEqual(await brokerRecords(target, topic), records, 'broker.records');
    }
    return records;
  } finally {
    await consumer.close();
  }
}

/** A consumer that is never to join its group. */
export function openConsumer(target: Target): Consumer {
  return new Consumer({ ...clientOptions(target), groupId: 'never-joined' });
}

/** For each client of @platformatic/kafka: patient for as long as a new topic needs to be known. */
export function clientOptions(target: Pick<Target, 'bootstrapServers'>): BaseOptions {
  const bootstrapBrokers = [target.bootstrapServers];
  return { clientId: 'compat', bootstrapBrokers, retries: 4, retryDelay: 50 };
}

/** What to fetch of a topic: of each partition that `offsets` has, from its offset on. */
export function fetchFrom(
  topicId: string,
  offsets: Readonly<Record<number, number | bigint>>,
  partitionMaxBytes = 1 << 20,
): FetchRequestTopic {
  return {
    topicId,
    partitions: Object.entries(offsets).map(([partition, fetchOffset]) => ({
      partition: Number(partition),
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(fetchOffset),
      lastFetchedEpoch: -1,
      partitionMaxBytes,
    })),
  };
}

async function fetchAll(consumer: Consumer, topic: string): Promise<ClientRecord[]> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const { id: topicId, partitions } = must(metadata.topics.get(topic));
  const from = partitions.map(() => 0n);
  const starts = await consumer.listOffsets({ topics: [topic], timestamp: -2n });
  for (const [i, offset] of must(starts.get(topic)).entries()) from[i] = offset;
  const records = partitions.map((): ClientRecord[] => []);
  for (let left = true; left;) {
    left = false;
    const request = fetchFrom(topicId, from, 1 << 22);
    const node = must(partitions[0]).leader;
    const response = await consumer.fetch({ node, topics: [request], maxWaitTime: 0 });
    for (const partition of response.responses.flatMap((one) => one.partitions)) {
      const { partitionIndex, highWatermark } = partition;
      const before = must(from[partitionIndex]);
      for (const batch of partition.records ?? []) {
        if ((batch.attributes & controlBit) !== 0) {
          from[partitionIndex] = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
          continue;
        }
        for (const record of batch.records) {
          const offset = batch.firstOffset + BigInt(record.offsetDelta);
          if (offset < before) continue;
          must(records[partitionIndex]).push({
            partition: partitionIndex,
            offset: Number(offset),
            timestamp: Number(batch.firstTimestamp + record.timestampDelta),
            key: text(record.key),
            value: text(record.value),
            headers: record.headers.map(([key, value]) => [String(key), text(value)]),
          });
          from[partitionIndex] = offset + 1n;
        }
      }
      if (must(from[partitionIndex]) < highWatermark) left = true;
    }
  }
  return records.flat();
}

async function brokerRecords(target: Target, topic: string): Promise<ClientRecord[]> {
  const records = await must(target.broker).records(topic);
  return records.map(({ partition, offset, timestamp, key, value, headers }) => ({
    partition,
    offset,
    timestamp,
    key: text(key),
    value: text(value),
    headers: headers.map((header) => [header.key, text(header.value)] as const),
  }));
}

/** Long values, which a failed comparison would print, become their length and their ends. */
function text(bytes: Buffer | null | undefined): string | null {
  if (bytes === null || bytes === undefined) return null;
  if (bytes.length <= 1000) return bytes.toString();
  return `${bytes.subarray(0, 20).toString()}…${bytes.length}…${bytes.subarray(-20).toString()}`;
}

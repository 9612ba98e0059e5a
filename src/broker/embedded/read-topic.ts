import type { Client } from '../../client/client.ts';
import type { ConsumedRecord } from '../../client/client-records.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { TopicRecord } from '../public-api.ts';

/**
 * The records of a topic that a consumer sees now, partition by partition. Rejects with `UNKNOWN_TOPIC`, and as the
 * client does.
 */
export async function readTopic(
  client: Client,
  topic: string,
  { partition: only }: { readonly partition?: number },
): Promise<TopicRecord[]> {
  const { topics } = await client.cluster.metadata([topic]);
  const partitions = topics.find(({ name }) => name === topic)?.partitions;
  if (partitions === undefined) {
    throw new OdradekError(`there is no topic ${topic}`, { code: 'UNKNOWN_TOPIC', topic });
  }
  const wanted = partitions.filter(({ partition }) => only === undefined || only === partition);
  if (wanted.length === 0) return [];
  const consumer = await client.consumer({
    isolation: 'read_committed',
    ranges: wanted.map(({ partition }) => ({
      topic,
      partition,
      from: { at: 'beginning' },
      until: { at: 'end' },
    })),
  });
  const records: TopicRecord[] = [];
  for await (const some of consumer.records()) records.push(...some.map(topicRecord));
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

function topicRecord(record: ConsumedRecord): TopicRecord {
  const { topic, partition, offset, timestampMs: timestamp, key, value, headers } = record;
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: asBuffer(key),
    value: asBuffer(value),
    headers: headers.map((header) => ({ key: header.key, value: asBuffer(header.value) })),
  };
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

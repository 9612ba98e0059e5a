import { valueOf } from '../../../../src/client/admin-items.ts';
import type { ConsumedRecord } from '../../../../src/client/client-records.ts';
import type { Client } from '../../../../src/client/client.ts';
import type { PartitionMetadata } from '../../../../src/client/cluster-metadata.ts';
import type { PartitionRange } from '../../../../src/client/start-positions.ts';
import { must } from '../../../../src/util/assert.ts';

/** The partitions of a topic, as the cluster describes them now. */
export async function partitionsOf(
  client: Client,
  topic: string,
): Promise<readonly PartitionMetadata[]> {
  const [described] = await client.admin.describeTopics([topic]);
  return valueOf(must(described)).partitions;
}

/** Who leads the first partition of a topic. */
export async function leaderOf(client: Client, topic: string): Promise<number> {
  const [first] = await partitionsOf(client, topic);
  return must(first).leaderId;
}

/** Writes values, with acks from all in sync, and waits for these. */
export async function writeValues(
  client: Client,
  topic: string,
  values: readonly string[],
): Promise<void> {
  const producer = client.producer();
  try {
    await Promise.all(values.map((value) => producer.send({ topic, value: Buffer.from(value) })));
  } finally {
    await producer.close();
  }
}

/** All that a topic holds now. */
export async function recordsOf(client: Client, topic: string): Promise<ConsumedRecord[]> {
  const partitions = await partitionsOf(client, topic);
  const ranges = partitions.map(({ partition }): PartitionRange => ({
    topic,
    partition,
    from: { at: 'beginning' },
    until: { at: 'end' },
  }));
  const consumer = await client.consumer({ ranges });
  const read: ConsumedRecord[] = [];
  for await (const records of consumer.records()) read.push(...records);
  return read;
}

/** The values that a topic holds now. */
export async function valuesOf(client: Client, topic: string): Promise<string[]> {
  const records = await recordsOf(client, topic);
  return records.map(({ value }) => Buffer.from(value ?? []).toString());
}

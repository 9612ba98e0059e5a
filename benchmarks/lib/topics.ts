import { buildBatch } from '../../src/records/batch-builder.ts';
import {
  createTopicsRequest,
  createTopicsResponse,
} from '../../src/protocol/messages/create-topics.ts';
import {
  listOffsetsRequest,
  listOffsetsResponse,
} from '../../src/protocol/messages/list-offsets.ts';
import { concatenated } from '../../src/util/bytes.ts';
import type { Wire } from './wire.ts';

/** Makes a topic and waits until it leads. */
export async function createTopic(
  wire: Wire,
  name: string,
  numPartitions: number,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { topics } = await wire.call(createTopicsRequest, createTopicsResponse, 5, {
    topics: [
      {
        name,
        numPartitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 30_000,
  });
  const error = topics[0]?.errorCode;
  if (error !== 0) throw new Error(`creating ${name} answered ${error}`);
  // Apache's broker answers before it leads.
  for (let tries = 0; tries < 100; tries++) {
    const partitions = [{ partitionIndex: numPartitions - 1, timestamp: -1 }];
    const found = await wire.call(listOffsetsRequest, listOffsetsResponse, 5, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name, partitions }],
    });
    if (found.topics[0]?.partitions[0]?.errorCode === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} has no leader`);
}

/** A batch of `count` records with values of `valueBytes`, uncompressed. */
export function batchOf(count: number, valueBytes: number): Uint8Array {
  const value = new Uint8Array(valueBytes).fill(120);
  const timestamp = Date.now();
  const records = Array.from({ length: count }, () => ({ timestamp, value }));
  return concatenated(buildBatch(records).chunks);
}

import type { Client } from '../client/client.ts';
import { hasCode } from '../util/odradek-error.ts';

/** What brokers tell of their disks. */
export interface BrokerStorage {
  /** What partitions take, by `topic-partition@broker`. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Node ids of those whose log directories are all cordoned: nothing new is to be put on them. */
  readonly cordoned: ReadonlySet<number>;
}

/** Asks the brokers for their log directories; answers nothing of those that do not tell. */
export async function brokerStorage(client: Client): Promise<BrokerStorage> {
  const sizes = new Map<string, number>();
  const open = new Set<number>();
  const asked = new Set<number>();
  try {
    for (const { brokerId, replicas, isCordoned } of await client.admin.describeLogDirs()) {
      asked.add(brokerId);
      if (!isCordoned) open.add(brokerId);
      for (const { topic, partition, sizeBytes, isFuture } of replicas) {
        if (!isFuture) sizes.set(`${topic}-${partition}@${brokerId}`, sizeBytes);
      }
    }
  } catch (error) {
    // All this is an extra: a broker that does not tell it, or not to us, is described without.
    if (!hasCode(error, 'BROKER_REFUSED')) throw error;
  }
  return { sizes, cordoned: new Set([...asked].filter((id) => !open.has(id))) };
}

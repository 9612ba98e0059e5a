import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import { clusterMetadata, type PartitionMetadata } from '../../src/client/cluster-metadata.ts';
import { RawConnection } from '../broker/raw-connection.ts';

/** How a broker says that its cluster stands. */
export interface ClusterView {
  /** -1 for nobody. */
  readonly controllerId: number;
  /** Those that are not fenced. */
  readonly brokers: readonly number[];
  /** Of the topic that was asked for. */
  readonly partitions: readonly PartitionMetadata[];
  /** Whether every partition of every topic is led by its preferred leader, with all its replicas in sync. */
  readonly isWhole: boolean;
}

/** A broker that stands still answers nothing. */
const patienceMs = 2000;

/** What one broker says of a topic; undefined where it says nothing. */
export async function askBroker(port: number, topic: string): Promise<ClusterView | undefined> {
  let connection: RawConnection | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    connection = await RawConnection.open({ host: '127.0.0.1', port });
    timer = setTimeout(() => connection?.close(), patienceMs);
    const response = await connection.call(metadataRequest, metadataResponse, 12, {
      topics: null,
      allowAutoTopicCreation: false,
    });
    const { controllerId, brokers, topics } = clusterMetadata(response);
    const all = topics.flatMap(({ partitions }) => partitions);
    return {
      controllerId,
      brokers: [...brokers.keys()].toSorted((a, b) => a - b),
      partitions: topics.find(({ name }) => name === topic)?.partitions ?? [],
      isWhole: all.every(
        ({ leaderId, isr, replicas }) => leaderId === replicas[0] && isr.length === replicas.length,
      ),
    };
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    connection?.close();
  }
}

/** A partition's leader with its epoch, and who is in sync, in short. */
export function describePartition(partition: PartitionMetadata): string {
  const { leaderId, leaderEpoch, isr } = partition;
  const inSync = isr.toSorted((a, b) => a - b).join(',');
  return `${partition.partition}: ${leaderId}@${leaderEpoch} [${inSync}]`;
}

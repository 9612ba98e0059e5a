import type { OngoingReassignment } from '../client/admin-reassignments.ts';
import type { Client } from '../client/client.ts';
import type { PartitionMetadata, TopicMetadata } from '../client/cluster-metadata.ts';
import { hasCode } from '../util/odradek-error.ts';
import type { SpreadPartition } from '../util/replica-spread.ts';
import { filteredTopics } from './filtered-topics.ts';
import { usageError } from './usage-error.ts';

/** A broker, and what is on it. */
export interface BrokerState {
  readonly nodeId: number;
  /** Undefined where the cluster does not say: the broker is down. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly rack: string | null;
  readonly state: 'serves' | 'fenced' | 'down';
  readonly isController: boolean;
  /** Partitions that it leads. */
  readonly leads: number;
  /** Replicas that it has. */
  readonly replicas: number;
  /** Those of them that are in sync. */
  readonly inSync: number;
}

/** A cluster as commands look at it. */
export interface ClusterState {
  readonly clusterId: string;
  readonly controllerId: number;
  /** Ordered by their ids. Those that are down are known from the partitions that lie on them. */
  readonly brokers: readonly BrokerState[];
  /** Ordered by name, those among them that Kafka keeps for itself. */
  readonly topics: readonly TopicMetadata[];
  /** Partitions on their way to other brokers. */
  readonly moving: readonly OngoingReassignment[];
}

/** Asks for the state of a cluster. Throws as the client does. */
export async function clusterState(client: Client): Promise<ClusterState> {
  const [{ clusterId, controllerId, brokers }, topics, moving] = await Promise.all([
    client.admin.describeCluster(),
    topicsWithLogs(client),
    ongoingReassignments(client),
  ]);
  const partitions = topics.flatMap((topic) => topic.partitions);
  const known = new Map(brokers.map((broker) => [broker.nodeId, broker]));
  const nodeIds = new Set([...known.keys(), ...partitions.flatMap(({ replicas }) => replicas)]);
  const states = Array.from(nodeIds, (nodeId): BrokerState => {
    const broker = known.get(nodeId);
    const state = broker === undefined ? 'down' : broker.isFenced ? 'fenced' : 'serves';
    return {
      nodeId,
      host: broker?.host,
      port: broker?.port,
      rack: broker?.rack ?? null,
      state,
      isController: nodeId === controllerId,
      ...holdingsOf(nodeId, partitions),
    };
  });
  return {
    clusterId,
    controllerId,
    brokers: states.toSorted((a, b) => a.nodeId - b.nodeId),
    topics,
    moving,
  };
}

/** What a filtered topic shows lies where its source's logs lie, once. */
async function topicsWithLogs(client: Client): Promise<readonly TopicMetadata[]> {
  const topics = await client.admin.listTopics();
  const names = topics.map(({ name }) => name);
  const filtered = await filteredTopics(client, names);
  return topics.filter(({ name }) => !filtered.has(name));
}

function holdingsOf(nodeId: number, partitions: readonly PartitionMetadata[]) {
  return {
    leads: partitions.filter(({ leaderId }) => leaderId === nodeId).length,
    replicas: partitions.filter(({ replicas }) => replicas.includes(nodeId)).length,
    inSync: partitions.filter(({ isr }) => isr.includes(nodeId)).length,
  };
}

/** What is on its way; nothing where the broker does not tell it, or not to us. */
export async function ongoingReassignments(
  client: Client,
): Promise<readonly OngoingReassignment[]> {
  try {
    return await client.admin.listReassignments();
  } catch (error) {
    if (hasCode(error, 'BROKER_REFUSED')) return [];
    throw error;
  }
}

/** Where the partitions of `topics` lie, or will lie once they are where they are going. */
export function placesOf(
  topics: readonly TopicMetadata[],
  moving: readonly OngoingReassignment[],
): readonly SpreadPartition[] {
  const going = new Map(moving.map((move) => [`${move.topic}-${move.partition}`, move]));
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition, replicas }) => {
      const move = going.get(`${name}-${partition}`);
      const places = move?.replicas.filter((id) => !move.removingReplicas.includes(id));
      return { topic: name, partition, replicas: places ?? replicas };
    }),
  );
}

/** The brokers that may get replicas: those that serve and are not cordoned. */
export function placeableBrokers(
  { brokers }: ClusterState,
  cordoned: ReadonlySet<number>,
): readonly BrokerState[] {
  return brokers.filter(({ nodeId, state }) => state === 'serves' && !cordoned.has(nodeId));
}

/** The node id in `text`. Throws `INVALID_ARGUMENT`. */
export function parseNodeId(text: string, argument: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`${argument} ${text}: expected a node id.`, text, 'a node id');
}

/** The broker of a node id. Throws `INVALID_ARGUMENT`, naming those that there are. */
export function brokerOf({ brokers }: ClusterState, nodeId: number): BrokerState {
  const found = brokers.find((broker) => broker.nodeId === nodeId);
  if (found !== undefined) return found;
  const ids = brokers.map((broker) => broker.nodeId).join(', ');
  throw usageError(`There is no broker ${nodeId}; there are ${ids}.`, String(nodeId), ids);
}

import {
  createTopicsRequest,
  createTopicsResponse,
} from '../../src/protocol/messages/create-topics.ts';
import {
  describeQuorumRequest,
  describeQuorumResponse,
} from '../../src/protocol/messages/describe-quorum.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import type { MeasuredCluster, MeasuredNode } from './measured-cluster.ts';
import { Wire } from './wire.ts';

const inSyncWithinMs = 60_000;

/** Where clients reach a node. */
export function bootstrapOf({ port }: MeasuredNode): string {
  return `127.0.0.1:${port}`;
}

/**
 * Makes a topic of three replicas, two of which must be in sync, whose partitions are led by the nodes of
 * `leaders`, one after the other; settles when all replicas are in sync.
 */
export async function createReplicatedTopic(
  cluster: MeasuredCluster,
  name: string,
  leaders: readonly number[],
): Promise<void> {
  const nodeIds = cluster.nodes.map(({ nodeId }) => nodeId);
  const assignments = leaders.map((leader, partitionIndex) => ({
    partitionIndex,
    brokerIds: [leader, ...nodeIds.filter((nodeId) => nodeId !== leader)],
  }));
  const configs = [{ name: 'min.insync.replicas', value: '2' }];
  await withWire(cluster.nodes[0], async (wire) => {
    const { topics } = await wire.call(createTopicsRequest, createTopicsResponse, 5, {
      topics: [{ name, numPartitions: -1, replicationFactor: -1, assignments, configs }],
      timeoutMs: 30_000,
    });
    const error = topics[0]?.errorCode;
    if (error !== 0) throw new Error(`creating ${name} answered ${error}`);
  });
  await allInSync(cluster, name, leaders.length);
}

/** Settles when every node knows of every partition of the topic that all three replicas are in sync. */
export async function allInSync(
  cluster: MeasuredCluster,
  topic: string,
  partitionCount: number,
): Promise<void> {
  const deadlineMs = performance.now() + inSyncWithinMs;
  for (const node of cluster.nodes) {
    while (!(await isInSync(node, topic, partitionCount))) {
      if (performance.now() > deadlineMs) throw new Error(`${topic} does not come in sync`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function isInSync(
  node: MeasuredNode,
  name: string,
  partitionCount: number,
): Promise<boolean> {
  const { topics } = await withWire(node, (wire) =>
    wire.call(metadataRequest, metadataResponse, 9, {
      topics: [{ name }],
      allowAutoTopicCreation: false,
    }),
  );
  const partitions = topics[0]?.partitions ?? [];
  return (
    partitions.length === partitionCount &&
    partitions.every(({ isrNodes, leaderId }) => isrNodes.length === 3 && leaderId >= 0)
  );
}

/** The node that is the controller. */
export async function controllerOf(cluster: MeasuredCluster): Promise<number> {
  const { topics } = await withWire(cluster.nodes[0], (wire) =>
    wire.call(describeQuorumRequest, describeQuorumResponse, 1, {
      topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
    }),
  );
  const leaderId = topics[0]?.partitions[0]?.leaderId ?? -1;
  if (leaderId < 0) throw new Error('there is no controller');
  return leaderId;
}

async function withWire<Result>(
  node: MeasuredNode | undefined,
  work: (wire: Wire) => Promise<Result>,
): Promise<Result> {
  if (node === undefined) throw new Error('there is no node to ask');
  const wire = await Wire.connect(bootstrapOf(node));
  try {
    return await work(wire);
  } finally {
    wire.close();
  }
}

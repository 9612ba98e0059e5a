import type { ClusterFacts, GroupFacts, PartitionFacts, TopicFacts } from '../admin/why/facts.ts';
import { describedMember } from '../admin/why/group-members.ts';
import { valueOf } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import type { PartitionMetadata, TopicMetadata } from '../client/cluster-metadata.ts';
import type { GroupDescription } from '../client/group/describe-groups.ts';
import { type GroupPartition, groupPartitions } from '../client/group/group-lag.ts';
import { offsetSpecs } from '../client/list-offsets.ts';
import type { Clock } from '../runtime/runtime.ts';
import { sumOfKnown } from '../util/sum-of-known.ts';

/**
 * What sentences are made of, as any Kafka broker tells it. When members polled last, where lags go and since when
 * things are as they are, the protocol does not say.
 */

/** The brokers, and those that replicas are on and that nobody knows of: they are down. */
export async function clusterFacts(
  client: Client,
  topics: readonly TopicMetadata[],
  clock: Clock,
): Promise<ClusterFacts> {
  const { brokers, controllerId } = await client.admin.describeCluster();
  const registered = new Set(brokers.map(({ nodeId }) => nodeId));
  const fenced = brokers.filter(({ isFenced }) => isFenced).map(({ nodeId }) => nodeId);
  const missing = topics
    .flatMap(({ partitions }) => partitions.flatMap(({ replicas }) => replicas))
    .filter((nodeId) => !registered.has(nodeId));
  const down = new Set([...fenced, ...missing]);
  const all = [...new Set([...registered, ...missing])].toSorted((a, b) => a - b);
  const logDirs = await logDirsOf(
    client,
    all.filter((nodeId) => !down.has(nodeId)),
  );
  return {
    nowMs: clock.nowMs(),
    controllerId,
    brokers: all.map((nodeId) => ({
      nodeId,
      state: down.has(nodeId) ? 'down' : 'up',
      stateSinceMs: null,
      reachable: true,
      figures: { logDirs: logDirs.get(nodeId) ?? [] },
    })),
  };
}

type LogDirs = NonNullable<ClusterFacts['brokers'][number]['figures']>['logDirs'];

async function logDirsOf(
  client: Client,
  nodeIds: readonly number[],
): Promise<ReadonlyMap<number, LogDirs>> {
  const found = new Map<number, LogDirs[number][]>();
  for (const dir of await client.admin.describeLogDirs(nodeIds)) {
    const dirs = found.get(dir.brokerId) ?? [];
    found.set(dir.brokerId, dirs);
    dirs.push({
      path: dir.path,
      online: dir.errorCode === 0,
      usedBytes: dir.replicas.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      freeBytes: dir.usableBytes < 0 ? null : dir.usableBytes,
      totalBytes: dir.totalBytes < 0 ? null : dir.totalBytes,
    });
  }
  return found;
}

/** Topics, in their order. */
export async function topicFacts(
  client: Client,
  topics: readonly TopicMetadata[],
): Promise<readonly TopicFacts[]> {
  const configs = await client.admin.describeConfigs(
    topics.map(({ name }) => ({ type: 'topic', name })),
  );
  return topics.map(({ name, partitions }, index) => {
    const entries = valueOf(configs[index] ?? { value: [] });
    const valueFor = (key: string): string | null =>
      entries.find((entry) => entry.name === key)?.value ?? null;
    const minInsync = valueFor('min.insync.replicas');
    const unclean = valueFor('unclean.leader.election.enable');
    return {
      name,
      partitions: partitions.map(partitionFacts),
      minInsyncReplicas: minInsync === null ? null : Number(minInsync),
      uncleanLeaderElection: unclean === null ? null : unclean === 'true',
      filter: null,
    };
  });
}

function partitionFacts({ partition, leaderId, replicas, isr }: PartitionMetadata): PartitionFacts {
  return {
    index: partition,
    leader: leaderId,
    replicas,
    isr,
    elr: null,
    lastKnownElr: [],
    followerLag: {},
  };
}

/** A group, with what it has committed and where the logs begin and end. */
export async function groupFacts(client: Client, group: GroupDescription): Promise<GroupFacts> {
  const partitions = await groupPartitions(client, group);
  const starts = await client.admin.tryListOffsets(
    partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      timestampMs: offsetSpecs.earliest,
    })),
  );
  const offsets = partitions.map((partition, index) =>
    groupOffset(partition, starts[index]?.offset),
  );
  return {
    groupId: group.groupId,
    state: group.state,
    coordinatorId: group.coordinatorId,
    members: group.members.map(describedMember),
    offsets,
    lag: sumOfKnown(offsets.map(({ lag }) => lag)),
    lagSeconds: null,
    trend: 'unknown',
    subscribed: [...new Set(group.members.flatMap(({ topics }) => topics))],
    laggingSinceMs: null,
    stateSinceMs: null,
    awaited: null,
  };
}

function groupOffset(
  { topic, partition, committedOffset, endOffset, lag, owner }: GroupPartition,
  startOffset: number | undefined,
): GroupFacts['offsets'][number] {
  const isEmpty = endOffset !== undefined && endOffset === startOffset;
  return {
    topic,
    partition,
    committedOffset: committedOffset ?? null,
    logStartOffset: startOffset ?? null,
    highWatermark: endOffset ?? null,
    // Who has committed nothing has nothing to read where there is nothing.
    lag: lag === undefined ? (isEmpty ? 0 : null) : Math.max(0, lag),
    lagSeconds: null,
    memberId: owner?.memberId ?? null,
  };
}

import type { GroupOffset, MemberFigures } from '../../../src/admin/contract/picture.ts';
import type {
  BrokerFacts,
  ClusterFacts,
  GroupFacts,
  PartitionFacts,
  TopicFacts,
} from '../../../src/admin/why/facts.ts';

/** 14:10 UTC. */
export const nowMs = Date.UTC(2026, 10, 26, 14, 10);
/** 14:03 UTC. */
export const at1403 = Date.UTC(2026, 10, 26, 14, 3);

export function brokerFacts(nodeId: number, given: Partial<BrokerFacts> = {}): BrokerFacts {
  return { nodeId, state: 'up', stateSinceMs: null, reachable: true, figures: null, ...given };
}

/** Brokers 1 to 3, of which some are down since 14:03. */
export function clusterFacts(
  down: readonly number[] = [],
  given: Partial<ClusterFacts> = {},
): ClusterFacts {
  return {
    nowMs,
    controllerId: 1,
    brokers: [1, 2, 3].map((nodeId) =>
      down.includes(nodeId)
        ? brokerFacts(nodeId, { state: 'down', stateSinceMs: at1403, reachable: false })
        : brokerFacts(nodeId),
    ),
    ...given,
  };
}

export function partitionFacts(index: number, given: Partial<PartitionFacts> = {}): PartitionFacts {
  return {
    index,
    leader: 1,
    replicas: [1, 2, 3],
    isr: [1, 2, 3],
    elr: [],
    lastKnownElr: [],
    followerLag: {},
    ...given,
  };
}

export function topicFacts(
  partitions: readonly PartitionFacts[],
  given: Partial<TopicFacts> = {},
): TopicFacts {
  return {
    name: 'orders',
    partitions,
    minInsyncReplicas: 1,
    uncleanLeaderElection: false,
    filter: null,
    ...given,
  };
}

export function memberFacts(
  name: string,
  partitions: readonly number[],
  given: Partial<MemberFigures> = {},
): MemberFigures {
  return {
    memberId: `${name}-11111111-2222-3333-4444-555555555555`,
    instanceId: null,
    clientId: name,
    host: '/127.0.0.1',
    partitions: partitions.map((partition) => ({ topic: 'orders', partition })),
    lastHeartbeatAgoMs: 1000,
    lastFetchAgoMs: 300,
    ...given,
  };
}

export function offsetFacts(partition: number, given: Partial<GroupOffset> = {}): GroupOffset {
  return {
    topic: 'orders',
    partition,
    committedOffset: 100,
    logStartOffset: 0,
    highWatermark: 100,
    lag: 0,
    lagSeconds: 0,
    memberId: null,
    ...given,
  };
}

export function groupFacts(given: Partial<GroupFacts> = {}): GroupFacts {
  return {
    groupId: 'billing',
    state: 'Stable',
    coordinatorId: 1,
    members: [memberFacts('X', [0, 1])],
    offsets: [offsetFacts(0), offsetFacts(1)],
    lag: 0,
    lagSeconds: 0,
    trend: 'steady',
    subscribed: ['orders'],
    laggingSinceMs: null,
    stateSinceMs: null,
    awaited: null,
    ...given,
  };
}

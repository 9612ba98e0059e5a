import { errorCodes } from '../../protocol/error-codes.ts';
import { type Outcome, settleItems } from '../admin-items.ts';
import { apis } from '../apis.ts';
import { brokerRefused } from '../client-errors.ts';
import type { Cluster } from '../cluster.ts';
import { unknownGroup } from './describe-groups.ts';
import type { GroupCoordinators } from './group-coordinators.ts';
import { commitOffsets, deleteOffsets, type OffsetToCommit } from './group-offsets.ts';
import type { TopicPartition } from './topic-partition.ts';

/** A group as lists name it. */
export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  /** Empty where the broker is too old to say. */
  readonly state: string;
  /** `classic`, `consumer` and so on; empty where the broker is too old to say. */
  readonly type: string;
  readonly coordinatorId: number;
}

/** Which groups are listed: those with one of these states and types; all unless given. */
export interface ListGroupsOptions {
  readonly states?: readonly string[];
  readonly types?: readonly string[];
}

/**
 * The groups of all brokers, ordered by their ids. Fails where one of the brokers does not answer, as long as the
 * cluster has it among those that serve: the groups of one that has died are soon others'.
 */
export function listGroups(
  cluster: Cluster,
  options: ListGroupsOptions,
): Promise<readonly GroupListing[]> {
  return cluster.retrying('ListGroups', async () => {
    const { brokers } = await cluster.metadata([]);
    const parts = await Promise.all(
      [...brokers.keys()].map((brokerId) => groupsOf(cluster, brokerId, options)),
    );
    return parts.flat().toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
  });
}

async function groupsOf(
  cluster: Cluster,
  coordinatorId: number,
  { states = [], types = [] }: ListGroupsOptions,
): Promise<readonly GroupListing[]> {
  const { errorCode, groups } = await cluster.requestTo(coordinatorId, apis.listGroups, {
    statesFilter: states,
    typesFilter: types,
  });
  if (errorCode !== errorCodes.NONE) {
    throw brokerRefused(`list groups of broker ${coordinatorId}`, errorCode);
  }
  return groups.map(({ groupId, protocolType, groupState, groupType }) => ({
    groupId,
    protocolType,
    state: groupState,
    type: groupType,
    coordinatorId,
  }));
}

/** Deletes groups without members, and what they have committed. One that is not there is `UNKNOWN_GROUP`. */
export function deleteGroups(
  cluster: Cluster,
  coordinators: GroupCoordinators,
  groupIds: readonly string[],
): Promise<readonly Outcome<string>[]> {
  return settleItems(cluster, 'DeleteGroups', groupIds, (open) =>
    coordinators.each(open, async (nodeId, part) => {
      const { results } = await cluster.requestTo(nodeId, apis.deleteGroups, { groupsNames: part });
      const codes = new Map(results.map(({ groupId, errorCode }) => [groupId, errorCode]));
      return part.map((groupId): Outcome<string> => {
        const errorCode = codes.get(groupId) ?? errorCodes.UNKNOWN_SERVER_ERROR;
        if (errorCode === errorCodes.NONE) return { value: groupId };
        if (errorCode === errorCodes.GROUP_ID_NOT_FOUND) return { error: unknownGroup(groupId) };
        return { error: coordinators.refused(groupId, `delete group ${groupId}`, errorCode) };
      });
    }),
  );
}

/** Commits offsets for a group without members; the outcomes are in their order. */
export function alterGroupOffsets(
  cluster: Cluster,
  coordinators: GroupCoordinators,
  groupId: string,
  offsets: readonly OffsetToCommit[],
): Promise<readonly Outcome<TopicPartition>[]> {
  return settleItems(cluster, `OffsetCommit of group ${groupId}`, offsets, (open) =>
    commitOffsets(coordinators, groupId, open),
  );
}

/** Forgets offsets of a group, which must not read these topics now; the outcomes are in their order. */
export function deleteGroupOffsets(
  cluster: Cluster,
  coordinators: GroupCoordinators,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly Outcome<TopicPartition>[]> {
  return settleItems(cluster, `OffsetDelete of group ${groupId}`, partitions, (open) =>
    deleteOffsets(coordinators, groupId, open),
  );
}

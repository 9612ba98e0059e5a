import { errorCodes } from '../../protocol/error-codes.ts';
import type { ConsumerGroupDescribeResponse } from '../../protocol/messages/consumer-group-describe.ts';
import type { DescribeGroupsResponse } from '../../protocol/messages/describe-groups.ts';
import { hasCode, OdradekError } from '../../util/odradek-error.ts';
import { type Outcome, settleItems } from '../admin-items.ts';
import { apis } from '../apis.ts';
import type { Cluster } from '../cluster.ts';
import { decodeAssignment, decodeSubscription } from './consumer-protocol.ts';
import type { GroupCoordinators } from './group-coordinators.ts';
import type { TopicPartition } from './topic-partition.ts';

/** A member of a group. */
export interface GroupMemberDescription {
  readonly memberId: string;
  /** Null where the member is not static. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  /** What it subscribes to, as far as it says so by name. */
  readonly topics: readonly string[];
  readonly assignment: readonly TopicPartition[];
}

/** A group as its coordinator describes it. */
export interface GroupDescription {
  readonly groupId: string;
  /** `consumer` groups are those of KIP-848. */
  readonly type: 'classic' | 'consumer';
  /** `Empty`, `Stable`, `PreparingRebalance` and so on, in Kafka's words. */
  readonly state: string;
  /** `consumer` for groups of consumers; Kafka Connect has another one. */
  readonly protocolType: string;
  /** Which assignor shares the partitions; empty while none does. */
  readonly assignor: string;
  readonly coordinatorId: number;
  readonly members: readonly GroupMemberDescription[];
}

/**
 * Groups with their members, of both protocols. One that is not there is `UNKNOWN_GROUP`. `timeoutMs` as of
 * `settleItems`.
 */
export function describeGroups(
  cluster: Cluster,
  coordinators: GroupCoordinators,
  groupIds: readonly string[],
  timeoutMs?: number,
): Promise<readonly Outcome<GroupDescription>[]> {
  const attempt = (open: readonly string[]): Promise<readonly Outcome<GroupDescription>[]> =>
    coordinators.each(open, async (nodeId, part) => {
      const consumer = await consumerGroups(cluster, nodeId, part);
      const rest = part.filter((groupId) => !consumer.has(groupId));
      const classic = await classicGroups(cluster, nodeId, rest);
      return part.map((groupId): Outcome<GroupDescription> => {
        const answer = consumer.get(groupId) ?? classic.get(groupId);
        const errorCode = answer?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR;
        // Before version 6 a group that does not exist is a dead one.
        const isUnknown =
          errorCode === errorCodes.GROUP_ID_NOT_FOUND || answer?.groupState === 'Dead';
        if (isUnknown) return { error: unknownGroup(groupId) };
        if (answer === undefined || errorCode !== errorCodes.NONE) {
          const operation = `describe group ${groupId}`;
          return {
            error: coordinators.refused(groupId, operation, errorCode, answer?.errorMessage),
          };
        }
        const value =
          'protocolData' in answer
            ? classicDescription(answer, nodeId)
            : consumerDescription(answer, nodeId);
        return { value };
      });
    });
  return settleItems(cluster, 'DescribeGroups', groupIds, attempt, timeoutMs);
}

/** Says that there is no such group. */
export function unknownGroup(group: string): OdradekError {
  return new OdradekError(`there is no group ${group}`, { code: 'UNKNOWN_GROUP', group });
}

/** Says in other words than a broker's that a group with members does not allow `operation`. */
export function nonEmptyGroup(operation: string, message: string): OdradekError {
  return new OdradekError(message, {
    code: 'BROKER_REFUSED',
    operation,
    errorCode: errorCodes.NON_EMPTY_GROUP,
    errorName: 'NON_EMPTY_GROUP',
  });
}

type DescribedConsumer = ConsumerGroupDescribeResponse['groups'][number];
type DescribedClassic = DescribeGroupsResponse['groups'][number];

/** Those of `groupIds` that are groups of KIP-848; none where the broker does not know such groups. */
async function consumerGroups(
  cluster: Cluster,
  nodeId: number,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, DescribedConsumer>> {
  try {
    const { groups } = await cluster.requestTo(nodeId, apis.consumerGroupDescribe, {
      groupIds,
      includeAuthorizedOperations: false,
    });
    const own = groups.filter(
      ({ errorCode }) =>
        errorCode !== errorCodes.GROUP_ID_NOT_FOUND && errorCode !== errorCodes.UNSUPPORTED_VERSION,
    );
    return new Map(own.map((group) => [group.groupId, group]));
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    return new Map();
  }
}

function isUnsupported(error: unknown): boolean {
  return (
    hasCode(error, 'BROKER_REFUSED') && error.details.errorCode === errorCodes.UNSUPPORTED_VERSION
  );
}

async function classicGroups(
  cluster: Cluster,
  nodeId: number,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, DescribedClassic>> {
  if (groupIds.length === 0) return new Map();
  const { groups } = await cluster.requestTo(nodeId, apis.describeGroups, { groups: groupIds });
  return new Map(groups.map((group) => [group.groupId, group]));
}

function consumerDescription(group: DescribedConsumer, coordinatorId: number): GroupDescription {
  return {
    groupId: group.groupId,
    type: 'consumer',
    state: group.groupState,
    protocolType: 'consumer',
    assignor: group.assignorName,
    coordinatorId,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      host: member.clientHost,
      topics: member.subscribedTopicNames,
      assignment: member.assignment.topicPartitions.flatMap(({ topicName: topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
    })),
  };
}

function classicDescription(group: DescribedClassic, coordinatorId: number): GroupDescription {
  const isOfConsumers = group.protocolType === 'consumer';
  return {
    groupId: group.groupId,
    type: 'classic',
    state: group.groupState,
    protocolType: group.protocolType,
    assignor: group.protocolData,
    coordinatorId,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      topics: isOfConsumers ? readable(decodeTopics, member.memberMetadata) : [],
      assignment: isOfConsumers ? readable(decodeAssignment, member.memberAssignment) : [],
    })),
  };
}

function decodeTopics(metadata: Uint8Array): readonly string[] {
  return metadata.length === 0 ? [] : decodeSubscription(metadata).topics;
}

/** What members say to each other is theirs: what cannot be read is left out. */
function readable<T>(decode: (bytes: Uint8Array) => readonly T[], bytes: Uint8Array): readonly T[] {
  try {
    return decode(bytes);
  } catch (error) {
    if (hasCode(error, 'PROTOCOL_ERROR')) return [];
    throw error;
  }
}

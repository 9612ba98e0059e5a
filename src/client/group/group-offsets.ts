import { errorCodes } from '../../protocol/error-codes.ts';
import type { OffsetFetchResponse } from '../../protocol/messages/offset-fetch.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { Outcome } from '../admin-items.ts';
import { apis } from '../apis.ts';
import type { Cluster } from '../cluster.ts';
import type { GroupCoordinators } from './group-coordinators.ts';
import { byTopic, partitionKey, type TopicPartition } from './topic-partition.ts';

/** Later versions of OffsetFetch ask for several groups in another form. */
const fetchVersionMax = 7;
/** The first that has that form, and the last that names topics by their names. */
const batchedFirstVersion = 8;
const batchedVersionMax = 9;
/** Later versions of OffsetCommit name topics by their ids. */
const commitVersionMax = 9;

/** An offset to be committed. */
export interface OffsetToCommit extends TopicPartition {
  /** Of the next record to be read. */
  readonly offset: number;
  /** Of the record before it; -1 unless known. */
  readonly leaderEpoch?: number | undefined;
  /** Whatever the group wants to remember with it. */
  readonly metadata?: string | undefined;
}

/** An offset that a group has committed. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
  /** -1 where whoever committed it did not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** In whose name offsets are committed. */
export interface CommitIdentity {
  readonly memberId: string;
  /** Or the member's epoch (KIP-848). */
  readonly generationId: number;
  readonly instanceId: string | null;
}

/** From outside, which a group without members allows. */
const nobody: CommitIdentity = { memberId: '', generationId: -1, instanceId: null };

/**
 * What a group has committed for `partitions`, or for all where these are undefined: those without an offset
 * are not in the answer. With `requireStable`, offsets that an open transaction is about to commit are waited
 * for. Asks once; fails with `BROKER_REFUSED` and as a connection does.
 */
export async function fetchOffsets(
  coordinators: GroupCoordinators,
  groupId: string,
  options: {
    readonly partitions?: readonly TopicPartition[] | undefined;
    readonly requireStable?: boolean;
  } = {},
): Promise<readonly CommittedOffset[]> {
  const { partitions, requireStable = false } = options;
  const topics =
    partitions &&
    [...byTopic(partitions)].map(([name, items]) => ({
      name,
      partitionIndexes: items.map(({ partition }) => partition),
    }));
  const operation = `offsets of group ${groupId}`;
  const response = await coordinators.request(
    groupId,
    apis.offsetFetch,
    { groupId, topics: topics ?? null, requireStable },
    { versionMax: fetchVersionMax },
  );
  const found: CommittedOffset[] = [];
  if (response.errorCode !== errorCodes.NONE) {
    throw coordinators.refused(groupId, operation, response.errorCode);
  }
  for (const { name: topic, partitions: answers } of response.topics) {
    for (const answer of answers) {
      const { errorCode, partitionIndex: partition, committedOffset: offset } = answer;
      if (errorCode !== errorCodes.NONE) {
        throw coordinators.refused(groupId, `${operation} in ${topic}-${partition}`, errorCode);
      }
      if (offset < 0) continue;
      const { committedLeaderEpoch: leaderEpoch, metadata } = answer;
      found.push({ topic, partition, offset, leaderEpoch, metadata: metadata ?? '' });
    }
  }
  return found;
}

/**
 * What each of `groupIds` has committed, which its coordinator answers for many of them at once where it can. Asks
 * once; the outcomes are in the order of the groups.
 */
export function fetchOffsetsOfGroups(
  cluster: Cluster,
  coordinators: GroupCoordinators,
  groupIds: readonly string[],
): Promise<readonly Outcome<readonly CommittedOffset[]>[]> {
  return coordinators.each(groupIds, async (nodeId, part) => {
    const connection = await cluster.connectionTo(nodeId);
    const version = connection.agreedVersion(apis.offsetFetch, batchedVersionMax);
    if (version < batchedFirstVersion) return eachByItself(coordinators, part);
    const groups = part.map((groupId) => ({ groupId, topics: null }));
    const response = await connection.request(apis.offsetFetch, { groups }, { version });
    const answers = new Map(response.groups.map((answer) => [answer.groupId, answer]));
    return part.map((groupId): Outcome<readonly CommittedOffset[]> => {
      const answer = answers.get(groupId);
      const errorCode = answer?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR;
      if (answer !== undefined && errorCode === errorCodes.NONE) {
        return { value: committedIn(answer.topics) };
      }
      return {
        error: coordinators.refused(groupId, `offsets of group ${groupId}`, errorCode),
      };
    });
  });
}

async function eachByItself(
  coordinators: GroupCoordinators,
  groupIds: readonly string[],
): Promise<readonly Outcome<readonly CommittedOffset[]>[]> {
  const outcomes: Outcome<readonly CommittedOffset[]>[] = [];
  for (const groupId of groupIds) {
    outcomes.push({ value: await fetchOffsets(coordinators, groupId) });
  }
  return outcomes;
}

type BatchedTopic = OffsetFetchResponse['groups'][number]['topics'][number];

/** What cannot be read of a partition is as if nothing was committed there. */
function committedIn(topics: readonly BatchedTopic[]): readonly CommittedOffset[] {
  return topics.flatMap(({ name: topic, partitions }) =>
    partitions
      .filter(
        ({ errorCode, committedOffset }) => errorCode === errorCodes.NONE && committedOffset >= 0,
      )
      .map(({ partitionIndex, committedOffset, committedLeaderEpoch, metadata }) => ({
        topic,
        partition: partitionIndex,
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata: metadata ?? '',
      })),
  );
}

/** Commits offsets, once; the outcomes are in their order. Fails as a connection does. */
export async function commitOffsets(
  coordinators: GroupCoordinators,
  groupId: string,
  offsets: readonly OffsetToCommit[],
  options: { readonly identity?: CommitIdentity; readonly timeoutMs?: number } = {},
): Promise<readonly Outcome<TopicPartition>[]> {
  const { identity = nobody, timeoutMs } = options;
  const response = await coordinators.request(
    groupId,
    apis.offsetCommit,
    {
      groupId,
      memberId: identity.memberId,
      generationIdOrMemberEpoch: identity.generationId,
      groupInstanceId: identity.instanceId,
      topics: [...byTopic(offsets)].map(([name, items]) => ({
        name,
        partitions: items.map(({ partition, offset, leaderEpoch, metadata }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch ?? -1,
          committedMetadata: metadata ?? '',
        })),
      })),
    },
    { versionMax: commitVersionMax, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  );
  return partitionOutcomes(coordinators, groupId, 'commit', offsets, response.topics);
}

/** Forgets what a group has committed for `partitions`, once; the outcomes are in their order. */
export async function deleteOffsets(
  coordinators: GroupCoordinators,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly Outcome<TopicPartition>[]> {
  const response = await coordinators.request(groupId, apis.offsetDelete, {
    groupId,
    topics: [...byTopic(partitions)].map(([name, items]) => ({
      name,
      partitions: items.map(({ partition }) => ({ partitionIndex: partition })),
    })),
  });
  if (response.errorCode !== errorCodes.NONE) {
    const operation = `delete offsets of group ${groupId}`;
    throw coordinators.refused(groupId, operation, response.errorCode);
  }
  return partitionOutcomes(coordinators, groupId, 'delete', partitions, response.topics);
}

interface TopicAnswer {
  readonly name: string;
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
}

function partitionOutcomes(
  coordinators: GroupCoordinators,
  groupId: string,
  verb: 'commit' | 'delete',
  partitions: readonly TopicPartition[],
  answers: readonly TopicAnswer[],
): readonly Outcome<TopicPartition>[] {
  const codes = new Map<string, number>();
  for (const { name: topic, partitions: items } of answers) {
    for (const { partitionIndex: partition, errorCode } of items) {
      codes.set(partitionKey({ topic, partition }), errorCode);
    }
  }
  return partitions.map(({ topic, partition }): Outcome<TopicPartition> => {
    const item = { topic, partition };
    const errorCode = codes.get(partitionKey(item)) ?? errorCodes.UNKNOWN_SERVER_ERROR;
    if (errorCode === errorCodes.NONE) return { value: item };
    if (errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION) return { error: noPartition(item) };
    const operation = `${verb} the offset of group ${groupId} in ${topic}-${partition}`;
    return { error: coordinators.refused(groupId, operation, errorCode) };
  });
}

/** Unlike a reader, who commits does not wait for the partition to appear. */
function noPartition({ topic, partition }: TopicPartition): OdradekError {
  return new OdradekError(`there is no partition ${topic}-${partition}`, {
    code: 'UNKNOWN_TOPIC',
    topic,
  });
}

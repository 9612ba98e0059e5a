import { errorCodes } from '../../../protocol/error-codes.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { OffsetCommitRequest } from '../../../protocol/messages/offset-commit.ts';
import { zeroUuid } from '../../../protocol/uuid.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupEvent, TopicView } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { OffsetsContext } from './offsets-context.ts';

type CommitEvent = Extract<GroupEvent, { kind: 'offsetCommit' }>;
type RequestTopic = OffsetCommitRequest['topics'][number];
type RequestPartition = RequestTopic['partitions'][number];

/** From this version of OffsetCommit on, topics are named by their ids. */
const topicIdsFrom = 10;
/** From this version on, a group that is not there is told as such. */
const groupNotFoundFrom = 9;

/** A topic of the request, and what the cluster knows of it. */
interface NamedTopic {
  readonly topic: RequestTopic;
  readonly view: TopicView | undefined;
}

/**
 * Decides OffsetCommit. Partitions that do not exist are refused one by one. Only if there are others does it
 * matter whether the caller may commit, which is refused for all of these alike. `wasAllowed` is called when
 * the caller may.
 */
export function commitOffsets(
  context: OffsetsContext,
  event: CommitEvent,
  nowMs: number,
  {
    out,
    wasAllowed,
  }: { readonly out: DecisionBuilder<GroupRecord>; readonly wasAllowed: () => void },
): void {
  const named = event.request.topics.map((topic) => ({
    topic,
    view: viewOf(context, event, topic),
  }));
  const valid = named.filter(hasValidPartitions);
  const refusal = valid.length === 0 ? undefined : refusalOf(context, event, valid);
  if (valid.length > 0 && refusal === undefined) wasAllowed();
  const { offsetMetadataMaxBytes } = context.settings();
  const topics = named.map(({ topic, view }) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((partition) => {
      const error =
        whyUnknown(event, partition, view) ??
        refusal ??
        (isTooLong(partition, offsetMetadataMaxBytes) ? 'OFFSET_METADATA_TOO_LARGE' : 'NONE');
      if (error === 'NONE' && view !== undefined) {
        out.records.push(offsetRecord(event.request, topic, view.name, partition, nowMs));
      }
      return { partitionIndex: partition.partitionIndex, errorCode: errorCodes[error] };
    }),
  }));
  out.reply(event.ref, { topics });
}

function viewOf(
  { topics }: OffsetsContext,
  { context }: CommitEvent,
  { name, topicId }: RequestTopic,
): TopicView | undefined {
  return context.apiVersion >= topicIdsFrom ? topics.byId(topicId) : topics.byName(name);
}

function whyUnknown(
  { context }: CommitEvent,
  { partitionIndex }: RequestPartition,
  view: TopicView | undefined,
): ErrorName | undefined {
  if (view === undefined) {
    return context.apiVersion >= topicIdsFrom ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
  }
  return isPartitionOf(view, partitionIndex) ? undefined : 'UNKNOWN_TOPIC_OR_PARTITION';
}

function isPartitionOf(view: TopicView, partition: number): boolean {
  return partition >= 0 && partition < view.partitionCount;
}

function hasValidPartitions({ topic, view }: NamedTopic): boolean {
  return (
    view !== undefined &&
    topic.partitions.some(({ partitionIndex }) => isPartitionOf(view, partitionIndex))
  );
}

function refusalOf(
  { groups }: OffsetsContext,
  { context, request }: CommitEvent,
  valid: readonly NamedTopic[],
): ErrorName | undefined {
  const { generationIdOrMemberEpoch } = request;
  const group = groups.get(request.groupId);
  if (group === undefined) {
    // Who names no generation keeps offsets without being a member: replay makes a group for it.
    if (generationIdOrMemberEpoch < 0) return undefined;
    return context.apiVersion >= groupNotFoundFrom ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
  }
  const { memberId, groupInstanceId } = request;
  return group.checkOffsetCommit(
    { memberId, groupInstanceId, generationIdOrMemberEpoch, apiVersion: context.apiVersion },
    valid.map(({ topic, view }) => ({
      name: view?.name ?? topic.name,
      topicId: view?.topicId ?? topic.topicId,
      partitions: topic.partitions,
    })),
  );
}

/** Apache Kafka counts characters, whatever the key of the bound is called. */
function isTooLong({ committedMetadata }: RequestPartition, lengthMax: number): boolean {
  return committedMetadata !== null && committedMetadata.length > lengthMax;
}

function offsetRecord(
  { groupId, retentionTimeMs }: OffsetCommitRequest,
  { topicId }: RequestTopic,
  topicName: string,
  partition: RequestPartition,
  nowMs: number,
): GroupRecord {
  return {
    type: 'offsetCommit',
    key: { group: groupId, topic: topicName, partition: partition.partitionIndex },
    value: {
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
      commitTimestamp: nowMs,
      expireTimestamp:
        retentionTimeMs === -1 ? -1 : Math.min(nowMs + retentionTimeMs, Number.MAX_SAFE_INTEGER),
      topicId: topicId === '' ? zeroUuid : topicId,
    },
  };
}

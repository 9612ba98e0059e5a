import { errorCodes } from '../../../protocol/error-codes.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import { zeroUuid } from '../../../protocol/uuid.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupEvent, OffsetFetchOfGroup } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { OffsetsContext } from './offsets-context.ts';
import { isOtherTopic } from './topic-offsets.ts';
import type { CommittedOffset } from './topic-offsets.ts';

type FetchEvent = Extract<GroupEvent, { kind: 'offsetFetch' }>;
type FetchReply = NonNullable<FetchEvent['ref']['response']>;
type TopicReply = FetchReply['topics'][number];
type PartitionReply = TopicReply['partitions'][number];
type RequestTopic = NonNullable<OffsetFetchOfGroup['topics']>[number];

/** From this version of OffsetFetch on, topics are named by their ids. */
const topicIdsFrom = 10;
/** From this version on, an error of the group stands above the partitions. */
const groupErrorsFrom = 2;

/**
 * Decides the part of an OffsetFetch that is about one group. A group that is not there has no offsets, which
 * is no error. While there are no transactions, all offsets are stable.
 */
export function fetchOffsets(
  context: OffsetsContext,
  event: FetchEvent,
  out: DecisionBuilder<GroupRecord>,
): void {
  const { groupId, memberId, memberEpoch, topics } = event.request;
  const refusal = context.groups.get(groupId)?.checkOffsetFetch(memberId, memberEpoch);
  if (refusal !== undefined) {
    out.reply(event.ref, refused(event, refusal));
    return;
  }
  const answered =
    topics === null
      ? allTopics(context, event)
      : topics.map((topic) => oneTopic(context, event, topic));
  out.reply(event.ref, { groupId, topics: answered, errorCode: errorCodes.NONE });
}

function refused({ context, request }: FetchEvent, error: ErrorName): FetchReply {
  const { groupId } = request;
  if (context.apiVersion >= groupErrorsFrom) {
    return { groupId, topics: [], errorCode: errorCodes[error] };
  }
  const topics = (request.topics ?? []).map((topic) => withoutOffsets(topic, error));
  return { groupId, topics, errorCode: errorCodes.NONE };
}

/** Of a topic that the cluster does not know there is no id to name it by: it is left out. */
function allTopics(
  context: OffsetsContext,
  { context: caller, request }: FetchEvent,
): TopicReply[] {
  const replies: TopicReply[] = [];
  for (const [name, offsets] of context.offsets.ofGroup(request.groupId)) {
    const topicId = context.topics.byName(name)?.topicId ?? zeroUuid;
    if (caller.apiVersion >= topicIdsFrom && topicId === zeroUuid) continue;
    const partitions = Array.from(offsets.entries(), ([partition, offset]) =>
      found(partition, offset),
    );
    replies.push({ name, topicId, partitions });
  }
  return replies;
}

function oneTopic(
  context: OffsetsContext,
  { context: caller, request }: FetchEvent,
  topic: RequestTopic,
): TopicReply {
  const byId = caller.apiVersion >= topicIdsFrom;
  const name = byId ? context.topics.byId(topic.topicId)?.name : topic.name;
  if (name === undefined) return withoutOffsets(topic, 'UNKNOWN_TOPIC_ID');
  const topicId = byId ? topic.topicId : zeroUuid;
  const partitions = topic.partitionIndexes.map((partition) => {
    const offset = context.offsets.get(request.groupId, name, partition);
    return offset === undefined || isOtherTopic(offset.topicId, topicId)
      ? missing(partition, 'NONE')
      : found(partition, offset);
  });
  return { name: topic.name, topicId: topic.topicId, partitions };
}

function withoutOffsets(
  { name, topicId, partitionIndexes }: RequestTopic,
  error: ErrorName,
): TopicReply {
  return { name, topicId, partitions: partitionIndexes.map((index) => missing(index, error)) };
}

function found(
  partitionIndex: number,
  { offset, leaderEpoch, metadata }: CommittedOffset,
): PartitionReply {
  return {
    partitionIndex,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: errorCodes.NONE,
  };
}

function missing(partitionIndex: number, error: ErrorName): PartitionReply {
  return {
    partitionIndex,
    committedOffset: -1,
    committedLeaderEpoch: -1,
    metadata: '',
    errorCode: errorCodes[error],
  };
}

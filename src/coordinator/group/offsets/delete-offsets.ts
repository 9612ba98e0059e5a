import { errorCodes } from '../../../protocol/error-codes.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupEvent } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import { offsetTombstone } from './offsets-context.ts';
import type { OffsetsContext } from './offsets-context.ts';

type DeleteEvent = Extract<GroupEvent, { kind: 'offsetDelete' }>;

/** Decides OffsetDelete (KIP-496). To delete an offset that is not there is no error. */
export function deleteOffsets(
  context: OffsetsContext,
  { request, ref }: DeleteEvent,
  out: DecisionBuilder<GroupRecord>,
): void {
  const refusal = refusalOf(context, request.groupId);
  if (refusal !== undefined) {
    out.reply(ref, { errorCode: errorCodes[refusal], topics: [] });
    return;
  }
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => {
      const error = whyNot(context, request.groupId, name, partitionIndex) ?? 'NONE';
      if (
        error === 'NONE' &&
        context.offsets.get(request.groupId, name, partitionIndex) !== undefined
      ) {
        out.records.push(offsetTombstone(request.groupId, name, partitionIndex));
      }
      return { partitionIndex, errorCode: errorCodes[error] };
    }),
  }));
  out.reply(ref, { errorCode: errorCodes.NONE, topics });
}

function refusalOf({ groups }: OffsetsContext, groupId: string): ErrorName | undefined {
  if (groupId === '') return 'INVALID_GROUP_ID';
  const group = groups.get(groupId);
  return group === undefined ? 'GROUP_ID_NOT_FOUND' : group.checkOffsetDelete();
}

function whyNot(
  { groups, topics }: OffsetsContext,
  groupId: string,
  topic: string,
  partition: number,
): ErrorName | undefined {
  const partitionCount = topics.byName(topic)?.partitionCount ?? 0;
  if (partition < 0 || partition >= partitionCount) return 'UNKNOWN_TOPIC_OR_PARTITION';
  return groups.get(groupId)?.isSubscribedTo(topic) === true
    ? 'GROUP_SUBSCRIBED_TO_TOPIC'
    : undefined;
}

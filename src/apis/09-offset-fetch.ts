/**
 * OffsetFetch, versions 1-10.
 *
 * How far groups have read: of some partitions, or of all that were committed (a null list). What was never
 * committed has offset -1 and no error.
 *
 * Versions: before 8 it is one group, and in 1 its error is that of each partition; 7 lets clients wait for open
 * transactions (KIP-447); 8 asks for several groups (KIP-709); 9 names the member of a consumer group (KIP-848);
 * 10 names topics by their ids.
 *
 * Gaps: none while there are no transactions to be waited for.
 */
import type { OffsetFetchOfGroup } from '../coordinator/group/group-events.ts';
import type { CoordinatorError } from '../coordinator/runtime/ports.ts';
import type { ClusterImage } from '../metadata/image.ts';
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  offsetFetchRequest,
  offsetFetchResponse,
  type OffsetFetchRequest,
} from '../protocol/messages/offset-fetch.ts';
import type { Encodable } from '../protocol/schema.ts';
import { zeroUuid } from '../protocol/uuid.ts';
import { defineApi } from './api.ts';
import { contextOf, GatheredAnswer } from './ask-group.ts';

type Response = Encodable<typeof offsetFetchResponse>;
type GroupAnswer = NonNullable<Response['groups']>[number];
type TopicAnswer = GroupAnswer['topics'][number];
type AskedTopic = NonNullable<OffsetFetchOfGroup['topics']>[number];

/** The first version in which an error of a group stands beside its topics. */
const groupErrorFirstVersion = 2;
/** The first version that asks for several groups. */
const batchedFirstVersion = 8;
/** The first version that names topics by their ids. */
const topicIdFirstVersion = 10;

/** Serves OffsetFetch. */
export const offsetFetchApi = defineApi({
  name: 'OffsetFetch',
  request: offsetFetchRequest,
  response: offsetFetchResponse,
  handle(call, services) {
    const { request, apiVersion } = call;
    const image = services.image();
    const groups = groupsOf(request, apiVersion).map((group) =>
      apiVersion < topicIdFirstVersion ? byName(group) : byId(group, image),
    );
    const context = contextOf(call);
    const gathered = new GatheredAnswer<GroupAnswer>(groups.length, (answers) =>
      call.respond(inVersion(answers, apiVersion)),
    );
    for (const [index, { asked, answerOf }] of groups.entries()) {
      services.groups.ask<GroupAnswer>(
        asked.groupId,
        (ref) => ({ kind: 'offsetFetch', context, request: asked, ref }),
        {
          answered: (reply) => gathered.put(index, reply.errorCode === 0 ? answerOf(reply) : reply),
          refused: (error) => gathered.put(index, refused(asked, error, apiVersion)),
        },
      );
    }
    return undefined;
  },
});

/** The groups of a request of any version. */
function groupsOf(request: OffsetFetchRequest, apiVersion: number): OffsetFetchOfGroup[] {
  const { requireStable } = request;
  if (apiVersion >= batchedFirstVersion) {
    return request.groups.map((group) => ({ ...group, requireStable }));
  }
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
  return [{ groupId: request.groupId, memberId: null, memberEpoch: -1, topics, requireStable }];
}

/** What the coordinator is asked, which knows topics by their names, and what becomes of its reply. */
interface AskedGroup {
  readonly asked: OffsetFetchOfGroup;
  readonly answerOf: (reply: GroupAnswer) => GroupAnswer;
}

function byName(asked: OffsetFetchOfGroup): AskedGroup {
  return { asked, answerOf: (reply) => reply };
}

function byId(group: OffsetFetchOfGroup, image: ClusterImage): AskedGroup {
  const ids = new Map<string, string>();
  const unknown: TopicAnswer[] = [];
  const topics: AskedTopic[] = [];
  for (const topic of group.topics ?? []) {
    const name = image.topicsById.get(topic.topicId)?.name;
    if (name === undefined) unknown.push(withoutOffsets(topic, 'UNKNOWN_TOPIC_ID'));
    else {
      ids.set(name, topic.topicId);
      topics.push({ ...topic, name });
    }
  }
  // Of a topic that was deleted there is no id, and nothing that a client could do with its offsets.
  const idOf = (name = ''): string | undefined =>
    group.topics === null ? image.topicsByName.get(name)?.id : ids.get(name);
  return {
    asked: { ...group, topics: group.topics === null ? null : topics },
    answerOf: (reply) => ({
      ...reply,
      topics: [
        ...reply.topics.flatMap((topic) => {
          const topicId = idOf(topic.name);
          return topicId === undefined ? [] : [{ ...topic, topicId }];
        }),
        ...unknown,
      ],
    }),
  };
}

function withoutOffsets(topic: AskedTopic, error: ErrorName): TopicAnswer {
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode: errorCodes[error],
    })),
  };
}

/** Java consumers before 3.9 do not expect COORDINATOR_NOT_AVAILABLE; the other has them look for it anew. */
function refused(
  { groupId, topics }: OffsetFetchOfGroup,
  coordinatorError: CoordinatorError,
  apiVersion: number,
): GroupAnswer {
  const error =
    coordinatorError === 'COORDINATOR_NOT_AVAILABLE' ? 'NOT_COORDINATOR' : coordinatorError;
  if (apiVersion >= groupErrorFirstVersion) {
    return { groupId, topics: [], errorCode: errorCodes[error] };
  }
  return {
    groupId,
    topics: (topics ?? []).map((topic) => withoutOffsets(topic, error)),
    errorCode: errorCodes[error],
  };
}

function inVersion(answers: readonly GroupAnswer[], apiVersion: number): Response {
  if (apiVersion >= batchedFirstVersion) return { groups: answers };
  const [only] = answers;
  const topics = (only?.topics ?? []).map(({ name = '', partitions }) => ({ name, partitions }));
  return { topics, errorCode: only?.errorCode ?? 0 };
}

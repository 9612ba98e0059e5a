/**
 * OffsetCommit, versions 2-10.
 *
 * Keeps how far a group has read, for its members or, without a member id, from outside of it. Topics and
 * partitions that are not there are refused one by one; the others are kept together.
 *
 * Versions: 6 adds leader epochs (KIP-320), 7 static members (KIP-345); from 9 on members of consumer groups
 * use it too (KIP-848); 10 names topics by their ids.
 *
 * Gaps: the retention time that versions 2-4 give does nothing, as in Apache since offsets outlive their group.
 */
import {
  offsetCommitRequest,
  offsetCommitResponse,
  type OffsetCommitRequest,
} from '../protocol/messages/offset-commit.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { askGroup, contextOf } from './ask-group.ts';
import { partTopics } from './offset-topics.ts';

type Response = Encodable<typeof offsetCommitResponse>;
type Topic = OffsetCommitRequest['topics'][number];
type Partition = Topic['partitions'][number];

/** The first version that names topics by their ids. */
const topicIdFirstVersion = 10;

/** Serves OffsetCommit. */
export const offsetCommitApi = defineApi({
  name: 'OffsetCommit',
  // The coordinator takes commits in their order, also while those before are being written.
  pipelined: true,
  request: offsetCommitRequest,
  response: offsetCommitResponse,
  handle(call, services) {
    const { request, apiVersion } = call;
    const byId = apiVersion >= topicIdFirstVersion;
    const image = services.image();
    const { known, refused } = partTopics<Partition, Topic>(request.topics, image, { byId });
    if (known.length === 0) return { topics: refused.topics };
    const context = contextOf(call);
    return askGroup<Response>(call, services, request.groupId, {
      eventOf: (ref) => ({
        kind: 'offsetCommit',
        context,
        request: { ...request, topics: known },
        ref,
      }),
      answerOf: ({ topics }) => {
        const answered = byId ? topics.map((topic) => withId(topic, known)) : topics;
        if (refused.isEmpty) return { topics: answered };
        refused.addAnswered(answered);
        return { topics: refused.topics };
      },
      refusalOf: (error) => {
        for (const topic of known) refused.add(topic, topic.partitions, error);
        return { topics: refused.topics };
      },
    });
  },
});

/** Coordinators know topics by their names. */
function withId(topic: Response['topics'][number], known: readonly Topic[]) {
  const topicId = known.find(({ name }) => name === topic.name)?.topicId ?? '';
  return { ...topic, topicId };
}

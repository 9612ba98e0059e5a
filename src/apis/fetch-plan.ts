import type { FetchRequest } from '../protocol/messages/fetch.ts';
import { fetchKey, type FetchPartition } from './fetch-partition.ts';
import type { FetchSession, FetchSessions, SessionError } from './fetch-sessions.ts';
import { SessionChanges } from './session-changes.ts';

/** The first version that names topics by their ids. */
const topicIdFirstVersion = 13;
/** Epochs that stand for no request of a session: the one that opens it, and its end. */
const opening = 0;
const ending = -1;

/** What a fetch request asks for, once its session has been brought in (KIP-227). */
export interface FetchPlan {
  readonly usesTopicIds: boolean;
  /** Undefined for a fetch outside of any session. */
  readonly session: FetchSession | undefined;
  /** Whether what has not changed since the session's last answer is left out of this one. */
  readonly incremental: boolean;
  readonly partitions: readonly FetchPartition[];
}

/** Resolves the session of `request`: opened, used, ended or refused. */
export function planFetch(
  request: FetchRequest,
  apiVersion: number,
  sessions: FetchSessions,
  nowMs: number,
): FetchPlan | { error: SessionError } {
  const usesTopicIds = apiVersion >= topicIdFirstVersion;
  const { sessionId, sessionEpoch } = request;
  if (sessionEpoch === opening || sessionEpoch === ending) {
    if (sessionId !== 0) sessions.close(sessionId);
    const partitions = new Map<string, FetchPartition>();
    const changes = isOfFollower(request) ? new SessionChanges() : undefined;
    changes?.fetchedInEpoch(request.replicaState.replicaEpoch);
    mergeRequested(partitions, request, usesTopicIds, changes);
    const session =
      sessionEpoch === opening
        ? sessions.open(partitions, usesTopicIds, nowMs, changes)
        : undefined;
    return { usesTopicIds, session, incremental: false, partitions: [...partitions.values()] };
  }
  const session = sessions.use(sessionId, sessionEpoch, usesTopicIds, nowMs);
  if ('error' in session) return session;
  const { changes } = session;
  changes?.fetchedInEpoch(request.replicaState.replicaEpoch);
  forget(session.partitions, request, usesTopicIds, changes);
  mergeRequested(session.partitions, request, usesTopicIds, changes);
  if (session.partitions.size === 0) {
    sessions.close(session.id);
    return { usesTopicIds, session: undefined, incremental: false, partitions: [] };
  }
  const partitions = changes?.changed() ?? [...session.partitions.values()];
  return { usesTopicIds, session, incremental: true, partitions };
}

function isOfFollower({ replicaId, replicaState }: FetchRequest): boolean {
  return replicaId >= 0 || replicaState.replicaId >= 0;
}

function mergeRequested(
  partitions: Map<string, FetchPartition>,
  request: FetchRequest,
  usesTopicIds: boolean,
  changes: SessionChanges | undefined,
): void {
  for (const topic of request.topics) {
    for (const asked of topic.partitions) {
      const key = fetchKey(usesTopicIds ? topic.topicId : topic.topic, asked.partition);
      const known = partitions.get(key);
      if (known === undefined) {
        const added: FetchPartition = {
          topic: topic.topic,
          topicId: topic.topicId,
          partition: asked.partition,
          fetchOffset: asked.fetchOffset,
          partitionMaxBytes: asked.partitionMaxBytes,
          currentLeaderEpoch: asked.currentLeaderEpoch,
          lastFetchedEpoch: asked.lastFetchedEpoch,
          logStartOffset: asked.logStartOffset,
          sentHighWatermark: -1,
          sentLogStartOffset: -1,
        };
        partitions.set(key, added);
        changes?.mark(added);
      } else {
        changes?.mark(known);
        // What it was told in another epoch it may have had to drop.
        if (known.currentLeaderEpoch !== asked.currentLeaderEpoch) {
          known.sentHighWatermark = -1;
          known.sentLogStartOffset = -1;
        }
        known.fetchOffset = asked.fetchOffset;
        known.partitionMaxBytes = asked.partitionMaxBytes;
        known.currentLeaderEpoch = asked.currentLeaderEpoch;
        known.lastFetchedEpoch = asked.lastFetchedEpoch;
        known.logStartOffset = asked.logStartOffset;
      }
    }
  }
}

function forget(
  partitions: Map<string, FetchPartition>,
  request: FetchRequest,
  usesTopicIds: boolean,
  changes: SessionChanges | undefined,
): void {
  for (const topic of request.forgottenTopicsData) {
    for (const partition of topic.partitions) {
      const key = fetchKey(usesTopicIds ? topic.topicId : topic.topic, partition);
      const known = partitions.get(key);
      if (known !== undefined) changes?.forget(known);
      partitions.delete(key);
    }
  }
}

/**
 * DescribeQuorum, versions 0-2.
 *
 * Who decides for the cluster, as tools that were written for KRaft ask it: the elected controller is the leader,
 * every registered broker, each of which may be elected, a voter, and what they vote about the metadata store, whose
 * revision is the offset. What is not the one partition of `__cluster_metadata` is not there.
 *
 * Versions: 1 adds times (KIP-836); 2 messages, directories and where the voters are (KIP-853).
 *
 * Gaps: how far other brokers have read the store is not known: those that are alive follow it.
 */
import type { BrokerImage } from '../metadata/image.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  describeQuorumRequest,
  describeQuorumResponse,
  type DescribeQuorumRequest,
} from '../protocol/messages/describe-quorum.ts';
import type { Encodable } from '../protocol/schema.ts';
import { zeroUuid } from '../protocol/uuid.ts';
import { defineApi } from './api.ts';
import type { ApiServices } from './services.ts';

type Response = Encodable<typeof describeQuorumResponse>;

const metadataTopic = '__cluster_metadata';
/** The first version that says where voters are, and in which directories. */
const placesFirstVersion = 2;
/** An epoch is an int32; revisions may be larger. */
const epochs = 2 ** 31;

/** Serves DescribeQuorum. */
export const describeQuorumApi = defineApi({
  name: 'DescribeQuorum',
  request: describeQuorumRequest,
  response: describeQuorumResponse,
  handle({ request, apiVersion }, services): Response {
    const { topics } = request;
    if (topics.length === 0) return { errorCode: 0, errorMessage: '', topics: [], nodes: [] };
    if (!isTheMetadata(topics)) return missing(topics);
    return described(services, { withPlaces: apiVersion >= placesFirstVersion });
  },
});

/** Whether the one partition is asked for that there is, and nothing beside it. */
function isTheMetadata(topics: DescribeQuorumRequest['topics']): boolean {
  const [topic] = topics;
  const [partition] = topic?.partitions ?? [];
  return (
    topics.length === 1 &&
    topic?.topicName === metadataTopic &&
    topic.partitions.length === 1 &&
    partition?.partitionIndex === 0
  );
}

function described(services: ApiServices, { withPlaces }: { withPlaces: boolean }): Response {
  const image = services.image();
  const brokers = [...image.brokers.values()].toSorted((a, b) => a.nodeId - b.nodeId);
  const nowMs = services.clock.nowMs();
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    errorMessage: '',
    leaderId: image.controllerId,
    leaderEpoch: image.controllerRevision % epochs,
    highWatermark: image.revision,
    currentVoters: brokers.map((broker) => ({
      ...voterOf(broker, image.revision, nowMs),
      replicaDirectoryId: withPlaces ? (broker.directoryIds[0] ?? zeroUuid) : zeroUuid,
    })),
    observers: [],
  };
  return {
    errorCode: 0,
    errorMessage: '',
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    nodes: (withPlaces ? brokers : []).map(({ nodeId, listeners }) => ({
      nodeId,
      listeners: listeners.map(({ name, host, port }) => ({ name, host, port })),
    })),
  };
}

function voterOf({ nodeId, live }: BrokerImage, revision: number, nowMs: number) {
  const lastMs = live ? nowMs : -1;
  return {
    replicaId: nodeId,
    logEndOffset: live ? revision : -1,
    lastFetchTimestamp: lastMs,
    lastCaughtUpTimestamp: lastMs,
  };
}

function missing(topics: DescribeQuorumRequest['topics']): Response {
  return {
    errorCode: 0,
    errorMessage: '',
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION,
        errorMessage: 'This server does not host this topic-partition.',
        leaderId: 0,
        leaderEpoch: 0,
        highWatermark: 0,
        currentVoters: [],
        observers: [],
      })),
    })),
    nodes: [],
  };
}

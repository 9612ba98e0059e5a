import { errorCodes } from '../protocol/error-codes.ts';
import type { CreateTopicsResponse } from '../protocol/messages/create-topics.ts';
import { zeroUuid } from '../protocol/uuid.ts';
import { must } from '../util/assert.ts';
import { byBroker, type Outcome, refusal, settleItems } from './admin-items.ts';
import { apis } from './apis.ts';
import type { Cluster } from './cluster.ts';
import type { TopicMetadata } from './cluster-metadata.ts';

/** A topic to be created. */
export interface NewTopic {
  readonly name: string;
  /** The broker's `num.partitions` unless given. */
  readonly partitions?: number | undefined;
  /** The broker's `default.replication.factor` unless given. */
  readonly replicationFactor?: number | undefined;
  readonly configs?: Readonly<Record<string, string>> | undefined;
}

/** A topic as the broker has created it. */
export interface CreatedTopic {
  readonly name: string;
  /** Undefined where the broker does not say. */
  readonly topicId: string | undefined;
  /** -1 where the broker does not say. */
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** Creates topics, or with `validateOnly` says whether it could. */
export function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  validateOnly: boolean,
): Promise<readonly Outcome<CreatedTopic>[]> {
  return settleItems(cluster, 'CreateTopics', topics, async (open) => {
    const response = await cluster.requestController(apis.createTopics, {
      topics: open.map(({ name, partitions, replicationFactor, configs }) => ({
        name,
        numPartitions: partitions ?? -1,
        replicationFactor: replicationFactor ?? -1,
        assignments: [],
        configs: Object.entries(configs ?? {}).map(([key, value]) => ({ name: key, value })),
      })),
      timeoutMs: cluster.options.requestTimeoutMs,
      validateOnly,
    });
    return open.map(({ name }): Outcome<CreatedTopic> => {
      const answer = response.topics.find((topic) => topic.name === name);
      const error = refusal(`create topic ${name}`, answer);
      return error === undefined ? { value: createdTopic(must(answer)) } : { error };
    });
  });
}

function createdTopic(answer: CreateTopicsResponse['topics'][number]): CreatedTopic {
  const { name, topicId, numPartitions, replicationFactor } = answer;
  return {
    name,
    topicId: topicId === zeroUuid ? undefined : topicId,
    partitions: numPartitions,
    replicationFactor,
  };
}

/** Deletes topics with all that is in them. */
export function deleteTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<readonly Outcome<string>[]> {
  return settleItems(cluster, 'DeleteTopics', names, async (open) => {
    const response = await cluster.requestController(apis.deleteTopics, {
      topics: open.map((name) => ({ name, topicId: zeroUuid })),
      topicNames: open,
      timeoutMs: cluster.options.requestTimeoutMs,
    });
    return open.map((name): Outcome<string> => {
      cluster.forget(name);
      const answer = response.responses.find((topic) => topic.name === name);
      const error = refusal(`delete topic ${name}`, answer, name);
      return error === undefined ? { value: name } : { error };
    });
  });
}

/** Gives topics more partitions; `count` is what they have afterwards. */
export function createPartitions(
  cluster: Cluster,
  topics: readonly { readonly name: string; readonly count: number }[],
  validateOnly: boolean,
): Promise<readonly Outcome<string>[]> {
  return settleItems(cluster, 'CreatePartitions', topics, async (open) => {
    const response = await cluster.requestController(apis.createPartitions, {
      topics: open.map(({ name, count }) => ({ name, count, assignments: null })),
      timeoutMs: cluster.options.requestTimeoutMs,
      validateOnly,
    });
    return open.map(({ name }): Outcome<string> => {
      cluster.forget(name);
      const answer = response.results.find((topic) => topic.name === name);
      const error = refusal(`add partitions to topic ${name}`, answer, name);
      return error === undefined ? { value: name } : { error };
    });
  });
}

/** Topics by name: what Metadata says of each, or why it says nothing. */
export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<readonly Outcome<TopicMetadata>[]> {
  const { topics, topicErrors } = await cluster.metadata(names);
  return names.map((name): Outcome<TopicMetadata> => {
    const topic = topics.find((candidate) => candidate.name === name);
    if (topic !== undefined) return { value: topic };
    const errorCode = topicErrors.get(name) ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION;
    return { error: must(refusal(`topic ${name}`, { errorCode }, name)) };
  });
}

/** Records to be removed from the front of a partition. */
export interface RecordsToDelete {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that stays; -1 for the high watermark: all goes. */
  readonly beforeOffset: number;
}

/** Removes records; answers the first offset that is left in each partition. */
export function deleteRecords(
  cluster: Cluster,
  partitions: readonly RecordsToDelete[],
): Promise<readonly Outcome<number>[]> {
  return settleItems(cluster, 'DeleteRecords', partitions, (open) =>
    byBroker(
      open,
      async ({ topic, partition }) => (await cluster.leaderOf(topic, partition)).nodeId,
      (nodeId, part) => deleteRecordsAt(cluster, nodeId, part),
    ),
  );
}

async function deleteRecordsAt(
  cluster: Cluster,
  nodeId: number,
  part: readonly RecordsToDelete[],
): Promise<readonly Outcome<number>[]> {
  const topics = new Map<string, { partitionIndex: number; offset: number }[]>();
  for (const { topic, partition, beforeOffset } of part) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partitionIndex: partition, offset: beforeOffset });
    topics.set(topic, partitions);
  }
  const response = await cluster.requestTo(nodeId, apis.deleteRecords, {
    topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
    timeoutMs: cluster.options.requestTimeoutMs,
  });
  return part.map(({ topic, partition }): Outcome<number> => {
    const answer = response.topics
      .find(({ name }) => name === topic)
      ?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
    const error = refusal(`delete records of ${topic}-${partition}`, answer);
    if (error !== undefined) cluster.forget(topic);
    return error === undefined ? { value: answer?.lowWatermark ?? -1 } : { error };
  });
}

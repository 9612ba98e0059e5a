import { errorCodes } from '../protocol/error-codes.ts';
import { type Outcome, refusal, settleItems } from './admin-items.ts';
import { apis } from './apis.ts';
import { brokerRefused } from './client-errors.ts';
import type { Cluster } from './cluster.ts';
import { byTopic, comparePartitions, type TopicPartition } from './group/topic-partition.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** Where a partition is to be. */
export interface Reassignment extends TopicPartition {
  /** Node ids, the preferred leader first; null stops what goes on, and goes back. */
  readonly replicas: readonly number[] | null;
}

/** A partition on its way. */
export interface OngoingReassignment extends TopicPartition {
  /** All that it has now, those among them that are added or removed. */
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

/** Begins to move partitions, or stops it. An unknown topic is `UNKNOWN_TOPIC`. */
export function alterReassignments(
  cluster: Cluster,
  reassignments: readonly Reassignment[],
): Promise<readonly Outcome<TopicPartition>[]> {
  return settleItems(cluster, 'AlterPartitionReassignments', reassignments, async (open) => {
    const response = await cluster.requestController(apis.alterPartitionReassignments, {
      timeoutMs: cluster.options.requestTimeoutMs,
      topics: Array.from(byTopic(open), ([name, items]) => ({
        name,
        partitions: items.map(({ partition, replicas }) => ({
          partitionIndex: partition,
          replicas,
        })),
      })),
    });
    if (response.errorCode !== errorCodes.NONE) {
      const { errorCode, errorMessage } = response;
      throw brokerRefused('reassign partitions', errorCode, errorMessage);
    }
    return open.map(({ topic, partition }): Outcome<TopicPartition> => {
      const answer = response.responses
        .find(({ name }) => name === topic)
        ?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
      if (answer?.errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION) {
        return { error: unknownPartition(topic, partition) };
      }
      const error = refusal(`reassign ${topic}-${partition}`, answer);
      return error === undefined ? { value: { topic, partition } } : { error };
    });
  });
}

/** All partitions that are on their way, ordered by topic and number. Throws `BROKER_REFUSED`. */
export function listReassignments(cluster: Cluster): Promise<readonly OngoingReassignment[]> {
  return cluster.retrying('ListPartitionReassignments', async () => {
    const { errorCode, errorMessage, topics } = await cluster.requestController(
      apis.listPartitionReassignments,
      { timeoutMs: cluster.options.requestTimeoutMs, topics: null },
    );
    if (errorCode !== errorCodes.NONE) {
      throw brokerRefused('list reassignments', errorCode, errorMessage);
    }
    const ongoing = topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
        topic: name,
        partition: partitionIndex,
        replicas,
        addingReplicas,
        removingReplicas,
      })),
    );
    return ongoing.toSorted(comparePartitions);
  });
}

/** Who moves a partition does not wait for it to appear. */
function unknownPartition(topic: string, partition: number): OdradekError {
  const message = `there is no partition ${topic}-${partition}`;
  return new OdradekError(message, { code: 'UNKNOWN_TOPIC', topic });
}

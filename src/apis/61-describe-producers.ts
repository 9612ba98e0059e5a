/**
 * DescribeProducers, version 0.
 *
 * The idempotent producers that a partition's leader remembers (KIP-664); for a filtered topic, those of its source.
 *
 * Gaps: none.
 */
import { topicNameProblem } from '../controller/topic-names.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  describeProducersRequest,
  describeProducersResponse,
  type DescribeProducersRequest,
} from '../protocol/messages/describe-producers.ts';
import { defineApi } from './api.ts';
import { findShownPartition, type MissingPartition } from './find-partition.ts';
import type { ApiServices } from './services.ts';

/** Serves DescribeProducers. */
export const describeProducersApi = defineApi({
  name: 'DescribeProducers',
  request: describeProducersRequest,
  response: describeProducersResponse,
  handle({ request }, services) {
    return {
      throttleTimeMs: 0,
      topics: Array.from(eachOnce(request), ([name, partitionIndexes]) => ({
        name,
        partitions: Array.from(partitionIndexes, (partitionIndex) => {
          const partition = findShownPartition(services, name, partitionIndex);
          if (typeof partition === 'string') {
            return { partitionIndex, ...whyNot(services, name, partition), activeProducers: [] };
          }
          const activeProducers = partition.log.activeProducers().map((producer) => ({
            producerId: producer.producerId,
            producerEpoch: producer.producerEpoch,
            lastSequence: producer.lastSequence,
            lastTimestamp: producer.lastTimestampMs,
            coordinatorEpoch: producer.coordinatorEpoch,
            currentTxnStartOffset: producer.currentTxnStartOffset,
          }));
          return { partitionIndex, errorCode: 0, activeProducers };
        }),
      })),
    };
  },
});

/** A partition that is asked for many times is answered once: its producers may be many, too. */
function eachOnce({ topics }: DescribeProducersRequest): Map<string, Set<number>> {
  const asked = new Map<string, Set<number>>();
  for (const { name, partitionIndexes } of topics) {
    const known = asked.get(name) ?? new Set();
    asked.set(name, known);
    for (const index of partitionIndexes) known.add(index);
  }
  return asked;
}

/** A topic that is not there is told in words, as Apache does; a partition that is not there is not. */
function whyNot(services: ApiServices, topic: string, error: MissingPartition) {
  if (services.image().topicsByName.has(topic)) return { errorCode: errorCodes[error] };
  const problem = topicNameProblem(topic);
  if (problem !== undefined) {
    return { errorCode: errorCodes.INVALID_TOPIC_EXCEPTION, errorMessage: problem };
  }
  const errorMessage = 'This server does not host this topic-partition.';
  return { errorCode: errorCodes[error], errorMessage };
}

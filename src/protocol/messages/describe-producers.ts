import { array, int16, int32, int64, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Asks for the producers that are active in partitions, to find transactions that hang (KIP-664). */
export const describeProducersRequest = request(
  { apiKey: 61, name: 'DescribeProducersRequest', versions: '0', flexible: '0+' },
  { topics: array(struct({ name: string(), partitionIndexes: array(int32()) })) },
);

/** What `describeProducersRequest` decodes to. */
export interface DescribeProducersRequest extends Infer<typeof describeProducersRequest> {}

/**
 * The state of each producer: epoch, last sequence and timestamp, and where its open transaction began.
 */
export const describeProducersResponse = response(
  { apiKey: 61, name: 'DescribeProducersResponse', versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: true, default: null }),
            activeProducers: array(
              struct({
                producerId: int64(),
                producerEpoch: int32(),
                lastSequence: int32({ default: -1 }),
                lastTimestamp: int64({ default: -1 }),
                coordinatorEpoch: int32(),
                currentTxnStartOffset: int64({ default: -1 }),
              }),
            ),
          }),
        ),
      }),
    ),
  },
);

/** What `describeProducersResponse` decodes to. */
export interface DescribeProducersResponse extends Infer<typeof describeProducersResponse> {}

import { array, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Asks which partitions are being moved (KIP-455). A null list means all. */
export const listPartitionReassignmentsRequest = request(
  { apiKey: 46, name: 'ListPartitionReassignmentsRequest', versions: '0', flexible: '0+' },
  {
    timeoutMs: int32({ default: 60000 }),
    topics: array(struct({ name: string(), partitionIndexes: array(int32()) }), {
      nullable: true,
      default: null,
    }),
  },
);

/** What `listPartitionReassignmentsRequest` decodes to. */
export interface ListPartitionReassignmentsRequest extends Infer<
  typeof listPartitionReassignmentsRequest
> {}

/** The replicas of each such partition, with those that are being added and removed. */
export const listPartitionReassignmentsResponse = response(
  { apiKey: 46, name: 'ListPartitionReassignmentsResponse', versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            replicas: array(int32()),
            addingReplicas: array(int32()),
            removingReplicas: array(int32()),
          }),
        ),
      }),
    ),
  },
);

/** What `listPartitionReassignmentsResponse` decodes to. */
export interface ListPartitionReassignmentsResponse extends Infer<
  typeof listPartitionReassignmentsResponse
> {}

import { array, bool, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Starts to move partitions to other replicas, or with null stops it (KIP-455). Version 1 can forbid a
 * change of the replication factor (KIP-860).
 */
export const alterPartitionReassignmentsRequest = request(
  { apiKey: 45, name: 'AlterPartitionReassignmentsRequest', versions: '0-1', flexible: '0+' },
  {
    timeoutMs: int32({ default: 60000 }),
    allowReplicationFactorChange: bool({ versions: '1+', default: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            replicas: array(int32(), { nullable: true, default: null }),
          }),
        ),
      }),
    ),
  },
);

/** What `alterPartitionReassignmentsRequest` decodes to. */
export interface AlterPartitionReassignmentsRequest extends Infer<
  typeof alterPartitionReassignmentsRequest
> {}

/** The outcome for each partition. */
export const alterPartitionReassignmentsResponse = response(
  { apiKey: 45, name: 'AlterPartitionReassignmentsResponse', versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    allowReplicationFactorChange: bool({ versions: '1+', default: true, ignorable: true }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    responses: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: true }),
          }),
        ),
      }),
    ),
  },
);

/** What `alterPartitionReassignmentsResponse` decodes to. */
export interface AlterPartitionReassignmentsResponse extends Infer<
  typeof alterPartitionReassignmentsResponse
> {}

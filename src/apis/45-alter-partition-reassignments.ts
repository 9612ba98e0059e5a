/**
 * AlterPartitionReassignments, versions 0-1.
 *
 * Begins to move partitions to other brokers, changes where they go, and stops them (KIP-455). The answer says
 * that they are on their way; ListPartitionReassignments tells when they are there.
 *
 * Versions: 1 can forbid that the number of replicas changes (KIP-860).
 *
 * Gaps: `timeoutMs` is not looked at: the answer comes when the change is made.
 */
import { alterReassignments } from '../controller/alter-reassignments.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from '../protocol/messages/alter-partition-reassignments.ts';
import type { Refusal } from '../controller/decision.ts';
import { defineApi } from './api.ts';
import { runOrRefuse } from './run-or-refuse.ts';

/** Serves AlterPartitionReassignments. */
export const alterPartitionReassignmentsApi = defineApi({
  name: 'AlterPartitionReassignments',
  request: alterPartitionReassignmentsRequest,
  response: alterPartitionReassignmentsResponse,
  async handle({ request }, services) {
    const { topics, allowReplicationFactorChange } = request;
    const results = await runOrRefuse(
      services.metadata,
      (image) =>
        alterReassignments(
          image,
          { topics, allowReplicationFactorChange },
          services.controllerSettings(),
        ),
      (refusal) =>
        topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, refusal })),
        })),
    );
    return {
      throttleTimeMs: 0,
      allowReplicationFactorChange,
      errorCode: 0,
      // Apache's answer to nothing is one that nobody has filled in.
      errorMessage: topics.length === 0 ? '' : null,
      responses: results.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, refusal }) => ({
          partitionIndex,
          errorCode: refusal === undefined ? 0 : errorCodes[refusal.error],
          errorMessage: messageOf(refusal),
        })),
      })),
    };
  },
});

/** Clients have words of their own for a partition that is not moving, and Apache leaves it to them. */
function messageOf(refusal: Refusal | undefined): string | null {
  return refusal === undefined || refusal.error === 'NO_REASSIGNMENT_IN_PROGRESS'
    ? null
    : refusal.message;
}

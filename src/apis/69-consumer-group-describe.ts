/**
 * ConsumerGroupDescribe, versions 0-1.
 *
 * Consumer groups (KIP-848) with their epochs and members, what those own and what they shall own.
 *
 * Versions: 1 tells which members use the classic protocol (KIP-1099).
 *
 * Gaps: none.
 */
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
} from '../protocol/messages/consumer-group-describe.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { groupOperations } from './authorized-operations.ts';
import { askEachGroup, contextOf } from './ask-group.ts';

type DescribedGroup = Encodable<typeof consumerGroupDescribeResponse>['groups'][number];

/** Serves ConsumerGroupDescribe. */
export const consumerGroupDescribeApi = defineApi({
  name: 'ConsumerGroupDescribe',
  request: consumerGroupDescribeRequest,
  response: consumerGroupDescribeResponse,
  handle(call, services) {
    const { groupIds, includeAuthorizedOperations } = call.request;
    if (!services.config.groupCoordinatorRebalanceProtocols.includes('consumer')) {
      const groups = groupIds.map((groupId) => refused(groupId, 'UNSUPPORTED_VERSION'));
      return { throttleTimeMs: 0, groups };
    }
    const context = contextOf(call);
    const withOperations = (group: DescribedGroup): DescribedGroup =>
      includeAuthorizedOperations && group.errorCode === 0
        ? { ...group, authorizedOperations: groupOperations }
        : group;
    return askEachGroup<DescribedGroup>(services, groupIds, {
      refusalAtSight: (groupId) =>
        groupId === '' ? refused(groupId, 'INVALID_GROUP_ID') : undefined,
      eventOf: (groupId, ref) => ({
        kind: 'consumerGroupDescribe',
        context,
        request: { groupId, includeAuthorizedOperations },
        ref,
      }),
      refusalOf: refused,
      whole: (described) =>
        call.respond({ throttleTimeMs: 0, groups: described.map(withOperations) }),
    });
  },
});

function refused(groupId: string, error: ErrorName): DescribedGroup {
  return {
    errorCode: errorCodes[error],
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  };
}

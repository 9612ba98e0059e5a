/**
 * DescribeGroups, versions 0-6.
 *
 * Classic groups with their state, protocol and members.
 *
 * Versions: 3 shows what may be done to a group (KIP-430); 6 says GROUP_ID_NOT_FOUND where older versions show
 * a dead group (KIP-1043).
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import {
  describeGroupsRequest,
  describeGroupsResponse,
} from '../protocol/messages/describe-groups.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { groupOperations } from './authorized-operations.ts';
import { askEachGroup, contextOf } from './ask-group.ts';

type DescribedGroup = Encodable<typeof describeGroupsResponse>['groups'][number];

/** Serves DescribeGroups. */
export const describeGroupsApi = defineApi({
  name: 'DescribeGroups',
  request: describeGroupsRequest,
  response: describeGroupsResponse,
  handle(call, services) {
    const { groups, includeAuthorizedOperations } = call.request;
    const context = contextOf(call);
    const withOperations = (group: DescribedGroup): DescribedGroup =>
      includeAuthorizedOperations && group.errorCode === 0
        ? { ...group, authorizedOperations: groupOperations }
        : group;
    return askEachGroup<DescribedGroup>(services, groups, {
      eventOf: (groupId, ref) => ({ kind: 'describeGroup', context, request: { groupId }, ref }),
      refusalOf: (groupId, error) => ({
        errorCode: errorCodes[error],
        groupId,
        groupState: '',
        protocolType: '',
        protocolData: '',
        members: [],
      }),
      whole: (described) => call.respond({ groups: described.map(withOperations) }),
    });
  },
});

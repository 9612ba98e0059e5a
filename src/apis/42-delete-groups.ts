/**
 * DeleteGroups, versions 0-2.
 *
 * Deletes groups without members, with the offsets that were committed for them.
 *
 * Versions: none differ but in their form.
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { deleteGroupsRequest, deleteGroupsResponse } from '../protocol/messages/delete-groups.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { askEachGroup, contextOf } from './ask-group.ts';

type DeletedGroup = Encodable<typeof deleteGroupsResponse>['results'][number];

/** Serves DeleteGroups. */
export const deleteGroupsApi = defineApi({
  name: 'DeleteGroups',
  request: deleteGroupsRequest,
  response: deleteGroupsResponse,
  handle(call, services) {
    const context = contextOf(call);
    return askEachGroup<DeletedGroup>(services, [...new Set(call.request.groupsNames)], {
      eventOf: (groupId, ref) => ({ kind: 'deleteGroup', context, request: { groupId }, ref }),
      refusalOf: (groupId, error) => ({ groupId, errorCode: errorCodes[error] }),
      whole: (results) => call.respond({ throttleTimeMs: 0, results }),
    });
  },
});

/**
 * ListGroups, versions 0-5.
 *
 * The groups that this broker coordinates. While one of its coordinators loads, that is the answer.
 *
 * Versions: 4 filters by state (KIP-518), 5 by type (KIP-848).
 *
 * Gaps: none.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { listGroupsRequest, listGroupsResponse } from '../protocol/messages/list-groups.ts';
import type { CoordinatorError } from '../coordinator/runtime/ports.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { contextOf } from './ask-group.ts';

type ListedGroup = Encodable<typeof listGroupsResponse>['groups'][number];

/** Serves ListGroups. */
export const listGroupsApi = defineApi({
  name: 'ListGroups',
  request: listGroupsRequest,
  response: listGroupsResponse,
  handle(call, services) {
    const { request } = call;
    const context = contextOf(call);
    const groups: ListedGroup[] = [];
    let failure: CoordinatorError | undefined;
    let missing = 1;
    const ended = (): void => {
      missing--;
      if (missing > 0) return;
      if (failure === undefined) call.respond({ errorCode: 0, groups });
      else call.respond({ errorCode: errorCodes[failure], groups: [] });
    };
    services.groups.askAll<readonly ListedGroup[]>(
      (ref) => ({ kind: 'listGroups', context, request, ref }),
      () => {
        missing++;
        return {
          answered: (found) => {
            for (const group of found) groups.push(group);
            ended();
          },
          refused: (error) => {
            // Another broker lists what is not coordinated here any more.
            if (error !== 'NOT_COORDINATOR') failure ??= error;
            ended();
          },
        };
      },
    );
    ended();
    return undefined;
  },
});

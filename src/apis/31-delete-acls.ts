/**
 * DeleteAcls, versions 1-3.
 *
 * There is no authorizer yet: SECURITY_DISABLED for each filter, as Apache answers without one.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { deleteAclsRequest, deleteAclsResponse } from '../protocol/messages/delete-acls.ts';
import { noAuthorizer } from './29-describe-acls.ts';
import { defineApi } from './api.ts';

/** Serves DeleteAcls. */
export const deleteAclsApi = defineApi({
  name: 'DeleteAcls',
  request: deleteAclsRequest,
  response: deleteAclsResponse,
  handle: ({ request }) => ({
    throttleTimeMs: 0,
    filterResults: request.filters.map(() => ({
      errorCode: errorCodes.SECURITY_DISABLED,
      errorMessage: noAuthorizer,
      matchingAcls: [],
    })),
  }),
});

/**
 * CreateAcls, versions 1-3.
 *
 * There is no authorizer yet: SECURITY_DISABLED for each, as Apache answers without one.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { createAclsRequest, createAclsResponse } from '../protocol/messages/create-acls.ts';
import { noAuthorizer } from './29-describe-acls.ts';
import { defineApi } from './api.ts';

/** Serves CreateAcls. */
export const createAclsApi = defineApi({
  name: 'CreateAcls',
  request: createAclsRequest,
  response: createAclsResponse,
  handle: ({ request }) => ({
    throttleTimeMs: 0,
    results: request.creations.map(() => ({
      errorCode: errorCodes.SECURITY_DISABLED,
      errorMessage: noAuthorizer,
    })),
  }),
});

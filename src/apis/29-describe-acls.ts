/**
 * DescribeAcls, versions 1-3.
 *
 * There is no authorizer yet: SECURITY_DISABLED, as Apache answers without one.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { describeAclsRequest, describeAclsResponse } from '../protocol/messages/describe-acls.ts';
import { defineApi } from './api.ts';

/** Apache's words, which its tools show. */
export const noAuthorizer = 'No Authorizer is configured.';

/** Serves DescribeAcls. */
export const describeAclsApi = defineApi({
  name: 'DescribeAcls',
  request: describeAclsRequest,
  response: describeAclsResponse,
  handle: () => ({
    throttleTimeMs: 0,
    errorCode: errorCodes.SECURITY_DISABLED,
    errorMessage: 'No Authorizer is configured on the broker',
    resources: [],
  }),
});

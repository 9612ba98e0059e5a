import { array, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for the ACLs that match a filter (KIP-140). Patterns of resources since version 1 (KIP-290),
 * users as resources since 3 (KIP-373).
 */
export const describeAclsRequest = request(
  { apiKey: 29, name: 'DescribeAclsRequest', versions: '1-3', flexible: '2+' },
  {
    resourceTypeFilter: int8(),
    resourceNameFilter: string({ nullable: true }),
    patternTypeFilter: int8({ default: 3 }),
    principalFilter: string({ nullable: true }),
    hostFilter: string({ nullable: true }),
    operation: int8(),
    permissionType: int8(),
  },
);

/** What `describeAclsRequest` decodes to. */
export interface DescribeAclsRequest extends Infer<typeof describeAclsRequest> {}

/** The ACLs that match, by resource. */
export const describeAclsResponse = response(
  { apiKey: 29, name: 'DescribeAclsResponse', versions: '1-3', flexible: '2+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        patternType: int8({ default: 3 }),
        acls: array(
          struct({
            principal: string(),
            host: string(),
            operation: int8(),
            permissionType: int8(),
          }),
        ),
      }),
    ),
  },
);

/** What `describeAclsResponse` decodes to. */
export interface DescribeAclsResponse extends Infer<typeof describeAclsResponse> {}

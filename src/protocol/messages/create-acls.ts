import { array, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Adds ACLs (KIP-140, KIP-290). */
export const createAclsRequest = request(
  { apiKey: 30, name: 'CreateAclsRequest', versions: '1-3', flexible: '2+' },
  {
    creations: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        resourcePatternType: int8({ default: 3 }),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    ),
  },
);

/** What `createAclsRequest` decodes to. */
export interface CreateAclsRequest extends Infer<typeof createAclsRequest> {}

/** The outcome for each ACL, in the order of the request. */
export const createAclsResponse = response(
  { apiKey: 30, name: 'CreateAclsResponse', versions: '1-3', flexible: '2+' },
  {
    throttleTimeMs: int32(),
    results: array(struct({ errorCode: int16(), errorMessage: string({ nullable: true }) })),
  },
);

/** What `createAclsResponse` decodes to. */
export interface CreateAclsResponse extends Infer<typeof createAclsResponse> {}

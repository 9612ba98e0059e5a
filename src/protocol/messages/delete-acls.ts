import { array, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Deletes the ACLs that match filters (KIP-140, KIP-290). */
export const deleteAclsRequest = request(
  { apiKey: 31, name: 'DeleteAclsRequest', versions: '1-3', flexible: '2+' },
  {
    filters: array(
      struct({
        resourceTypeFilter: int8(),
        resourceNameFilter: string({ nullable: true }),
        patternTypeFilter: int8({ default: 3 }),
        principalFilter: string({ nullable: true }),
        hostFilter: string({ nullable: true }),
        operation: int8(),
        permissionType: int8(),
      }),
    ),
  },
);

/** What `deleteAclsRequest` decodes to. */
export interface DeleteAclsRequest extends Infer<typeof deleteAclsRequest> {}

/** What each filter matched and what became of it. */
export const deleteAclsResponse = response(
  { apiKey: 31, name: 'DeleteAclsResponse', versions: '1-3', flexible: '2+' },
  {
    throttleTimeMs: int32(),
    filterResults: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: true }),
        matchingAcls: array(
          struct({
            errorCode: int16(),
            errorMessage: string({ nullable: true }),
            resourceType: int8(),
            resourceName: string(),
            patternType: int8({ default: 3 }),
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

/** What `deleteAclsResponse` decodes to. */
export interface DeleteAclsResponse extends Infer<typeof deleteAclsResponse> {}

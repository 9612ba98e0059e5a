import { array, bool, bytes, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Asks for classic groups with their members. */
export const describeGroupsRequest = request(
  { apiKey: 15, name: 'DescribeGroupsRequest', versions: '0-6', flexible: '5+' },
  { groups: array(string()), includeAuthorizedOperations: bool({ versions: '3+' }) },
);

/** What `describeGroupsRequest` decodes to. */
export interface DescribeGroupsRequest extends Infer<typeof describeGroupsRequest> {}

/**
 * State, protocol and members of each group. From version 6 on a group that does not exist is an error
 * (KIP-1043).
 */
export const describeGroupsResponse = response(
  { apiKey: 15, name: 'DescribeGroupsResponse', versions: '0-6', flexible: '5+' },
  {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ versions: '6+', nullable: true, default: null }),
        groupId: string(),
        groupState: string(),
        protocolType: string(),
        protocolData: string(),
        members: array(
          struct({
            memberId: string(),
            groupInstanceId: string({
              versions: '4+',
              nullable: true,
              default: null,
              ignorable: true,
            }),
            clientId: string(),
            clientHost: string(),
            memberMetadata: bytes(),
            memberAssignment: bytes(),
          }),
        ),
        authorizedOperations: int32({ versions: '3+', default: -2_147_483_648 }),
      }),
    ),
  },
);

/** What `describeGroupsResponse` decodes to. */
export interface DescribeGroupsResponse extends Infer<typeof describeGroupsResponse> {}

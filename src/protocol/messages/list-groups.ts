import { array, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks which groups a broker coordinates; by state since version 4 (KIP-518), by type since 5 (KIP-848).
 */
export const listGroupsRequest = request(
  { apiKey: 16, name: 'ListGroupsRequest', versions: '0-5', flexible: '3+' },
  {
    statesFilter: array(string(), { versions: '4+' }),
    typesFilter: array(string(), { versions: '5+' }),
  },
);

/** What `listGroupsRequest` decodes to. */
export interface ListGroupsRequest extends Infer<typeof listGroupsRequest> {}

/** The groups with their state and type. */
export const listGroupsResponse = response(
  { apiKey: 16, name: 'ListGroupsResponse', versions: '0-5', flexible: '3+' },
  {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    groups: array(
      struct({
        groupId: string(),
        protocolType: string(),
        groupState: string({ versions: '4+', ignorable: true }),
        groupType: string({ versions: '5+', ignorable: true }),
      }),
    ),
  },
);

/** What `listGroupsResponse` decodes to. */
export interface ListGroupsResponse extends Infer<typeof listGroupsResponse> {}

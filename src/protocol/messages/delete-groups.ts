import { array, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Deletes groups without members, and their offsets (KIP-229). */
export const deleteGroupsRequest = request(
  { apiKey: 42, name: 'DeleteGroupsRequest', versions: '0-2', flexible: '2+' },
  { groupsNames: array(string()) },
);

/** What `deleteGroupsRequest` decodes to. */
export interface DeleteGroupsRequest extends Infer<typeof deleteGroupsRequest> {}

/** The outcome for each group. */
export const deleteGroupsResponse = response(
  { apiKey: 42, name: 'DeleteGroupsResponse', versions: '0-2', flexible: '2+' },
  { throttleTimeMs: int32(), results: array(struct({ groupId: string(), errorCode: int16() })) },
);

/** What `deleteGroupsResponse` decodes to. */
export interface DeleteGroupsResponse extends Infer<typeof deleteGroupsResponse> {}

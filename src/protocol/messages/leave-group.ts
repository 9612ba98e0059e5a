import { array, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Leaves a classic group: one member before version 3, several since (KIP-345). Version 5 gives the
 * reason (KIP-800).
 */
export const leaveGroupRequest = request(
  { apiKey: 13, name: 'LeaveGroupRequest', versions: '0-5', flexible: '4+' },
  {
    groupId: string(),
    memberId: string({ versions: '0-2' }),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: string({ nullable: true, default: null }),
        reason: string({ versions: '5+', nullable: true, default: null, ignorable: true }),
      }),
      { versions: '3+' },
    ),
  },
);

/** What `leaveGroupRequest` decodes to. */
export interface LeaveGroupRequest extends Infer<typeof leaveGroupRequest> {}

/** The outcome, for each member since version 3. */
export const leaveGroupResponse = response(
  { apiKey: 13, name: 'LeaveGroupResponse', versions: '0-5', flexible: '4+' },
  {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: string({ nullable: true }),
        errorCode: int16(),
      }),
      { versions: '3+' },
    ),
  },
);

/** What `leaveGroupResponse` decodes to. */
export interface LeaveGroupResponse extends Infer<typeof leaveGroupResponse> {}

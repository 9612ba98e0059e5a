import { array, bytes, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Hands the leader's assignment to a classic group's coordinator, and asks for the member's own share.
 */
export const syncGroupRequest = request(
  { apiKey: 14, name: 'SyncGroupRequest', versions: '0-5', flexible: '4+' },
  {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ versions: '3+', nullable: true, default: null }),
    protocolType: string({ versions: '5+', nullable: true, default: null, ignorable: true }),
    protocolName: string({ versions: '5+', nullable: true, default: null, ignorable: true }),
    assignments: array(struct({ memberId: string(), assignment: bytes() })),
  },
);

/** What `syncGroupRequest` decodes to. */
export interface SyncGroupRequest extends Infer<typeof syncGroupRequest> {}

/** The assignment of the member. */
export const syncGroupResponse = response(
  { apiKey: 14, name: 'SyncGroupResponse', versions: '0-5', flexible: '4+' },
  {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    protocolType: string({ versions: '5+', nullable: true, default: null, ignorable: true }),
    protocolName: string({ versions: '5+', nullable: true, default: null, ignorable: true }),
    assignment: bytes(),
  },
);

/** What `syncGroupResponse` decodes to. */
export interface SyncGroupResponse extends Infer<typeof syncGroupResponse> {}

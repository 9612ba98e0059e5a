import { array, bool, bytes, int16, int32, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Joins a classic group, or joins it again when it rebalances. A member without an id is given one to
 * come back with since version 4 (KIP-394). Static members since 5 (KIP-345).
 */
export const joinGroupRequest = request(
  { apiKey: 11, name: 'JoinGroupRequest', versions: '0-9', flexible: '6+' },
  {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ versions: '1+', default: -1, ignorable: true }),
    memberId: string(),
    groupInstanceId: string({ versions: '5+', nullable: true, default: null }),
    protocolType: string(),
    protocols: array(struct({ name: string(), metadata: bytes() })),
    reason: string({ versions: '8+', nullable: true, default: null, ignorable: true }),
  },
);

/** What `joinGroupRequest` decodes to. */
export interface JoinGroupRequest extends Infer<typeof joinGroupRequest> {}

/**
 * The generation that the group is in and its leader, who alone is told the members. Since version 9 a
 * leader can be told not to assign anew (KIP-814).
 */
export const joinGroupResponse = response(
  { apiKey: 11, name: 'JoinGroupResponse', versions: '0-9', flexible: '6+' },
  {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ versions: '7+', nullable: true, default: null, ignorable: true }),
    protocolName: string({ nullable: '7+' }),
    leader: string(),
    skipAssignment: bool({ versions: '9+', default: false }),
    memberId: string(),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: string({ versions: '5+', nullable: true, default: null, ignorable: true }),
        metadata: bytes(),
      }),
    ),
  },
);

/** What `joinGroupResponse` decodes to. */
export interface JoinGroupResponse extends Infer<typeof joinGroupResponse> {}

import { int16, int32, request, response, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Keeps a member of a classic group alive. */
export const heartbeatRequest = request(
  { apiKey: 12, name: 'HeartbeatRequest', versions: '0-4', flexible: '4+' },
  {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ versions: '3+', nullable: true, default: null }),
  },
);

/** What `heartbeatRequest` decodes to. */
export interface HeartbeatRequest extends Infer<typeof heartbeatRequest> {}

/** Tells whether all is well or the group is rebalancing. */
export const heartbeatResponse = response(
  { apiKey: 12, name: 'HeartbeatResponse', versions: '0-4', flexible: '4+' },
  { throttleTimeMs: int32({ versions: '1+', ignorable: true }), errorCode: int16() },
);

/** What `heartbeatResponse` decodes to. */
export interface HeartbeatResponse extends Infer<typeof heartbeatResponse> {}

import { array, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks which broker coordinates a group, a transaction or (version 6, KIP-932) a share partition.
 * Several keys at once since version 4 (KIP-699).
 */
export const findCoordinatorRequest = request(
  { apiKey: 10, name: 'FindCoordinatorRequest', versions: '0-6', flexible: '3+' },
  {
    key: string({ versions: '0-3' }),
    keyType: int8({ versions: '1+', default: 0 }),
    coordinatorKeys: array(string(), { versions: '4+' }),
  },
);

/** What `findCoordinatorRequest` decodes to. */
export interface FindCoordinatorRequest extends Infer<typeof findCoordinatorRequest> {}

/** The coordinating broker, for one key before version 4, for each key since. */
export const findCoordinatorResponse = response(
  { apiKey: 10, name: 'FindCoordinatorResponse', versions: '0-6', flexible: '3+' },
  {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16({ versions: '0-3' }),
    errorMessage: string({ versions: '1-3', nullable: true, ignorable: true }),
    nodeId: int32({ versions: '0-3' }),
    host: string({ versions: '0-3' }),
    port: int32({ versions: '0-3' }),
    coordinators: array(
      struct({
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true, ignorable: true }),
      }),
      { versions: '4+' },
    ),
  },
);

/** What `findCoordinatorResponse` decodes to. */
export interface FindCoordinatorResponse extends Infer<typeof findCoordinatorResponse> {}

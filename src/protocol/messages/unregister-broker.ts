import { int16, int32, request, response, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Removes a broker from the cluster for good (KIP-631). */
export const unregisterBrokerRequest = request(
  { apiKey: 64, name: 'UnregisterBrokerRequest', versions: '0', flexible: '0+' },
  { brokerId: int32() },
);

/** What `unregisterBrokerRequest` decodes to. */
export interface UnregisterBrokerRequest extends Infer<typeof unregisterBrokerRequest> {}

/** The outcome. */
export const unregisterBrokerResponse = response(
  { apiKey: 64, name: 'UnregisterBrokerResponse', versions: '0', flexible: '0+' },
  { throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: true }) },
);

/** What `unregisterBrokerResponse` decodes to. */
export interface UnregisterBrokerResponse extends Infer<typeof unregisterBrokerResponse> {}

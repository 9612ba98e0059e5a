/**
 * UnregisterBroker, version 0.
 *
 * Forgets a broker that has stopped and will not come back (KIP-631). One that is alive is refused with
 * INVALID_REQUEST, which Apache forgets too. What was set for it at run time is forgotten with it.
 *
 * Gaps: none.
 */
import { unregisterBroker } from '../controller/unregister-broker.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  unregisterBrokerRequest,
  unregisterBrokerResponse,
} from '../protocol/messages/unregister-broker.ts';
import { defineApi } from './api.ts';
import { runOrRefuse } from './run-or-refuse.ts';

/** Serves UnregisterBroker. */
export const unregisterBrokerApi = defineApi({
  name: 'UnregisterBroker',
  request: unregisterBrokerRequest,
  response: unregisterBrokerResponse,
  async handle({ request: { brokerId } }, services) {
    const [result] = await runOrRefuse(
      services.metadata,
      (image) => unregisterBroker(image, brokerId, services.controllerSettings()),
      (refusal) => [{ refusal }],
    );
    const refusal = result?.refusal;
    return {
      throttleTimeMs: 0,
      errorCode: refusal === undefined ? 0 : errorCodes[refusal.error],
      errorMessage: refusal?.message ?? null,
    };
  },
});

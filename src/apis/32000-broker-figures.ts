/**
 * BrokerFigures, version 0: not Kafka's, and never advertised.
 *
 * What this broker counts, for other brokers of its cluster, which draw the picture of all. Who does not know the
 * secret of its registration finds an API that does not exist.
 *
 * Gaps: none.
 */
import {
  brokerFiguresRequest,
  brokerFiguresResponse,
  type BrokerFiguresRequest,
} from '../protocol/messages/broker-figures.ts';
import { defineApi } from './api.ts';

/** Serves BrokerFigures. */
export const brokerFiguresApi = defineApi({
  name: 'BrokerFigures',
  request: brokerFiguresRequest,
  response: brokerFiguresResponse,
  admits: ({ secret }: BrokerFiguresRequest, services) => services.figures.admits(secret),
  handle({ request }, services) {
    return services.figures.describe(request);
  },
});

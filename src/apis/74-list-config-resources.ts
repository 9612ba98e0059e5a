/**
 * ListConfigResources, versions 0-1.
 *
 * The names of what has configs (KIP-1142). Version 0 asks for client metrics alone, of which there are none.
 *
 * Gaps: none.
 */
import {
  listConfigResourcesRequest,
  listConfigResourcesResponse,
} from '../protocol/messages/list-config-resources.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import { defineApi } from './api.ts';
import { configResourceTypes } from './config-resources.ts';
import type { ApiServices } from './services.ts';

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = configResourceTypes;
const supported: readonly number[] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

/** Serves ListConfigResources. */
export const listConfigResourcesApi = defineApi({
  name: 'ListConfigResources',
  request: listConfigResourcesRequest,
  response: listConfigResourcesResponse,
  handle({ request, apiVersion }, services) {
    const asked = apiVersion === 0 ? [CLIENT_METRICS] : request.resourceTypes;
    if (asked.some((type) => !supported.includes(type))) {
      return { throttleTimeMs: 0, errorCode: errorCodes.UNSUPPORTED_VERSION, configResources: [] };
    }
    const types = new Set(asked.length === 0 ? supported : asked);
    const configResources = [...types].flatMap((resourceType) =>
      namesOf(resourceType, services).map((resourceName) => ({ resourceName, resourceType })),
    );
    return { throttleTimeMs: 0, errorCode: 0, configResources };
  },
});

function namesOf(resourceType: number, services: ApiServices): string[] {
  const image = services.image();
  switch (resourceType) {
    case TOPIC:
      return [...image.topicsByName.keys()];
    case BROKER:
    case BROKER_LOGGER:
      return [...image.brokers.keys()].map(String);
    case GROUP:
      return [...image.groupConfigs.keys()];
    default:
      return [];
  }
}

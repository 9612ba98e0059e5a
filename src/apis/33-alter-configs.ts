/**
 * AlterConfigs, versions 0-2.
 *
 * Replaces all configs that were set for a resource by those in the request. IncrementalAlterConfigs is the
 * better one to use; this is here for the clients that have nothing else.
 *
 * Gaps: loggers and client metrics, which are not here, answer INVALID_REQUEST.
 */
import { alterConfigsRequest, alterConfigsResponse } from '../protocol/messages/alter-configs.ts';
import { alterResources } from './alter-resources.ts';
import { defineApi } from './api.ts';

/** Serves AlterConfigs. */
export const alterConfigsApi = defineApi({
  name: 'AlterConfigs',
  request: alterConfigsRequest,
  response: alterConfigsResponse,
  async handle({ request: { resources, validateOnly } }, services) {
    const changes = resources.map(({ resourceType, resourceName, configs }) => ({
      resourceType,
      resourceName,
      operations: configs.map(({ name, value }) => ({
        operation: 'SET' as const,
        key: name,
        value,
      })),
    }));
    const responses = await alterResources(services, changes, { validateOnly, replace: true });
    return { throttleTimeMs: 0, responses };
  },
});

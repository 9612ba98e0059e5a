import { array, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for the names of resources that have a configuration. Version 0 lists client metrics (KIP-714),
 * version 1 any type (KIP-1142).
 */
export const listConfigResourcesRequest = request(
  { apiKey: 74, name: 'ListConfigResourcesRequest', versions: '0-1', flexible: '0+' },
  { resourceTypes: array(int8(), { versions: '1+' }) },
);

/** What `listConfigResourcesRequest` decodes to. */
export interface ListConfigResourcesRequest extends Infer<typeof listConfigResourcesRequest> {}

/** The names found, with their types since version 1. */
export const listConfigResourcesResponse = response(
  { apiKey: 74, name: 'ListConfigResourcesResponse', versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array(
      struct({
        resourceName: string(),
        resourceType: int8({ versions: '1+', default: 16, ignorable: true }),
      }),
    ),
  },
);

/** What `listConfigResourcesResponse` decodes to. */
export interface ListConfigResourcesResponse extends Infer<typeof listConfigResourcesResponse> {}

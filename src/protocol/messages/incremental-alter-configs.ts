import { array, bool, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Changes single keys of the configuration of resources: sets, deletes, appends to or subtracts from
 * them (KIP-339).
 */
export const incrementalAlterConfigsRequest = request(
  { apiKey: 44, name: 'IncrementalAlterConfigsRequest', versions: '0-1', flexible: '1+' },
  {
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({ name: string(), configOperation: int8(), value: string({ nullable: true }) }),
        ),
      }),
    ),
    validateOnly: bool(),
  },
);

/** What `incrementalAlterConfigsRequest` decodes to. */
export interface IncrementalAlterConfigsRequest extends Infer<
  typeof incrementalAlterConfigsRequest
> {}

/** The outcome for each resource. */
export const incrementalAlterConfigsResponse = response(
  { apiKey: 44, name: 'IncrementalAlterConfigsResponse', versions: '0-1', flexible: '1+' },
  {
    throttleTimeMs: int32(),
    responses: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: true }),
        resourceType: int8(),
        resourceName: string(),
      }),
    ),
  },
);

/** What `incrementalAlterConfigsResponse` decodes to. */
export interface IncrementalAlterConfigsResponse extends Infer<
  typeof incrementalAlterConfigsResponse
> {}

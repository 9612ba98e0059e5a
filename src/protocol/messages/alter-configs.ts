import { array, bool, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Replaces the whole configuration of resources (KIP-133). IncrementalAlterConfigs is the better way. */
export const alterConfigsRequest = request(
  { apiKey: 33, name: 'AlterConfigsRequest', versions: '0-2', flexible: '2+' },
  {
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(struct({ name: string(), value: string({ nullable: true }) })),
      }),
    ),
    validateOnly: bool(),
  },
);

/** What `alterConfigsRequest` decodes to. */
export interface AlterConfigsRequest extends Infer<typeof alterConfigsRequest> {}

/** The outcome for each resource. */
export const alterConfigsResponse = response(
  { apiKey: 33, name: 'AlterConfigsResponse', versions: '0-2', flexible: '2+' },
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

/** What `alterConfigsResponse` decodes to. */
export interface AlterConfigsResponse extends Infer<typeof alterConfigsResponse> {}

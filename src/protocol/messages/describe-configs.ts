import { array, bool, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for the configuration of topics, brokers, groups and clients (KIP-133), with synonyms since
 * version 1 (KIP-226), with documentation since 3 (KIP-569).
 */
export const describeConfigsRequest = request(
  { apiKey: 32, name: 'DescribeConfigsRequest', versions: '1-4', flexible: '4+' },
  {
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configurationKeys: array(string(), { nullable: true }),
      }),
    ),
    includeSynonyms: bool({ default: false }),
    includeDocumentation: bool({ versions: '3+', default: false }),
  },
);

/** What `describeConfigsRequest` decodes to. */
export interface DescribeConfigsRequest extends Infer<typeof describeConfigsRequest> {}

/** The values of each resource with their source; those of sensitive keys are null. */
export const describeConfigsResponse = response(
  { apiKey: 32, name: 'DescribeConfigsResponse', versions: '1-4', flexible: '4+' },
  {
    throttleTimeMs: int32(),
    results: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: true }),
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({
            name: string(),
            value: string({ nullable: true }),
            readOnly: bool(),
            configSource: int8({ default: -1, ignorable: true }),
            isSensitive: bool(),
            synonyms: array(
              struct({ name: string(), value: string({ nullable: true }), source: int8() }),
              { ignorable: true },
            ),
            configType: int8({ versions: '3+', default: 0, ignorable: true }),
            documentation: string({ versions: '3+', nullable: true, ignorable: true }),
          }),
        ),
      }),
    ),
  },
);

/** What `describeConfigsResponse` decodes to. */
export interface DescribeConfigsResponse extends Infer<typeof describeConfigsResponse> {}

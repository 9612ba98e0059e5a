/**
 * IncrementalAlterConfigs, versions 0-1.
 *
 * Sets, deletes, appends to and subtracts from single configs of topics, of this broker, of the defaults of all
 * brokers, and of groups (KIP-339). Those of one resource are changed all or none.
 *
 * Gaps: loggers and client metrics, which are not here, answer INVALID_REQUEST.
 */
import type { ConfigOperation } from '../controller/config-operations.ts';
import { refuse, type Refusal } from '../controller/decision.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  type IncrementalAlterConfigsRequest,
} from '../protocol/messages/incremental-alter-configs.ts';
import { alterResources } from './alter-resources.ts';
import { defineApi } from './api.ts';

type Configs = IncrementalAlterConfigsRequest['resources'][number]['configs'];

/** By the number that a request carries. */
const operations = ['SET', 'DELETE', 'APPEND', 'SUBTRACT'] as const;

/** Serves IncrementalAlterConfigs. */
export const incrementalAlterConfigsApi = defineApi({
  name: 'IncrementalAlterConfigs',
  request: incrementalAlterConfigsRequest,
  response: incrementalAlterConfigsResponse,
  async handle({ request: { resources, validateOnly } }, services) {
    const changes = resources.map(({ resourceType, resourceName, configs }) => ({
      resourceType,
      resourceName,
      operations: operationsOf(configs),
    }));
    const responses = await alterResources(services, changes, { validateOnly, replace: false });
    return { throttleTimeMs: 0, responses };
  },
});

function operationsOf(configs: Configs): readonly ConfigOperation[] | Refusal {
  const understood: ConfigOperation[] = [];
  for (const { name, configOperation, value } of configs) {
    const operation = operations[configOperation];
    if (operation === undefined) {
      return refuse('INVALID_REQUEST', `Unknown config operation ${configOperation} for ${name}`);
    }
    understood.push({ operation, key: name, value });
  }
  return understood;
}

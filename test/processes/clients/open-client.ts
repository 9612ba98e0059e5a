import { type Client, createClient } from '../../../src/client/client.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import type { ClientOptions } from './client.ts';

/** As good as for ever. */
export const patientMs = 3_600_000;

/** A client of our own that never gives up, and looks again soon. */
export function openClient({ bootstrapServers }: Pick<ClientOptions, 'bootstrapServers'>): Client {
  const options = {
    bootstrapServers,
    requestTimeoutMs: 3000,
    connectTimeoutMs: 1000,
    operationTimeoutMs: patientMs,
    retryBackoffMs: 20,
    retryBackoffMaxMs: 100,
  };
  return createClient(options, createNodeRuntime());
}

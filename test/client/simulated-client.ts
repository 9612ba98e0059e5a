import { type Client, createClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/client-options.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { FakeBroker } from './fake-broker.ts';

export interface SimulatedClient {
  readonly simulation: Simulation;
  readonly broker: FakeBroker;
  readonly client: Client;
  /** Lets events happen until the promise has settled. */
  complete<T>(promise: Promise<T>): Promise<T>;
}

/** A client and a fake broker on two hosts of a simulation; `around` may change what the client runs on. */
export async function simulatedClient(
  topics: Readonly<Record<string, number>> = { t: 1 },
  options: Partial<ClientOptions> = {},
  around: (runtime: Runtime) => Runtime = (runtime) => runtime,
): Promise<SimulatedClient> {
  const simulation = createSimulation({ seed: 1 });
  const broker = new FakeBroker(simulation.runtime('broker'), { host: 'broker', port: 9092 });
  for (const [name, count] of Object.entries(topics)) broker.topics.set(name, count);
  await simulation.complete(broker.listen());
  const client = createClient(
    { bootstrapServers: 'broker:9092', clientId: 'test', ...options },
    around(simulation.runtime('client')),
  );
  const complete = <T>(promise: Promise<T>): Promise<T> => simulation.complete(promise);
  return { simulation, broker, client, complete };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '(null)' : decoder.decode(bytes);
}

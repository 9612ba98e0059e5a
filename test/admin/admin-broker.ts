import type { TestContext } from 'node:test';
import { createBroker, type Broker, type BrokerOptions } from '../../src/index.ts';

/** A broker whose console is on any port, and which is stopped after the test. */
export async function adminBroker(
  context: TestContext,
  options: BrokerOptions = {},
): Promise<{ readonly broker: Broker; readonly url: string }> {
  const broker = await createBroker({ storage: 'memory', console: { port: 0 }, ...options });
  context.after(() => broker.stop());
  return { broker, url: broker.consoleUrl ?? '' };
}

/** The text of what a record holds. */
export function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString();
}

import { createStore } from './store.ts';

/** Whether the broker answers. */
export interface Connection {
  readonly up: boolean;
  /** Since when it does not, by this machine's clock. */
  readonly downSinceMs: number | null;
}

/** What the last request or stream came to; the shell shows when the broker does not answer. */
export const connection = createStore<Connection>({ up: true, downSinceMs: null });

/** To be called when the broker answered. */
export function sawBroker(): void {
  if (!connection.get().up) connection.set({ up: true, downSinceMs: null });
}

/** To be called when the broker did not answer. */
export function missedBroker(): void {
  if (connection.get().up) connection.set({ up: false, downSinceMs: Date.now() });
}

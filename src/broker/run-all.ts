import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** Runs steps of stopping one after the other, whatever becomes of those before. Never fails. */
export async function runAll(logger: Logger, steps: readonly (() => unknown)[]): Promise<void> {
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      const message = error instanceof OdradekError ? error.message : String(error);
      logger.error('a step of stopping failed', { error: message });
    }
  }
}

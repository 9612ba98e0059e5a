import type { Files, Runtime } from '../runtime/runtime.ts';
import { errorText } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import type { RunningBroker } from './broker.ts';

/** What a broker serves over HTTP (`src/admin/`), as those see it that start brokers. */
export interface AdminListener {
  /** Where it is reached: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Ends it in order: what was asked is answered, streams end. Never fails. */
  close(): Promise<void>;
  /** Ends it at once, as a crash does. */
  destroy(): void;
}

/** What an admin listener stands on. */
export interface AdminModules {
  readonly broker: RunningBroker;
  /** The broker's own. */
  readonly runtime: Runtime;
  /** Those of the machine, whatever the broker stores in: the page is among them. */
  readonly files: Files;
  readonly logger: Logger;
  /** It keeps no process alive. */
  readonly unref: boolean;
  /** Lets a request in: now, later or never, where brokers are paused and killed on purpose. */
  readonly enter: (event: () => void) => void;
}

/**
 * Starts the admin listener that the broker's configuration asks for. It is loaded by the first call, so that who
 * does without is not held up by it. Rejects where it cannot listen.
 */
export type StartAdmin = (modules: AdminModules) => Promise<AdminListener>;

/**
 * The admin listener of a broker, where its configuration has one. What befalls it is a warning: the broker runs
 * without it.
 */
export async function startAdminOf(
  startAdmin: StartAdmin,
  modules: AdminModules,
): Promise<AdminListener | undefined> {
  if (modules.broker.config.admin.listener === undefined) return undefined;
  try {
    return await startAdmin(modules);
  } catch (error) {
    const reason = errorText(error);
    modules.logger.warn('the console and all else over HTTP is not served', { reason });
    return undefined;
  }
}

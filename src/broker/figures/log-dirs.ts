import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { Clock } from '../../runtime/runtime.ts';
import type { LogManager } from '../../storage/log-manager.ts';

type LogDir = BrokerFiguresResponse['logDirs'][number];

/** What is on the disks changes slowly, and the system is asked for it. */
const freshMs = 5000;

/** The log directories of a broker, with what is in them and what there is room for. */
export class LogDirs {
  readonly #modules: {
    readonly logManager: () => Pick<LogManager, 'directories' | 'describeLogs'>;
    readonly clock: Clock;
  };
  #known: readonly LogDir[] = [];
  #knownMs = -Infinity;

  constructor(modules: {
    readonly logManager: () => Pick<LogManager, 'directories' | 'describeLogs'>;
    readonly clock: Clock;
  }) {
    this.#modules = modules;
  }

  describe(): LogDir[] {
    const nowMs = this.#modules.clock.monotonicMs();
    if (nowMs - this.#knownMs >= freshMs) {
      const logManager = this.#modules.logManager();
      this.#knownMs = nowMs;
      this.#known = logManager.directories().map(({ path, online, usableBytes, totalBytes }) => ({
        path,
        online,
        usedBytes: logManager.describeLogs(path).reduce((sum, log) => sum + log.sizeBytes, 0),
        freeBytes: usableBytes ?? -1,
        totalBytes: totalBytes ?? -1,
      }));
    }
    return [...this.#known];
  }
}

import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import type { LogManagerOptions } from '../../src/storage/log-manager-options.ts';
import type { LogManager } from '../../src/storage/log-manager.ts';
import type { Log } from '../../src/storage/log.ts';
import { must } from '../../src/util/assert.ts';
import { MemoryLogger, startManager, testConfig, topicId, valuesOf } from './managed-logs.ts';

/** A host with a disk, on which managers are started one after the other. */
export class Machine {
  readonly simulation: Simulation;
  readonly logger = new MemoryLogger();

  constructor(seed: string) {
    this.simulation = createSimulation({ seed });
    this.simulation.runtime('a');
  }

  get runtime() {
    return this.simulation.runtime('a');
  }
  get files() {
    return this.runtime.files;
  }
  get disk() {
    return this.simulation.disk('a');
  }

  start(options: Partial<LogManagerOptions> = {}): Promise<LogManager> {
    return this.simulation.complete(startManager(this.runtime, options, this.logger));
  }

  async stop(manager: LogManager): Promise<void> {
    await this.simulation.complete(manager.stop());
  }

  /** As SIGKILL leaves it. */
  crash(): void {
    this.simulation.crash('a');
    this.simulation.restart('a');
  }

  powerLoss(): void {
    this.simulation.powerLoss('a');
    this.simulation.restart('a');
  }

  async values(log: Log | undefined): Promise<string[]> {
    return this.simulation.complete(valuesOf(must(log)));
  }

  /** Lets what has gathered be written. */
  settle(): Promise<void> {
    return this.simulation.runFor(1);
  }
}

/** A log of a new partition, with `testConfig`. */
export function create(manager: LogManager, topic: string, partition = 0): Log {
  return manager.create(topic, partition, topicId, testConfig);
}

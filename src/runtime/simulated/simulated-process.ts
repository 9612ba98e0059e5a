import { OdradekError } from '../../util/odradek-error.ts';
import type { FileOperation, TreeDisk } from '../file-tree/tree-files.ts';
import { createTreeFiles } from '../file-tree/tree-files.ts';
import type { Background, Files, Runtime, Timers } from '../runtime.ts';
import { SliceRunner } from '../slice-runner.ts';
import { Prng } from './prng.ts';
import type { HostClock } from './host-clock.ts';
import type { EventOwner, ScheduledEvent, Scheduler } from './scheduler.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

/** What a process runs on: its host's parts, which outlive it. */
export interface ProcessModules {
  readonly scheduler: Scheduler;
  readonly network: SimulatedNetwork;
  readonly disk: SimulatedDisk;
  readonly clock: HostClock;
}

/** What the disk is busy with. */
interface DiskCall {
  readonly operation: FileOperation;
  readonly path: string;
  readonly perform: () => unknown;
}

const quietOperations = new Set<FileOperation>(['stat', 'list', 'read']);
/** Times of a disk's calls that do not block, `[least, most)`. */
const poolCallMs = [0.05, 0.5] as const;
const syncMs = [0.5, 5] as const;
const sliceStepsMax = 8;

/**
 * One life of a process on a simulated host. Once it is over, none of its events happens any more, its
 * promises never settle, and what blocks throws.
 */
export class SimulatedProcess implements EventOwner {
  readonly name: string;
  readonly runtime: Runtime;
  readonly #modules: ProcessModules;
  readonly #callsUnderWay = new Set<DiskCall>();
  #alive = true;
  #paused = false;

  constructor(name: string, life: string, modules: ProcessModules) {
    this.name = name;
    this.#modules = modules;
    const { scheduler, clock } = modules;
    const bootMs = scheduler.random.below(1_000_000);
    this.runtime = {
      clock: { nowMs: () => clock.nowMs, monotonicMs: () => bootMs + clock.elapsedMs },
      timers: createTimers(this, modules),
      random: new Prng(life),
      files: this.#createFiles(),
      network: modules.network.portOf(this),
      background: new SimulatedBackground(this, scheduler, () => this.runtime.files),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** From here on nothing happens in the process; what comes for it waits. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#modules.scheduler.release(this);
  }

  /** The process ends here. Of its calls that the disk is busy with, some will have been done, or in part. */
  end(): void {
    for (const call of this.#callsUnderWay) this.#leave(call);
    this.#callsUnderWay.clear();
    this.#alive = false;
    this.#modules.disk.tree.closeAllHandles();
  }

  #leave({ operation, path, perform }: DiskCall): void {
    const { disk, scheduler } = this.#modules;
    const fate = scheduler.random.below(3);
    if (fate === 0) return;
    // A sync is done or it is not: that its process ends makes no disk lose what was written.
    const isWhole = fate === 1 || operation.startsWith('sync');
    const takeBack = isWhole ? undefined : disk.inject({ path, code: 'IO_ERROR' });
    try {
      perform();
    } catch {
      // Nobody is there to hear of it.
    }
    takeBack?.();
  }

  #createFiles(): Files {
    const { disk } = this.#modules;
    return createTreeFiles({
      tree: disk.tree,
      budget: disk.budget,
      disk: this.#createDisk(),
      locks: new Map(),
      owner: `the broker on ${this.name}`,
      bootId: disk.bootId,
    });
  }

  #createDisk(): TreeDisk {
    const { disk, scheduler } = this.#modules;
    return {
      before: (operation, path) => {
        if (!this.#alive) throw ended(operation, path);
        if (!quietOperations.has(operation)) scheduler.trace.add(this.name, `${operation} ${path}`);
        disk.check(operation, path);
      },
      tornBytes: (sizeBytes) => disk.tornBytes(sizeBytes),
      later: (operation, path, call) => this.#later(operation, path, call),
      beginSync: (file) => disk.durable.beginSync(file),
      syncDirectory: (path) => disk.durable.syncDirectory(disk.tree.directory(path)),
    };
  }

  #later<T>(operation: FileOperation, path: string, call: () => T): Promise<T> {
    const { scheduler } = this.#modules;
    const [least, most] = operation.startsWith('sync') ? syncMs : poolCallMs;
    return new Promise((resolve, reject) => {
      const underWay = { operation, path, perform: call };
      const perform = (): void => {
        this.#callsUnderWay.delete(underWay);
        try {
          resolve(call());
        } catch (error) {
          reject(error);
        }
      };
      this.#callsUnderWay.add(underWay);
      const delayMs = scheduler.random.between(least, most) * this.#modules.disk.slowness;
      scheduler.schedule(this, delayMs, `${operation} done ${path}`, perform);
    });
  }
}

function ended(operation: string, path: string): OdradekError {
  const message = `Could not ${operation} ${path}: the process has ended`;
  return new OdradekError(message, { code: 'IO_ERROR', path, operation });
}

function createTimers(owner: EventOwner, { scheduler, clock }: ProcessModules): Timers {
  let waiting: (() => void)[] = [];
  const runTurnEnd = (): void => {
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  return {
    setTimer: (delayMs, callback) =>
      scheduler.schedule(owner, clock.worldMs(delayMs), 'timer', callback),
    clearTimer: (timer) => scheduler.cancel(timer as ScheduledEvent),
    atTurnEnd(callback) {
      if (waiting.push(callback) === 1) scheduler.schedule(owner, 0, 'turn end', runTurnEnd);
    },
  };
}

/** Slices between other events, of a random number of steps: any interleaving that threads could have. */
class SimulatedBackground implements Background {
  readonly #slices: SliceRunner;
  readonly #files: () => Files;
  #closed = false;

  constructor(owner: EventOwner, scheduler: Scheduler, files: () => Files) {
    const { random } = scheduler;
    this.#files = files;
    this.#slices = new SliceRunner({
      schedule: (slice) => {
        scheduler.schedule(owner, random.between(0, 0.2), 'background slice', slice);
      },
      rest: (delayMs, resume) => {
        scheduler.schedule(owner, delayMs, 'background rest', resume);
      },
      beginSlice() {
        let stepsLeft = 1 + random.below(sliceStepsMax);
        return () => --stepsLeft <= 0;
      },
    });
  }

  run: Background['run'] = async (task, input) => {
    if (this.#closed) throw stopped();
    const output = await this.#slices.run(task.run(structuredClone(input), this.#files()));
    return structuredClone(output);
  };

  close(): Promise<void> {
    this.#closed = true;
    this.#slices.abort(stopped());
    return Promise.resolve();
  }
}

function stopped(): OdradekError {
  return new OdradekError('The broker has stopped, and its background work with it', {
    code: 'BROKER_STOPPED',
  });
}

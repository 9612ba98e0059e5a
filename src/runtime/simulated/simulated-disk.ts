import { OdradekError } from '../../util/odradek-error.ts';
import { ByteBudget } from '../file-tree/chunked-bytes.ts';
import { FileTree, ioError, tooManyOpenFiles } from '../file-tree/file-tree.ts';
import type { FileOperation } from '../file-tree/tree-files.ts';
import { DurableState } from './durable-state.ts';
import type { Prng } from './prng.ts';

/** A failure to come, of operations on this disk. */
export interface DiskFault {
  /** Left out: any. */
  readonly operation?: FileOperation;
  /** A part of the path; left out: any. */
  readonly path?: string;
  /** Operations that match and succeed first. Default: 0. */
  readonly skip?: number;
  /** How many fail then. Default: 1; `Infinity` until it is taken back. */
  readonly times?: number;
  readonly code: 'IO_ERROR' | 'DISK_FULL' | 'TOO_MANY_OPEN_FILES';
}

/** What a simulated disk is built on. */
export interface SimulatedDiskModules {
  readonly random: Prng;
  readonly nowMs: () => number;
}

/**
 * The disk of a simulated host. It outlives processes, and of what was written only what was synced outlives
 * a power loss for certain. `/data` and `/tmp` are there from the beginning.
 */
export class SimulatedDisk {
  readonly budget = new ByteBudget(Number.POSITIVE_INFINITY);
  readonly tree: FileTree;
  readonly durable: DurableState;
  readonly #random: Prng;
  readonly #faults: { fault: DiskFault; skip: number; times: number }[] = [];
  #bootCount = 1;
  #slowness = 1;

  constructor({ random, nowMs }: SimulatedDiskModules) {
    this.#random = random;
    this.durable = new DurableState(random);
    this.tree = new FileTree({ budget: this.budget, nowMs, journal: this.durable });
    for (const directory of ['/data', '/tmp']) this.tree.makeDirectory(directory);
    this.durable.syncDirectory(this.tree.root);
  }

  get bootId(): string {
    return `boot-${this.#bootCount}`;
  }

  /** Writes fail with `DISK_FULL` once all files hold `bytes`; `Infinity` gives room again. */
  setCapacity(bytes: number): void {
    this.budget.setLimit(bytes);
  }

  /** By how much what does not block takes longer than on a disk in good health. */
  get slowness(): number {
    return this.#slowness;
  }

  /** Makes it so many times slower from here on; 1 is as it was. */
  setSlowness(times: number): void {
    this.#slowness = times;
  }

  /** Makes operations fail. What it answers takes back what has not failed yet. */
  inject(fault: DiskFault): () => void {
    const entry = { fault, skip: fault.skip ?? 0, times: fault.times ?? 1 };
    this.#faults.push(entry);
    return () => {
      entry.times = 0;
    };
  }

  /** Throws where a fault wants it. A failed write has written a random part. */
  check(operation: FileOperation, path: string): void {
    for (const entry of this.#faults) {
      if (entry.times <= 0 || !matches(entry.fault, operation, path)) continue;
      if (entry.skip-- > 0) continue;
      entry.times--;
      throw faultError(entry.fault, operation, path);
    }
  }

  tornBytes(sizeBytes: number): number {
    return this.#random.below(sizeBytes + 1);
  }

  /** The machine stops: memory is gone, and with it some, all or nothing of what was not synced. */
  losePower(): void {
    this.#bootCount++;
    this.tree.closeAllHandles();
    this.durable.losePower(this.tree.root);
  }
}

function matches(fault: DiskFault, operation: FileOperation, path: string): boolean {
  return (
    (fault.operation === undefined || fault.operation === operation) &&
    (fault.path === undefined || path.includes(fault.path))
  );
}

function faultError(fault: DiskFault, operation: FileOperation, path: string): OdradekError {
  if (fault.code === 'IO_ERROR') return ioError(path, operation, 'EIO, injected');
  if (fault.code === 'TOO_MANY_OPEN_FILES') return tooManyOpenFiles(path, operation);
  const message = `No space is left to ${operation} ${path} (ENOSPC, injected)`;
  return new OdradekError(message, { code: 'DISK_FULL', path });
}

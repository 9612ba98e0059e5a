import type { FileHandle, Runtime } from '../../src/runtime/runtime.ts';

/** Holds every fsync of `.log` files of a broker back until it is opened: a disk as slow as a test likes. */
export class GatedDisk {
  #gate = Promise.withResolvers<void>();
  #isOpen = true;
  /** Syncs that wait now. */
  waiting = 0;

  shut(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#gate = Promise.withResolvers();
  }

  open(): void {
    this.#isOpen = true;
    this.#gate.resolve();
  }

  /** For `SimulatedBrokerOptions.around`. */
  readonly around = (runtime: Runtime): Runtime => {
    const { files } = runtime;
    const open = (path: string, mode: 'read' | 'write' | 'create'): FileHandle => {
      const handle = files.open(path, mode);
      return path.endsWith('.log') ? this.#gated(handle) : handle;
    };
    return { ...runtime, files: { ...files, open } };
  };

  #gated(handle: FileHandle): FileHandle {
    return {
      size: () => handle.size(),
      read: (target, position) => handle.read(target, position),
      readAsync: (target, position) => handle.readAsync(target, position),
      writev: (buffers, position) => handle.writev(buffers, position),
      writevAsync: (buffers, position) => handle.writevAsync(buffers, position),
      truncate: (sizeBytes) => handle.truncate(sizeBytes),
      sync: async () => {
        this.waiting++;
        if (!this.#isOpen) await this.#gate.promise;
        this.waiting--;
        await handle.sync();
      },
      syncNow: () => handle.syncNow(),
      close: () => handle.close(),
    };
  }
}

import { ImageFollower } from '../../metadata/image-follower.ts';
import type { ClusterImage } from '../../metadata/image.ts';
import type { MetadataStore } from '../../metadata/store.ts';
import type { Timers } from '../../runtime/runtime.ts';
import { OdradekError } from '../../util/odradek-error.ts';

interface Waiter {
  readonly holds: (image: ClusterImage) => boolean;
  readonly resolve: () => void;
}

/** What a cluster's owner sees of its metadata, and waits for. */
export class WatchedImage {
  readonly #timers: Timers;
  readonly #waiters = new Set<Waiter>();
  #follower: ImageFollower | undefined;

  private constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Rejects as the store does. */
  static async open(modules: {
    readonly store: MetadataStore;
    readonly timers: Timers;
  }): Promise<WatchedImage> {
    const watched = new WatchedImage(modules.timers);
    const listener = {
      onDelta: (_delta: unknown, image: ClusterImage) => watched.#look(image),
      // What cannot be read the brokers say, which read it too.
      onFailure: () => {},
    };
    watched.#follower = await ImageFollower.start(listener, modules);
    return watched;
  }

  get image(): ClusterImage {
    const follower = this.#follower;
    if (follower !== undefined) return follower.image;
    throw new OdradekError('the metadata is closed', { code: 'BROKER_STOPPED' });
  }

  /** Settles when `holds` does, or rejects with `TIMED_OUT`. `operation` is what is waited for. */
  until(
    operation: string,
    holds: (image: ClusterImage) => boolean,
    timeoutMs: number,
  ): Promise<void> {
    if (holds(this.image)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter = {
        holds,
        resolve: () => {
          this.#timers.clearTimer(timer);
          resolve();
        },
      };
      this.#waiters.add(waiter);
      const timer = this.#timers.setTimer(timeoutMs, () => {
        this.#waiters.delete(waiter);
        const message = `${operation} did not happen within ${timeoutMs} ms`;
        reject(new OdradekError(message, { code: 'TIMED_OUT', operation, afterMs: timeoutMs }));
      });
    });
  }

  close(): void {
    this.#follower?.close();
  }

  #look(image: ClusterImage): void {
    for (const waiter of this.#waiters) {
      if (!waiter.holds(image)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

import type { Timer, Timers } from '../runtime/runtime.ts';
import { metadataPrefix } from './image-keys.ts';
import type { ClusterImage, ImageDelta } from './image.ts';
import { LiveImage } from './live-image.ts';
import type { MetadataStore, StoreChange, StoreWatch } from './store.ts';

/** What an image is followed by. */
export interface ImageFollowerModules {
  readonly store: MetadataStore;
  readonly timers: Timers;
}

/** Who is told how an image changes. */
export interface ImageListener {
  /** The image has changed; called between commits, in their order. */
  onDelta(delta: ImageDelta, image: ClusterImage): void;
  /**
   * A value cannot be read (`NEWER_FORMAT`, `CORRUPT_DATA`), or `onDelta` threw: the image stands still from
   * here. The last call.
   */
  onFailure(error: unknown): void;
}

/** Pause before a store that did not answer is read again. */
const retryMs = 200;

/**
 * Keeps a `ClusterImage` up with its store: one read, then a watch; when the watch comes too late and history
 * is gone, a read again.
 */
export class ImageFollower {
  readonly image: LiveImage;
  readonly #modules: ImageFollowerModules;
  readonly #listener: ImageListener;
  /** Who waits for a revision, in no order. */
  #waiters: { readonly revision: number; readonly resolve: () => void }[] = [];
  #watch: StoreWatch | undefined;
  #retry: Timer | undefined;
  #closed = false;

  private constructor(image: LiveImage, listener: ImageListener, modules: ImageFollowerModules) {
    this.image = image;
    this.#listener = listener;
    this.#modules = modules;
  }

  /**
   * Reads the store and follows it. What is there at first is in the image and goes to no listener. Rejects
   * when the store cannot be read, or holds what this version cannot read.
   */
  static async start(
    listener: ImageListener,
    modules: ImageFollowerModules,
  ): Promise<ImageFollower> {
    const image = new LiveImage();
    image.load(await modules.store.read(metadataPrefix));
    const follower = new ImageFollower(image, listener, modules);
    follower.#startWatch();
    return follower;
  }

  /** Settles when the image holds `revision`, or when the follower is closed. */
  async reached(revision: number): Promise<void> {
    if (this.#closed || this.image.revision >= revision) return;
    await new Promise<void>((resolve) => {
      this.#waiters.push({ revision, resolve });
    });
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    if (this.#retry !== undefined) this.#modules.timers.clearTimer(this.#retry);
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #startWatch(): void {
    this.#watch = this.#modules.store.watch(metadataPrefix, this.image.revision + 1, {
      onCommit: (revision, changes) => this.#onCommit(revision, changes),
      onCompacted: () => this.#readAgain(),
    });
  }

  #onCommit(revision: number, changes: readonly StoreChange[]): void {
    this.#advance(() => this.image.apply(revision, changes));
  }

  #readAgain(): void {
    this.#modules.store.read(metadataPrefix).then(
      (snapshot) => {
        if (this.#closed) return;
        if (this.#advance(() => this.image.load(snapshot))) this.#startWatch();
      },
      () => {
        if (this.#closed) return;
        this.#retry = this.#modules.timers.setTimer(retryMs, () => this.#readAgain());
      },
    );
  }

  /** Brings the image forward and tells of it. False when it could not be, and is given up. */
  #advance(step: () => ImageDelta): boolean {
    try {
      this.#listener.onDelta(step(), this.image);
    } catch (error) {
      this.close();
      this.#listener.onFailure(error);
      return false;
    }
    this.#wake();
    return true;
  }

  #wake(): void {
    const { revision: reached } = this.image;
    if (!this.#waiters.some(({ revision }) => revision <= reached)) return;
    const due = this.#waiters.filter(({ revision }) => revision <= reached);
    this.#waiters = this.#waiters.filter(({ revision }) => revision > reached);
    for (const { resolve } of due) resolve();
  }
}

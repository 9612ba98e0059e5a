import type { MetadataCommands } from '../apis/metadata-commands.ts';
import { commitDecision } from '../controller/commit-decision.ts';
import { noChanges, type Decision } from '../controller/decision.ts';
import { decideProducerIdBlock } from '../controller/producer-ids.ts';
import { decideLeftoverRemoval } from '../controller/remove-leftovers.ts';
import { ImageFollower, type ImageListener } from '../metadata/image-follower.ts';
import type { ClusterImage, ImageDelta } from '../metadata/image.ts';
import type { Change, CommitResult, Compare, MetadataStore } from '../metadata/store.ts';
import type { Timers } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** What it stands on. */
export interface ClusterMetadataModules {
  readonly store: MetadataStore;
  readonly timers: Timers;
}

/** A decision that keeps losing against other commits is given up after this many tries. */
const triesMax = 20;

/**
 * This broker's side of the metadata store: the image that follows it, and the changes that are asked of it,
 * one behind the other.
 */
export class ClusterMetadata implements MetadataCommands {
  readonly #store: MetadataStore;
  readonly #follower: ImageFollower;
  readonly #listeners: Set<(delta: ImageDelta) => void>;
  /** The end of the line of decisions. */
  #last: Promise<unknown> = Promise.resolve();
  /** `[next, end)` of the block of producer ids that this broker has. */
  #nextProducerId = 0;
  #producerIdsEnd = 0;
  #closed = false;

  private constructor(
    store: MetadataStore,
    follower: ImageFollower,
    listeners: Set<(delta: ImageDelta) => void>,
  ) {
    this.#store = store;
    this.#follower = follower;
    this.#listeners = listeners;
  }

  /** Reads the store and follows it; `listener` is told of what comes after. Rejects as the store does. */
  static async open(
    listener: ImageListener,
    modules: ClusterMetadataModules,
  ): Promise<ClusterMetadata> {
    const listeners = new Set<(delta: ImageDelta) => void>();
    const follower = await ImageFollower.start(
      {
        onDelta: (delta, image) => {
          listener.onDelta(delta, image);
          for (const onChange of listeners) onChange(delta);
        },
        onFailure: (error) => listener.onFailure(error),
      },
      modules,
    );
    return new ClusterMetadata(modules.store, follower, listeners);
  }

  get image(): ClusterImage {
    return this.#follower.image;
  }

  /** Has `listener` called with each change of the image, behind the broker's own parts, until the answer is called. */
  onChange(listener: (delta: ImageDelta) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Who leads a partition, and since which epoch; -1 for what is not known. An id counts more than a name. */
  currentLeader(
    topic: string,
    topicId: string,
    index: number,
  ): { readonly leaderId: number; readonly leaderEpoch: number } {
    const { topicsByName, topicsById } = this.image;
    const partition = (topicsById.get(topicId) ?? topicsByName.get(topic))?.partitions[index];
    return { leaderId: partition?.leader ?? -1, leaderEpoch: partition?.leaderEpoch ?? -1 };
  }

  /** Settles when the image holds `revision`, or when nothing is followed any more. */
  reached(revision: number): Promise<void> {
    return this.#follower.reached(revision);
  }

  run<Result>(decide: (image: ClusterImage) => Decision<Result>): Promise<readonly Result[]> {
    const result = this.#last.then(() => this.#decide(decide));
    this.#last = result.catch(() => {});
    return result;
  }

  async #decide<Result>(
    decide: (image: ClusterImage) => Decision<Result>,
  ): Promise<readonly Result[]> {
    for (let tries = 0; tries < triesMax; tries++) {
      const decision = decide(this.image);
      const committed = await commitDecision(decision, { image: this.image, store: this.#store });
      await this.#follower.reached(committed.revision);
      if (this.#closed) {
        throw new OdradekError('the broker has stopped', { code: 'BROKER_STOPPED' });
      }
      if (committed.outcome === 'committed') return decision.results;
    }
    throw new OdradekError('other changes of the metadata kept coming first', {
      code: 'TIMED_OUT',
      operation: 'changing metadata',
      afterMs: 0,
    });
  }

  /** Commits beside the line of decisions, and settles when the image has what came of it. */
  async commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    const result = await this.#store.commit(compares, changes);
    if (result.outcome !== 'unknown') await this.#follower.reached(result.revision);
    return result;
  }

  /**
   * Removes what a crash in the midst of a change left in the store, which nobody sees. Nothing while some broker
   * is live, which may be in the midst of one.
   */
  async removeLeftovers(): Promise<void> {
    await this.run<string>((image) => {
      const isAnyLive = [...image.brokers.values()].some(({ live }) => live);
      const nothing = { changes: noChanges, results: [] };
      return isAnyLive ? nothing : decideLeftoverRemoval(this.#follower.image);
    });
  }

  async nextProducerId(): Promise<number> {
    while (this.#nextProducerId === this.#producerIdsEnd) {
      const [block] = await this.run(decideProducerIdBlock);
      // Somebody who stood before us in line may have brought one; what we have then goes unused.
      if (block === undefined || this.#nextProducerId < this.#producerIdsEnd) continue;
      this.#nextProducerId = block.firstProducerId;
      this.#producerIdsEnd = block.firstProducerId + block.count;
    }
    return this.#nextProducerId++;
  }

  /** Ends the watch and whoever waits. The store is its owner's to close. */
  close(): void {
    this.#closed = true;
    this.#follower.close();
  }
}

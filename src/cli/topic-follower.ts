import { asError, isRetriable } from '../client/client-errors.ts';
import type { Client } from '../client/client.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import type { Consumer } from '../client/consumer.ts';
import type { PartitionRange } from '../client/start-positions.ts';
import type { Timer, Timers } from '../runtime/runtime.ts';
import { hasCode } from '../util/odradek-error.ts';
import { isPattern } from '../util/wildcards.ts';
import { isMeant } from './topic-patterns.ts';

/** Between an answer of the cluster and the next question. A new topic is read within about this time. */
const lookEveryMs = 1000;

/** What is followed. */
export interface TopicFollowerOptions {
  /** Names and patterns. */
  readonly topics: readonly string[];
  readonly isWanted: (partition: number) => boolean;
  /** The topics whose partitions the consumer reads already. */
  readonly known: readonly TopicMetadata[];
}

/**
 * Gives a consumer that goes on and on what comes to be meanwhile: topics that a pattern means and further
 * partitions, from their beginning. What is deleted the consumer notices by itself.
 */
export class TopicFollower {
  readonly #options: TopicFollowerOptions;
  readonly #client: Client;
  readonly #timers: Timers;
  readonly #consumer: Consumer;
  /** Partitions that are read or were. By topic id, so that a topic that is created again is a new one. */
  readonly #seen: Set<string>;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(
    options: TopicFollowerOptions,
    modules: { client: Client; timers: Timers; consumer: Consumer },
  ) {
    this.#options = options;
    this.#client = modules.client;
    this.#timers = modules.timers;
    this.#consumer = modules.consumer;
    const partitions = options.known.flatMap((topic) => this.#wantedOf(topic));
    this.#seen = new Set(partitions.map(({ key }) => key));
  }

  /** Looks from now on, until `stop`. */
  start(): void {
    if (this.#isStopped) return;
    this.#timer = this.#timers.setTimer(lookEveryMs, () => {
      void this.#look()
        .catch((error: unknown) => this.#onFailed(error))
        .finally(() => this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== undefined) this.#timers.clearTimer(this.#timer);
  }

  async #look(): Promise<void> {
    const { topics } = this.#options;
    const asked = topics.some(isPattern) ? 'all' : topics;
    const metadata = await this.#client.cluster.metadata(asked);
    const partitions = metadata.topics
      .filter(({ name }) => isMeant(name, topics))
      .flatMap((topic) => this.#wantedOf(topic))
      .filter(({ key, leaderId }) => leaderId >= 0 && !this.#seen.has(key));
    if (partitions.length === 0 || this.#isStopped) return;
    await this.#consumer.add(partitions.map(({ range }) => range));
    for (const { key } of partitions) this.#seen.add(key);
  }

  #wantedOf({ name, topicId, partitions }: TopicMetadata): readonly WantedPartition[] {
    return partitions
      .filter(({ partition }) => this.#options.isWanted(partition))
      .map(({ partition, leaderId }) => ({
        key: `${topicId ?? name}-${partition}`,
        leaderId,
        range: { topic: name, partition, from: { at: 'beginning' }, until: undefined },
      }));
  }

  /** A broker may be away for a while, and a topic go while its offsets are asked for: there is a next time. */
  #onFailed(error: unknown): void {
    if (this.#isStopped || isRetriable(error) || hasCode(error, 'UNKNOWN_TOPIC')) return;
    this.#consumer.fail(asError(error));
  }
}

interface WantedPartition {
  readonly key: string;
  readonly leaderId: number;
  readonly range: PartitionRange;
}

import type { Consumer } from '../../client/consumer.ts';
import type { TopicImage } from '../../metadata/image.ts';
import { rangesOf } from './position.ts';

/** Gives a consumer that goes on and on the partitions that its topic is given meanwhile, from their beginning. */
export class NewPartitions {
  readonly #topic: TopicImage['name'];
  readonly #consumer: Consumer;
  readonly #count: () => number;
  #known: number;

  /** `known` partitions are read; `count` says how many the topic has now. */
  constructor(
    options: { readonly topic: string; readonly known: number },
    modules: { readonly consumer: Consumer; readonly count: () => number },
  ) {
    this.#topic = options.topic;
    this.#known = options.known;
    this.#consumer = modules.consumer;
    this.#count = modules.count;
  }

  /** Partitions below it are read. */
  get known(): number {
    return this.#known;
  }

  /** Adds what is new. Rejects where nobody leads it yet: it is added the next time then. */
  async add(): Promise<void> {
    const known = this.#known;
    const count = this.#count();
    if (count <= known) return;
    const added = Array.from({ length: count - known }, (_, index) => known + index);
    await this.#consumer.add(rangesOf(this.#topic, added, { at: 'beginning' }, undefined));
    this.#known = count;
  }
}

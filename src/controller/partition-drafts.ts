import type { PartitionValue } from '../metadata/image-keys.ts';
import type { PartitionImage, TopicImage } from '../metadata/image.ts';
import type { PlannedChanges } from './decision.ts';
import { partitionChange } from './partition-rules.ts';

/**
 * Partitions while a request changes them: what it names twice is changed from what it was made before, and
 * written once.
 */
export class PartitionDrafts {
  readonly #drafts = new Map<
    PartitionImage,
    { readonly topic: TopicImage; value: PartitionValue }
  >();

  /** A partition with what has been made of it. */
  get(partition: PartitionImage): PartitionImage {
    const draft = this.#drafts.get(partition);
    return draft === undefined ? partition : { ...partition, ...draft.value };
  }

  /** Takes down what becomes of `partition`, one of `topic`'s as the image has it. */
  set(topic: TopicImage, partition: PartitionImage, value: PartitionValue): void {
    this.#drafts.set(partition, { topic, value });
  }

  /** Each partition that has changed, where it is still as it was. They do not depend on each other. */
  changes(): PlannedChanges {
    const publish = [...this.#drafts].map(([partition, { topic, value }]) =>
      partitionChange(topic, partition, value),
    );
    return { prepare: [], publish, tidy: [] };
  }
}

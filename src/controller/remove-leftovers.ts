import { imageKeys } from '../metadata/image-keys.ts';
import type { LiveImage } from '../metadata/live-image.ts';
import type { Decision } from './decision.ts';

/**
 * Removes what topics have left behind whose making or removal a crash cut off: partitions and configs that no
 * topic has. To be decided at a start, before anything is asked of the controller: later it could take away
 * what a topic is being made of. The results are the ids that go.
 */
export function decideLeftoverRemoval(image: LiveImage): Decision<string> {
  const topicIds = [...image.orphanedTopicIds()];
  const tidy = topicIds.flatMap((topicId) => [
    ...image.partitionKeysOf(topicId).map((index) => ({
      key: imageKeys.partition(topicId, index),
      value: null,
    })),
    { key: imageKeys.topicConfig(topicId), value: null },
  ]);
  return { changes: { prepare: [], publish: [], tidy }, results: topicIds };
}

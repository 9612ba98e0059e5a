import type { GroupDraft } from './group-draft.ts';
import { groupSubscription } from './subscriptions.ts';
import type { TopicHashes } from './topic-hash.ts';

/** Raises the group's epoch, if it must be or where the topics are not what they were. */
export function raiseEpochIfChanged(
  draft: GroupDraft,
  hashes: TopicHashes,
  mustRaise: boolean,
): void {
  const hash = hashes.ofTopics(groupSubscription(draft).topicNames);
  if (mustRaise || hash !== draft.metadataHash) draft.raiseGroupEpoch(hash);
  draft.removePartitionMetadata();
}

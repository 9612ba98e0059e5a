import type { ClusterImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import { storeLimits } from '../metadata/store.ts';
import { completedReassignment } from './alter-reassignments.ts';
import type { ControllerSettings } from './controller-settings.ts';
import type { Decision } from './decision.ts';
import type { PartitionOfTopic } from './keep-leaders.ts';

/** A partition that is where it was to go. */
export interface MovedPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Ends the reassignments among `candidates` whose replicas that are to stay are all in sync by now. A function of
 * the image alone; as many changes as fit one commit.
 */
export function completeReassignments(
  image: ClusterImage,
  candidates: Iterable<PartitionOfTopic>,
  settings: ControllerSettings,
): Decision<MovedPartition> {
  const publish: GuardedChange[] = [];
  const results: MovedPartition[] = [];
  for (const { topic, partition } of candidates) {
    const change = completedReassignment(image, topic, partition.index, settings);
    if (change === undefined) continue;
    publish.push(change);
    results.push({ topic: topic.name, partition: partition.index });
    if (publish.length === storeLimits.changesMax) break;
  }
  return { changes: { prepare: [], publish, tidy: [] }, results };
}

import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import type { ClusterImage, TopicImage } from '../metadata/image.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { refuse } from './decision.ts';
import type { Decision, Refusal } from './decision.ts';
import { refuseFiltered } from './filtered-topics.ts';
import { changePartition } from './partition-change.ts';
import { PartitionDrafts } from './partition-drafts.ts';
import { partitionRules } from './partition-rules.ts';

/** A whole ElectLeaders request (KIP-183, KIP-460). */
export interface ElectLeadersCommand {
  /** To the preferred leaders, or, where there is no leader, to whoever is alive. */
  readonly election: 'preferred' | 'unclean';
  /** Null for all partitions. */
  readonly topics:
    | readonly {
        readonly topic: string;
        readonly partitions: readonly number[];
      }[]
    | null;
}

/** What was decided of one topic's partitions, in the order of the request. */
export interface ElectLeadersResult {
  readonly topic: string;
  readonly partitions: readonly {
    readonly index: number;
    /** Undefined where a leader has been elected. */
    readonly refusal: Refusal | undefined;
  }[];
}

/**
 * Decides ElectLeaders. One partition does not hold up the others. Where all are asked for, those that need no
 * election are left out, as Apache leaves them out.
 */
export function electLeaders(
  image: ClusterImage,
  { election, topics }: ElectLeadersCommand,
  settings: ControllerSettings,
): Decision<ElectLeadersResult> {
  const drafts = new PartitionDrafts();
  const asked =
    topics ??
    Array.from(topicsWithLogs(image), ({ name, partitions }) => ({
      topic: name,
      partitions: partitions.keys(),
    }));
  const results = asked.map(({ topic, partitions }) => ({
    topic,
    partitions: Array.from(partitions, (index) => ({
      index,
      refusal: electLeader(image, { topic, index, election }, drafts, settings),
    })).filter(({ refusal }) => topics !== null || refusal?.error !== 'ELECTION_NOT_NEEDED'),
  }));
  return { changes: drafts.changes(), results };
}

interface AskedElection {
  readonly topic: string;
  readonly index: number;
  readonly election: ElectLeadersCommand['election'];
}

function electLeader(
  image: ClusterImage,
  { topic: name, index, election }: AskedElection,
  drafts: PartitionDrafts,
  { layers }: ControllerSettings,
): Refusal | undefined {
  const topic: TopicImage | undefined = image.topicsByName.get(name);
  if (topic === undefined) {
    return refuse('UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${name}`);
  }
  const found = topic.partitions[index];
  if (found === undefined) {
    return refuse('UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${name}-${index}`);
  }
  const filtered = refuseFiltered(topic);
  if (filtered !== undefined) return filtered;
  const partition = drafts.get(found);
  const { leader, replicas } = partition;
  if (election === 'preferred' ? leader === replicas[0] : leader >= 0) {
    return refuse('ELECTION_NOT_NEEDED', 'Leader election not needed for topic partition.');
  }
  const value = changePartition(partition, { election }, partitionRules(image, topic, layers));
  if (value === undefined || value.leader < 0 || value.leader === leader) {
    return election === 'preferred'
      ? refuse('PREFERRED_LEADER_NOT_AVAILABLE', 'The preferred leader was not available.')
      : refuse(
          'ELIGIBLE_LEADERS_NOT_AVAILABLE',
          'Eligible topic partition leaders are not available.',
        );
  }
  drafts.set(topic, found, value);
  return undefined;
}

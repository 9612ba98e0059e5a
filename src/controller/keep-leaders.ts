import type { ClusterImage, PartitionImage, TopicImage } from '../metadata/image.ts';
import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import { storeLimits } from '../metadata/store.ts';
import { isLedByProcessBefore, returns, serves } from './broker-state.ts';
import type { ControllerSettings } from './controller-settings.ts';
import type { Decision } from './decision.ts';
import { changePartition } from './partition-change.ts';
import type { PartitionRules, PartitionTargets } from './partition-change.ts';
import { mayElectUncleanly, partitionChange, partitionRules } from './partition-rules.ts';

/** A partition of a topic, as the image has it. */
export interface PartitionOfTopic {
  readonly topic: TopicImage;
  readonly partition: PartitionImage;
}

/** What became of a partition's leadership. */
export interface LedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly leaderBefore: number;
  /** -1 where nobody can lead. */
  readonly leader: number;
}

/** Every partition there is, each once. */
export function* allPartitions(image: ClusterImage): Generator<PartitionOfTopic> {
  for (const topic of topicsWithLogs(image)) {
    for (const partition of topic.partitions) yield { topic, partition };
  }
}

/**
 * Takes brokers that are not there out of the in-sync sets of `candidates` (KIP-841), elects other leaders where
 * they led, and leaders where there is none and somebody can lead. Where a leader has come back as another
 * process, its epoch rises. Brokers whose logs may have lost records are not eligible any more (KIP-966).
 * Reassignments end once those that are to stay are in sync (KIP-455).
 *
 * A function of the image alone: decided again when others have written in between, it does what is left to do.
 * As many changes as fit one commit; none when all is as it should be.
 */
export function keepLeaders(
  image: ClusterImage,
  candidates: Iterable<PartitionOfTopic>,
  settings: ControllerSettings,
): Decision<LedPartition> {
  const { brokers } = image;
  const uncleanReplicas = uncleanBrokers(image);
  const isThere = (id: number): boolean => serves(brokers.get(id)) || returns(brokers.get(id));
  return changeEach(image, candidates, settings, (partition, topic) => {
    const { leader, isr, elr, addingReplicas, removingReplicas } = partition;
    const newProcess = isLedByProcessBefore(brokers.get(leader), partition);
    const isLed = leader >= 0 && isThere(leader) && !newProcess;
    const isMoving = addingReplicas.length + removingReplicas.length > 0;
    const isAsItShould =
      isLed && isr.every(isThere) && !elr.some((id) => uncleanReplicas.has(id)) && !isMoving;
    if (isAsItShould) return undefined;
    const election = mayElectUncleanly(topic, settings.layers) ? 'unclean' : 'online';
    return {
      targets: { isr: isr.filter(isThere), election, uncleanReplicas, newProcess },
      mayLead: isThere,
    };
  });
}

/**
 * Brings leadership back to preferred replicas that are in sync and serve. As many changes as fit one commit.
 */
export function preferLeaders(
  image: ClusterImage,
  settings: ControllerSettings,
): Decision<LedPartition> {
  return changeEach(image, allPartitions(image), settings, (partition) => {
    const [preferred] = partition.replicas;
    const { leader, isr } = partition;
    if (preferred === undefined || leader < 0 || leader === preferred) return undefined;
    const canLead = isr.includes(preferred) && serves(image.brokers.get(preferred));
    return canLead ? { targets: { election: 'preferred' } } : undefined;
  });
}

function uncleanBrokers(image: ClusterImage): ReadonlySet<number> {
  const unclean = [...image.brokers.values()].filter(({ uncleanShutdown }) => uncleanShutdown);
  return new Set(unclean.map(({ nodeId }) => nodeId));
}

/** What is to become of a partition, and by which rules where they are not those of all. */
interface Plan extends Partial<PartitionRules> {
  readonly targets: PartitionTargets;
}

function changeEach(
  image: ClusterImage,
  candidates: Iterable<PartitionOfTopic>,
  settings: ControllerSettings,
  plan: (partition: PartitionImage, topic: TopicImage) => Plan | undefined,
): Decision<LedPartition> {
  const publish = [];
  const results: LedPartition[] = [];
  for (const { topic, partition } of candidates) {
    const planned = plan(partition, topic);
    if (planned === undefined) continue;
    const { targets, ...others } = planned;
    const rules = { ...partitionRules(image, topic, settings.layers), ...others };
    const value = changePartition(partition, targets, rules);
    if (value === undefined) continue;
    publish.push(partitionChange(topic, partition, value));
    const { leader } = value;
    const { index, leader: leaderBefore } = partition;
    results.push({ topic: topic.name, partition: index, leaderBefore, leader });
    if (publish.length === storeLimits.changesMax) break;
  }
  return { changes: { prepare: [], publish, tidy: [] }, results };
}

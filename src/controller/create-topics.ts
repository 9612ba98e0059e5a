import { replicationFactorByDefault } from '../config/derived-defaults.ts';
import { topicConfigProblem } from '../config/topic-config.ts';
import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage, TopicImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import { placeableBrokers, serves } from './broker-state.ts';
import { canonicalTopicConfig, valueSizeProblem } from './config-values.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { addChanges, isRefusal, newChanges, noChanges, refuse } from './decision.ts';
import type { Decision, PlannedChanges, Refusal } from './decision.ts';
import { newPartitionChange } from './new-partition.ts';
import { judgeAssignment, placeReplicas } from './placement.ts';
import type { Placement } from './placement.ts';
import {
  asksForFilter,
  filteredTopicChanges,
  judgeFilteredTopic,
  touchSource,
} from './filtered-topics.ts';
import { collisionForm, topicNameProblem } from './topic-names.ts';

/** A topic that is asked for. */
export interface NewTopic {
  readonly name: string;
  /** -1 is the broker's default, also where `assignments` are given. */
  readonly numPartitions: number;
  /** -1 is the broker's default, also where `assignments` are given. */
  readonly replicationFactor: number;
  /** Which brokers hold each partition; empty where the controller chooses. */
  readonly assignments: readonly {
    readonly partitionIndex: number;
    readonly brokerIds: readonly number[];
  }[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

/** A whole CreateTopics request, with what chance has to decide in it. */
export interface CreateTopicsCommand {
  readonly topics: readonly NewTopic[];
  readonly validateOnly: boolean;
  /**
   * The id for the topic of a name: random, and the same whenever it is asked for in this command, so that a
   * command that is decided again knows what it has made already (`stableTopicIds`).
   */
  readonly topicIdOf: (name: string) => string;
  /** Any whole number from 0, drawn for this command: where placement begins. */
  readonly placementStart: number;
}

/** What was decided of one name: a refusal, or the topic as it will be. */
export type CreateTopicResult =
  | ({ readonly name: string } & Refusal)
  | {
      readonly name: string;
      readonly topicId: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      /** The topic's own configs, by key. */
      readonly configs: ReadonlyMap<string, string>;
    };

/**
 * Decides CreateTopics. One bad topic does not hold up the others. A name that is asked for twice is refused
 * once, and nothing is made of it.
 */
export function createTopics(
  image: ClusterImage,
  command: CreateTopicsCommand,
  settings: ControllerSettings,
): Decision<CreateTopicResult> {
  const changes = newChanges();
  const results: CreateTopicResult[] = [];
  const taken = new Map<string, string>();
  const sources = new Set<TopicImage>();
  for (const name of image.topicsByName.keys()) taken.set(collisionForm(name), name);
  let partitionsLeft = settings.config.partitionsPerRequestMax;

  for (const { topic, count } of withCounts(command.topics)) {
    const { name } = topic;
    const planned =
      count > 1
        ? refuse('INVALID_REQUEST', 'Duplicate topic name.')
        : planTopic(image, topic, { command, settings, taken, partitionsLeft });
    if (isRefusal(planned)) {
      results.push({ name, error: planned.error, message: planned.message });
      continue;
    }
    addChanges(changes, planned.changes);
    results.push(planned.result);
    taken.set(collisionForm(name), name);
    if (planned.source === undefined) partitionsLeft -= planned.result.numPartitions;
    else sources.add(planned.source);
  }
  for (const source of sources) changes.publish.push(touchSource(source));
  return { changes: command.validateOnly ? noChanges : changes, results };
}

/** Ids by name that stay the same for one command, however often it is decided. */
export function stableTopicIds(draw: () => string): (name: string) => string {
  const ids = new Map<string, string>();
  return (name) => {
    const id = ids.get(name) ?? draw();
    ids.set(name, id);
    return id;
  };
}

interface Surroundings {
  readonly command: CreateTopicsCommand;
  readonly settings: ControllerSettings;
  /** Names that are there, by their collision form. */
  readonly taken: ReadonlyMap<string, string>;
  readonly partitionsLeft: number;
}

interface PlannedTopic {
  readonly changes: PlannedChanges;
  readonly result: Extract<CreateTopicResult, { topicId: string }>;
  /** Of a filtered topic that is to be made. */
  readonly source?: TopicImage;
}

function withCounts(topics: readonly NewTopic[]): Iterable<{ topic: NewTopic; count: number }> {
  const counted = new Map<string, { topic: NewTopic; count: number }>();
  for (const topic of topics) {
    const seen = counted.get(topic.name);
    if (seen === undefined) counted.set(topic.name, { topic, count: 1 });
    else seen.count++;
  }
  return counted.values();
}

function planTopic(
  image: ClusterImage,
  topic: NewTopic,
  { command, settings, taken, partitionsLeft }: Surroundings,
): PlannedTopic | Refusal {
  const topicId = command.topicIdOf(topic.name);
  const made = image.topicsById.get(topicId);
  // Decided again after a commit whose outcome was not known: it did happen.
  if (made !== undefined) return { changes: noChanges, result: describeMade(made) };

  const problem = nameProblem(topic.name, image, taken);
  if (problem !== undefined) return problem;
  const configs = judgeConfigs(topic, settings);
  if (isRefusal(configs)) return configs;
  if (asksForFilter(configs)) return planFilteredTopic(image, topic, topicId, configs);
  const placements = placeTopic(image, topic, command, settings);
  if (isRefusal(placements)) return placements;
  if (placements.length > partitionsLeft) {
    return refuse('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
  }
  return {
    changes: topicChanges(topic.name, topicId, placements, configs),
    result: {
      name: topic.name,
      topicId,
      numPartitions: placements.length,
      replicationFactor: placements[0]?.replicas.length ?? 0,
      configs,
    },
  };
}

function planFilteredTopic(
  image: ClusterImage,
  topic: NewTopic,
  topicId: string,
  configs: ReadonlyMap<string, string>,
): PlannedTopic | Refusal {
  const source = judgeFilteredTopic(image, topic, configs);
  if (isRefusal(source)) return source;
  const { name } = topic;
  return {
    changes: filteredTopicChanges({ name, topicId }, source, configs),
    result: { ...describeMade(source), name, topicId, configs },
    source,
  };
}

function describeMade(topic: TopicImage) {
  return {
    name: topic.name,
    topicId: topic.id,
    numPartitions: topic.partitions.length,
    replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
    configs: topic.config.values,
  };
}

function nameProblem(
  name: string,
  image: ClusterImage,
  taken: ReadonlyMap<string, string>,
): Refusal | undefined {
  if (name === '__cluster_metadata') {
    return refuse('INVALID_REQUEST', `Creation of internal topic ${name} is prohibited.`);
  }
  const problem = topicNameProblem(name);
  if (problem !== undefined) return refuse('INVALID_TOPIC_EXCEPTION', problem);
  if (image.topicsByName.has(name)) {
    return refuse('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
  }
  const other = taken.get(collisionForm(name));
  if (other === undefined) return undefined;
  return refuse(
    'INVALID_TOPIC_EXCEPTION',
    `Topic '${name}' collides with existing topic: ${other}`,
  );
}

function judgeConfigs(
  topic: NewTopic,
  { layers }: ControllerSettings,
): ReadonlyMap<string, string> | Refusal {
  const configs = new Map<string, string>();
  for (const { name, value } of topic.configs) {
    if (value === null) {
      return refuse('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`);
    }
    configs.set(name, value);
  }
  const problem = topicConfigProblem(configs, layers) ?? valueSizeProblem(configs);
  return problem === undefined ? canonicalTopicConfig(configs) : refuse('INVALID_CONFIG', problem);
}

function placeTopic(
  image: ClusterImage,
  topic: NewTopic,
  command: CreateTopicsCommand,
  { config }: ControllerSettings,
): readonly Placement[] | Refusal {
  if (topic.assignments.length > 0) return placeAsAssigned(image, topic);
  const { numPartitions, replicationFactor } = topic;
  if (replicationFactor < -1 || replicationFactor === 0) {
    const message = 'Replication factor must be larger than 0, or -1 to use the default value.';
    return refuse('INVALID_REPLICATION_FACTOR', message);
  }
  if (numPartitions < -1 || numPartitions === 0) {
    const message = 'Number of partitions was set to an invalid non-positive value.';
    return refuse('INVALID_PARTITIONS', message);
  }
  const partitionCount = numPartitions === -1 ? config.numPartitions : numPartitions;
  if (partitionCount > config.partitionsPerRequestMax) {
    return refuse('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
  }
  const brokers = placeableBrokers(image);
  return placeReplicas(brokers, {
    partitionCount,
    replicationFactor:
      replicationFactor === -1
        ? replicationFactorByDefault(config.defaultReplicationFactor, brokers.length)
        : replicationFactor,
    firstIndex: 0,
    start: command.placementStart,
  });
}

function placeAsAssigned(image: ClusterImage, topic: NewTopic): readonly Placement[] | Refusal {
  const specified = 'A manual partition assignment was specified, but ';
  if (topic.replicationFactor !== -1) {
    return refuse('INVALID_REQUEST', `${specified}replication factor was not set to -1.`);
  }
  if (topic.numPartitions !== -1) {
    return refuse('INVALID_REQUEST', `${specified}numPartitions was not set to -1.`);
  }
  const placements = new Map<number, Placement>();
  let expectedCount: number | undefined;
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (placements.has(partitionIndex)) {
      const message = `Found multiple manual partition assignments for partition ${partitionIndex}`;
      return refuse('INVALID_REPLICA_ASSIGNMENT', message);
    }
    const placement = placeOnBrokers(image, partitionIndex, brokerIds, expectedCount);
    if (isRefusal(placement)) return placement;
    placements.set(partitionIndex, placement);
    expectedCount = brokerIds.length;
  }
  return inSequence(placements);
}

/** The placement on brokers that a request names, if it can be had. */
export function placeOnBrokers(
  image: ClusterImage,
  index: number,
  replicas: readonly number[],
  expectedCount: number | undefined,
): Placement | Refusal {
  const problem = judgeAssignment(image.brokers, replicas, expectedCount);
  if (problem !== undefined) return problem;
  const isr = replicas.filter((id) => serves(image.brokers.get(id)));
  if (isr.length > 0) return { replicas, isr };
  const message =
    'All brokers specified in the manual partition assignment for partition ' +
    `${index} are fenced or in controlled shutdown.`;
  return refuse('INVALID_REPLICA_ASSIGNMENT', message);
}

function inSequence(placements: ReadonlyMap<number, Placement>): readonly Placement[] | Refusal {
  const sequence: Placement[] = [];
  for (let index = 0; index < placements.size; index++) {
    const placement = placements.get(index);
    if (placement === undefined) {
      const message = 'partitions should be a consecutive 0-based integer sequence';
      return refuse('INVALID_REPLICA_ASSIGNMENT', message);
    }
    sequence.push(placement);
  }
  return sequence;
}

/** Partitions and configs first; the topic is there with its own key. */
function topicChanges(
  name: string,
  topicId: string,
  placements: readonly Placement[],
  configs: ReadonlyMap<string, string>,
): PlannedChanges {
  const prepare: GuardedChange[] = placements.map((placement, index) =>
    newPartitionChange(topicId, index, placement),
  );
  if (configs.size > 0) {
    const value = encodeValue({ values: Object.fromEntries(configs) });
    prepare.push({ key: imageKeys.topicConfig(topicId), value });
  }
  const value = encodeValue({ topicId, partitionCount: placements.length });
  return { prepare, publish: [{ key: imageKeys.topic(name), value, ifRevision: 0 }], tidy: [] };
}

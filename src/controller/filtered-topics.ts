import { topicConfigKeys } from '../config/config-table.ts';
import {
  filterConfig,
  isOfFilteredTopics,
  sourceTopicConfig,
} from '../config/filtered-topic-keys.ts';
import { compileFilter } from '../filter/filter.ts';
import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage, TopicImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import { hasCode } from '../util/odradek-error.ts';
import { refuse } from './decision.ts';
import type { PlannedChanges, Refusal } from './decision.ts';

/** What a request says of the partitions that a new topic is to have; -1 and empty where it leaves that open. */
interface AskedPartitions {
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly unknown[];
}

/** Whether these configs are a filtered topic's, or half of one's. */
export function asksForFilter(configs: ReadonlyMap<string, string>): boolean {
  return configs.has(sourceTopicConfig) || configs.has(filterConfig);
}

/** Why partitions of a filtered topic cannot be changed by its name; undefined for every other topic. */
export function refuseFiltered({ name, filtered }: TopicImage): Refusal | undefined {
  if (filtered === undefined) return undefined;
  const { sourceTopic } = filtered;
  const message = `Topic '${name}' is a filtered topic of '${sourceTopic}', whose partitions it shows: ask for those of '${sourceTopic}'.`;
  return refuse('POLICY_VIOLATION', message);
}

/** The topic that a new filtered topic is to show, or why it cannot be. */
export function judgeFilteredTopic(
  image: ClusterImage,
  topic: AskedPartitions,
  configs: ReadonlyMap<string, string>,
): TopicImage | Refusal {
  const sourceTopic = configs.get(sourceTopicConfig);
  const filter = configs.get(filterConfig);
  if (sourceTopic === undefined || filter === undefined) {
    const [given, missing] =
      filter === undefined ? [sourceTopicConfig, filterConfig] : [filterConfig, sourceTopicConfig];
    return refuse('INVALID_CONFIG', `${given} needs ${missing} beside it.`);
  }
  const source = image.topicsByName.get(sourceTopic);
  const problem =
    sourceProblem(source, sourceTopic) ?? otherConfigProblem(configs) ?? filterProblem(filter);
  if (problem !== undefined) return refuse('INVALID_CONFIG', problem);
  return partitionProblem(topic, source as TopicImage) ?? (source as TopicImage);
}

function sourceProblem(source: TopicImage | undefined, name: string): string | undefined {
  if (source === undefined) return `The source topic '${name}' does not exist.`;
  if (source.internal)
    return `The internal topic '${name}' cannot be the source of a filtered topic.`;
  if (source.filtered === undefined) return undefined;
  return (
    `Topic '${name}' is itself a filtered topic, of '${source.filtered.sourceTopic}': ` +
    'filter that one, by both conditions.'
  );
}

/** All else that a topic can be configured with is about its logs, which are the source's. */
function otherConfigProblem(configs: ReadonlyMap<string, string>): string | undefined {
  for (const name of configs.keys()) {
    if (isOfFilteredTopics(name) || !topicConfigKeys.has(name)) continue;
    return `${name} cannot be set for a filtered topic: it has that of its source.`;
  }
  return undefined;
}

function filterProblem(filter: string): string | undefined {
  try {
    compileFilter(filter);
    return undefined;
  } catch (error) {
    if (hasCode(error, 'INVALID_FILTER') || hasCode(error, 'MISSING_PACKAGE'))
      return `Invalid ${filterConfig}: ${error.message}`;
    throw error;
  }
}

function partitionProblem(topic: AskedPartitions, source: TopicImage): Refusal | undefined {
  const { numPartitions, replicationFactor, assignments } = topic;
  const shown = `a filtered topic of '${source.name}' has`;
  const count = source.partitions.length;
  if (numPartitions !== -1 && numPartitions !== count) {
    return refuse('INVALID_PARTITIONS', `${numPartitions} partitions: ${shown} its ${count}.`);
  }
  const replicaCount = source.partitions[0]?.replicas.length ?? 0;
  if (replicationFactor !== -1 && replicationFactor !== replicaCount) {
    const message = `A replication factor of ${replicationFactor}: ${shown} its ${replicaCount}.`;
    return refuse('INVALID_REPLICATION_FACTOR', message);
  }
  if (assignments.length === 0) return undefined;
  return refuse(
    'INVALID_REPLICA_ASSIGNMENT',
    `Replicas cannot be assigned: ${shown} its replicas.`,
  );
}

/**
 * Why the configs of a topic cannot become `after`. Whether a topic is filtered, and of what, is decided when it is
 * made.
 */
export function filteredConfigProblem(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string | undefined {
  const source = before.get(sourceTopicConfig);
  if (source === undefined) {
    if (!asksForFilter(after)) return undefined;
    return `${sourceTopicConfig} and ${filterConfig} can be set only when a topic is created.`;
  }
  if (after.get(sourceTopicConfig) !== source) {
    return `${sourceTopicConfig} of a filtered topic cannot be changed: it is '${source}'.`;
  }
  const filter = after.get(filterConfig);
  if (filter === undefined) return `${filterConfig} of a filtered topic cannot be removed.`;
  const other = otherConfigProblem(after);
  return other ?? (filter === before.get(filterConfig) ? undefined : filterProblem(filter));
}

/**
 * Makes a filtered topic. The source's own key is written as it is, so that whoever has decided meanwhile to delete
 * the source, or to let it grow, decides again and knows of this topic.
 */
export function filteredTopicChanges(
  { name, topicId }: { readonly name: string; readonly topicId: string },
  source: TopicImage,
  configs: ReadonlyMap<string, string>,
): PlannedChanges {
  const config = encodeValue({ values: Object.fromEntries(configs) });
  const value = encodeValue({ topicId, partitionCount: 0, sourceTopicId: source.id });
  const owner = { key: imageKeys.topic(source.name), revision: source.revision };
  return {
    prepare: [{ key: imageKeys.topicConfig(topicId), value: config }],
    publish: [{ key: imageKeys.topic(name), value, ifRevision: 0, owner }],
    tidy: [],
  };
}

/** The source's own key as it is, at another revision. */
export function touchSource({ name, id, partitions, revision }: TopicImage): GuardedChange {
  return {
    key: imageKeys.topic(name),
    value: encodeValue({ topicId: id, partitionCount: partitions.length }),
    ifRevision: revision,
  };
}

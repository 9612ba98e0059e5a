import { filteredTopicsBySource } from '../metadata/filtered-topics.ts';
import { imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage, TopicImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { addChanges, newChanges, refuse } from './decision.ts';
import type { ControllerError, Decision, PlannedChanges, Refusal } from './decision.ts';

/** A topic by its name or its id, not both: the other is null. */
export interface TopicReference {
  readonly name: string | null;
  readonly topicId: string | null;
}

/** What was decided of one reference. */
export interface DeleteTopicResult extends TopicReference {
  /** Undefined when the topic is gone. */
  readonly refusal: Refusal | undefined;
}

/**
 * Decides DeleteTopics. A topic that is named twice, in whatever way, is refused once and stays. Names in
 * results are those of the topics found. The filtered topics of one that goes, which would show nothing any more, go
 * with it and before it; of those that are not named there is no result.
 */
export function deleteTopics(
  image: ClusterImage,
  references: readonly TopicReference[],
  { config }: ControllerSettings,
): Decision<DeleteTopicResult> {
  const going = new Set<TopicImage>();
  const bySource = filteredTopicsBySource(image);
  const found = references.map((reference) => ({ reference, judgement: find(image, reference) }));
  const results = [...Map.groupBy(found, identityOf).values()].map((same): DeleteTopicResult => {
    if (same.length > 1) return duplicate(same.map(({ reference }) => reference));
    const { reference, judgement } = same[0] as Found;
    if ('error' in judgement) return { ...reference, refusal: judgement };
    if (!config.deleteTopicEnable) {
      const refusal = refuse('TOPIC_DELETION_DISABLED', 'Topic deletion is disabled.');
      return { ...reference, refusal };
    }
    for (const filtered of bySource.get(judgement.id) ?? []) going.add(filtered);
    going.add(judgement);
    return { name: judgement.name, topicId: judgement.id, refusal: undefined };
  });
  const changes = newChanges();
  for (const topic of going) addChanges(changes, removalOf(topic));
  return { changes, results };
}

/** What a reference names, or why it names nothing. */
interface Found {
  readonly reference: TopicReference;
  readonly judgement: TopicImage | Refusal;
}

/** The same for references to the same topic, be it there or not. What refers to nothing is like no other. */
function identityOf(found: Found): unknown {
  if (!('error' in found.judgement)) return `id ${found.judgement.id}`;
  const { name, topicId } = found.reference;
  if ((name === null) === (topicId === null)) return found;
  return name === null ? `id ${topicId}` : `name ${name}`;
}

function duplicate(references: readonly TopicReference[]): DeleteTopicResult {
  const name = references.find((reference) => reference.name !== null)?.name ?? null;
  const topicId = references.find((reference) => reference.topicId !== null)?.topicId ?? null;
  const message =
    topicId === null
      ? 'Duplicate topic name.'
      : name === null
        ? 'Duplicate topic id.'
        : 'The provided topic name maps to an ID that was already supplied.';
  return { name, topicId, refusal: refuse('INVALID_REQUEST', message) };
}

function find(image: ClusterImage, { name, topicId }: TopicReference): TopicImage | Refusal {
  if (name === null && topicId === null) {
    return refuse('INVALID_REQUEST', 'Neither topic name nor id were specified.');
  }
  if (name !== null && topicId !== null) {
    return refuse('INVALID_REQUEST', 'You may not specify both topic name and topic id.');
  }
  const topic = name === null ? image.topicsById.get(topicId ?? '') : image.topicsByName.get(name);
  if (topic !== undefined) return topic;
  const unknown: readonly [ControllerError, string] =
    name === null
      ? ['UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.']
      : ['UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.'];
  return refuse(...unknown);
}

/** The topic's own key first, with which it is gone; then what nobody sees any more. */
function removalOf(topic: TopicImage): PlannedChanges {
  const partitions = topic.filtered === undefined ? topic.partitions : [];
  const tidy: GuardedChange[] = partitions.map(({ index }) => ({
    key: imageKeys.partition(topic.id, index),
    value: null,
  }));
  if (topic.config.revision > 0) tidy.push({ key: imageKeys.topicConfig(topic.id), value: null });
  const publish = [{ key: imageKeys.topic(topic.name), value: null, ifRevision: topic.revision }];
  return { prepare: [], publish, tidy };
}

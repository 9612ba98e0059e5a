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
 * results are those of the topics found.
 */
export function deleteTopics(
  image: ClusterImage,
  references: readonly TopicReference[],
  { config }: ControllerSettings,
): Decision<DeleteTopicResult> {
  const changes = newChanges();
  const results = judged(image, references).map(({ name, topicId, judgement }) => {
    if ('error' in judgement) return { name, topicId, refusal: judgement };
    if (!config.deleteTopicEnable) {
      const refusal = refuse('TOPIC_DELETION_DISABLED', 'Topic deletion is disabled.');
      return { name, topicId, refusal };
    }
    addChanges(changes, removalOf(judgement));
    return { name: judgement.name, topicId: judgement.id, refusal: undefined };
  });
  return { changes, results };
}

interface Judged extends TopicReference {
  readonly judgement: TopicImage | Refusal;
}

/** What each reference names, each topic once. */
function judged(image: ClusterImage, references: readonly TopicReference[]): Judged[] {
  const results: Judged[] = [];
  const seen = new Map<string, number>();
  for (const reference of references) {
    const judgement = find(image, reference);
    const identity = identityOf(reference, judgement);
    const earlier = seen.get(identity);
    if (earlier === undefined) {
      seen.set(identity, results.length);
      results.push({ ...reference, judgement });
      continue;
    }
    const first = results[earlier] as Judged;
    if (!('error' in first.judgement)) {
      results[earlier] = { ...first, judgement: duplicate(first, reference) };
    }
  }
  return results;
}

function identityOf({ name, topicId }: TopicReference, judgement: TopicImage | Refusal): string {
  return 'error' in judgement ? `${topicId ?? ''} ${name ?? ''}` : judgement.id;
}

function duplicate(first: TopicReference, second: TopicReference): Refusal {
  if (first.name !== null && second.name !== null) {
    return refuse('INVALID_REQUEST', 'Duplicate topic name.');
  }
  if (first.topicId !== null && second.topicId !== null) {
    return refuse('INVALID_REQUEST', 'Duplicate topic id.');
  }
  const message = 'The provided topic name maps to an ID that was already supplied.';
  return refuse('INVALID_REQUEST', message);
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
  const tidy: GuardedChange[] = topic.partitions.map(({ index }) => ({
    key: imageKeys.partition(topic.id, index),
    value: null,
  }));
  if (topic.config.revision > 0) tidy.push({ key: imageKeys.topicConfig(topic.id), value: null });
  const publish = [{ key: imageKeys.topic(topic.name), value: null, ifRevision: topic.revision }];
  return { prepare: [], publish, tidy };
}

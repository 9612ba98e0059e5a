import type { ClusterImage, TopicImage } from '../metadata/image.ts';
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';

/** A topic in a request about offsets, named by its name or by its id. */
interface AskedTopic<Partition> {
  readonly name: string;
  readonly topicId?: string;
  readonly partitions: readonly Partition[];
}

/** A topic in the answer. */
interface AnsweredTopic {
  readonly name?: string;
  readonly topicId?: string;
  readonly partitions: readonly AnsweredPartition[];
}

interface AnsweredPartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

/** The topics of a request: those that the coordinator is asked about, and what is refused at sight. */
interface PartedTopics<Topic> {
  /** With their names, however they were named. */
  readonly known: Topic[];
  readonly refused: OffsetAnswer;
}

/** Parts the topics of a request, as they are there or not. */
export function partTopics<
  Partition extends { readonly partitionIndex: number },
  Topic extends AskedTopic<Partition> & { readonly partitions: readonly Partition[] },
>(
  topics: readonly Topic[],
  image: ClusterImage,
  options: { readonly byId: boolean },
): PartedTopics<Topic> {
  const refused = new OffsetAnswer(options);
  const known: Topic[] = [];
  for (const asked of topics) {
    const topic = options.byId
      ? image.topicsById.get(asked.topicId ?? '')
      : image.topicsByName.get(asked.name);
    if (topic === undefined) {
      refused.add(
        asked,
        asked.partitions,
        options.byId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION',
      );
      continue;
    }
    const named = { ...asked, name: topic.name, topicId: topic.id };
    const [there, missing] = partPartitions(asked.partitions, topic);
    if (missing.length > 0) refused.add(named, missing, 'UNKNOWN_TOPIC_OR_PARTITION');
    if (there.length > 0) known.push({ ...named, partitions: there });
  }
  return { known, refused };
}

function partPartitions<Partition extends { readonly partitionIndex: number }>(
  partitions: readonly Partition[],
  topic: TopicImage,
): [there: Partition[], missing: Partition[]] {
  const there: Partition[] = [];
  const missing: Partition[] = [];
  for (const partition of partitions) {
    const isThere = topic.partitions[partition.partitionIndex] !== undefined;
    (isThere ? there : missing).push(partition);
  }
  return [there, missing];
}

/** An answer that is put together from what was refused and what the coordinator says: each topic once. */
class OffsetAnswer {
  readonly #byId: boolean;
  readonly #topics = new Map<
    string,
    { name: string; topicId: string; partitions: AnsweredPartition[] }
  >();

  constructor(options: { readonly byId: boolean }) {
    this.#byId = options.byId;
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  /** One error for each of `partitions`. */
  add(
    topic: { readonly name?: string; readonly topicId?: string },
    partitions: readonly { readonly partitionIndex: number }[],
    error: ErrorName,
  ): void {
    const errorCode = errorCodes[error];
    const answered = this.#entryOf(topic).partitions;
    for (const { partitionIndex } of partitions) answered.push({ partitionIndex, errorCode });
  }

  /** What the coordinator says. */
  addAnswered(topics: readonly AnsweredTopic[]): void {
    for (const topic of topics) {
      const { partitions } = this.#entryOf(topic);
      for (const partition of topic.partitions) partitions.push(partition);
    }
  }

  get topics(): {
    readonly name: string;
    readonly topicId: string;
    readonly partitions: readonly AnsweredPartition[];
  }[] {
    return [...this.#topics.values()];
  }

  #entryOf({ name = '', topicId = '' }: { readonly name?: string; readonly topicId?: string }) {
    const key = this.#byId ? topicId : name;
    let entry = this.#topics.get(key);
    if (entry === undefined) {
      entry = { name, topicId, partitions: [] };
      this.#topics.set(key, entry);
    }
    return entry;
  }
}

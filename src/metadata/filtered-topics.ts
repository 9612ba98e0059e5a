import { filterConfig, sourceTopicConfig } from '../config/filtered-topic-keys.ts';
import { emptyConfig } from './image.ts';
import type { ClusterImage, ConfigImage, FilteredTopicImage, TopicImage } from './image.ts';

/** The topics that have partitions of their own: what is placed, led and written is theirs alone. */
export function* topicsWithLogs(image: ClusterImage): Generator<TopicImage> {
  for (const topic of image.topicsByName.values()) {
    if (topic.filtered === undefined) yield topic;
  }
}

/** Filtered topics by the ids of their sources. */
export function filteredTopicsBySource(image: ClusterImage): Map<string, TopicImage[]> {
  const bySource = new Map<string, TopicImage[]>();
  for (const topic of image.topicsByName.values()) {
    if (topic.filtered === undefined) continue;
    const { sourceTopicId } = topic.filtered;
    const known = bySource.get(sourceTopicId);
    if (known === undefined) bySource.set(sourceTopicId, [topic]);
    else known.push(topic);
  }
  return bySource;
}

/**
 * A filtered topic in an image that changes: its partitions are those that its source has now, none while there is
 * no source.
 */
export class LiveFilteredTopic implements TopicImage {
  readonly name: string;
  readonly id: string;
  readonly internal = false;
  readonly sourceTopicId: string;
  config: ConfigImage = emptyConfig;
  revision = 0;
  readonly #source: () => TopicImage | undefined;

  constructor(
    { name, id, sourceTopicId }: { name: string; id: string; sourceTopicId: string },
    source: () => TopicImage | undefined,
  ) {
    this.name = name;
    this.id = id;
    this.sourceTopicId = sourceTopicId;
    this.#source = source;
  }

  get partitions(): TopicImage['partitions'] {
    return this.#source()?.partitions ?? [];
  }

  get filtered(): FilteredTopicImage {
    const { values } = this.config;
    return {
      sourceTopic: values.get(sourceTopicConfig) ?? '',
      sourceTopicId: this.sourceTopicId,
      filter: values.get(filterConfig) ?? '',
    };
  }
}

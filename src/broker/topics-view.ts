import type { TopicsView, TopicView } from '../coordinator/group/group-events.ts';
import type { ClusterImage, PartitionImage, TopicImage } from '../metadata/image.ts';

/** The topics of the cluster as groups see them; always as they are now. */
export class ImageTopicsView implements TopicsView {
  readonly #image: () => ClusterImage;
  /** Made at the first look at a topic; partitions and brokers are replaced whole when they change. */
  readonly #views = new WeakMap<TopicImage, ImageTopicView>();

  constructor(image: () => ClusterImage) {
    this.#image = image;
  }

  byName(name: string): TopicView | undefined {
    return this.#viewOf(this.#image().topicsByName.get(name));
  }

  byId(topicId: string): TopicView | undefined {
    return this.#viewOf(this.#image().topicsById.get(topicId));
  }

  names(): Iterable<string> {
    return this.#image().topicsByName.keys();
  }

  #viewOf(topic: TopicImage | undefined): TopicView | undefined {
    if (topic === undefined) return undefined;
    let view = this.#views.get(topic);
    if (view === undefined) {
      view = new ImageTopicView(topic, this.#image);
      this.#views.set(topic, view);
    }
    return view;
  }
}

class ImageTopicView implements TopicView {
  readonly #topic: TopicImage;
  readonly #image: () => ClusterImage;

  constructor(topic: TopicImage, image: () => ClusterImage) {
    this.#topic = topic;
    this.#image = image;
  }

  get name(): string {
    return this.#topic.name;
  }

  get topicId(): string {
    return this.#topic.id;
  }

  get partitionCount(): number {
    return this.#topic.partitions.length;
  }

  get racks(): readonly (readonly string[])[] {
    return this.#topic.partitions.map((partition) => this.#racksOf(partition));
  }

  #racksOf({ replicas }: PartitionImage): string[] {
    const racks = new Set<string>();
    for (const id of replicas) {
      const rack = this.#image().brokers.get(id)?.rack;
      if (rack !== null && rack !== undefined) racks.add(rack);
    }
    return [...racks];
  }
}

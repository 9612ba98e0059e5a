import { uuidBytes, randomUuid } from '../../../../src/protocol/uuid.ts';
import type { TopicsView, TopicView } from '../../../../src/coordinator/group/group-events.ts';

/** Topics that a test makes and deletes. */
export class TestTopics implements TopicsView {
  readonly #byName = new Map<string, TopicView>();
  readonly #byId = new Map<string, TopicView>();
  #made = 0;

  /** Makes a topic, or gives one more partitions. */
  set(name: string, partitionCount: number): TopicView {
    const topicId = this.#byName.get(name)?.topicId ?? this.#newId(name);
    const topic = { name, topicId, partitionCount, racks: [] };
    this.#byName.set(name, topic);
    this.#byId.set(topicId, topic);
    return topic;
  }

  delete(name: string): void {
    const topic = this.#byName.get(name);
    if (topic === undefined) return;
    this.#byName.delete(name);
    this.#byId.delete(topic.topicId);
  }

  byName(name: string): TopicView | undefined {
    return this.#byName.get(name);
  }

  byId(topicId: string): TopicView | undefined {
    return this.#byId.get(topicId);
  }

  names(): Iterable<string> {
    return this.#byName.keys();
  }

  #newId(name: string): string {
    const count = ++this.#made;
    return randomUuid(() => {
      const bytes = new Uint8Array(uuidBytes);
      bytes.set(new TextEncoder().encode(name).subarray(0, 4));
      bytes[15] = count & 0xff;
      bytes[14] = count >> 8;
      return bytes;
    });
  }
}

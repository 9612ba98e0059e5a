import { TopicOffsets } from './topic-offsets.ts';
import type { CommittedOffset } from './topic-offsets.ts';

/** The offsets of a group, by topic. Of each topic there is at least one. */
export type GroupOffsets = ReadonlyMap<string, TopicOffsets>;

const noOffsets: GroupOffsets = new Map();

/** All committed offsets of a coordinator's partition. Only `replay` changes it. */
export class OffsetTable {
  readonly #groups = new Map<string, Map<string, TopicOffsets>>();

  /** Those that have offsets. */
  groupIds(): Iterable<string> {
    return this.#groups.keys();
  }

  /** Empty for a group that is not known. */
  ofGroup(groupId: string): GroupOffsets {
    return this.#groups.get(groupId) ?? noOffsets;
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#groups.get(groupId)?.get(topic)?.get(partition);
  }

  put(groupId: string, topic: string, partition: number, offset: CommittedOffset): void {
    let topics = this.#groups.get(groupId);
    if (topics === undefined) {
      topics = new Map();
      this.#groups.set(groupId, topics);
    }
    let offsets = topics.get(topic);
    if (offsets === undefined) {
      offsets = new TopicOffsets(offset.topicId);
      topics.set(topic, offsets);
    }
    offsets.set(partition, offset);
  }

  remove(groupId: string, topic: string, partition: number): void {
    const topics = this.#groups.get(groupId);
    const offsets = topics?.get(topic);
    if (topics === undefined || offsets === undefined) return;
    offsets.delete(partition);
    if (offsets.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#groups.delete(groupId);
  }
}

/** A hash over the topics of a group, whose change makes the group assign anew (KIP-1101). */
import { uuidBytes, uuidToBytes } from '../../../protocol/uuid.ts';
import { writeBigInt64, writeInt32 } from '../../../util/bytes.ts';
import { xxh3 } from '../../../util/xxh3.ts';
import type { TopicsView, TopicView } from '../group-events.ts';

/** Stands in front of all that is hashed of a topic, so that it could be another form some day. */
const formatByte = 0;

/** Computes the hashes that Apache Kafka computes, and keeps those of the topics until they change. */
export class TopicHashes {
  readonly #topics: TopicsView;
  /** Of topics that exist, until they change. */
  readonly #kept = new Map<string, bigint>();

  constructor(modules: { readonly topics: TopicsView }) {
    this.#topics = modules.topics;
  }

  /** Topics have changed. */
  forget(names: readonly string[]): void {
    for (const name of names) this.#kept.delete(name);
  }

  /** Over those of the topics that exist; 0 where there is none. */
  ofTopics(names: Iterable<string>): bigint {
    const existing: bigint[] = [];
    for (const name of Array.from(names).toSorted()) {
      const hash = this.#ofTopic(name);
      if (hash !== undefined) existing.push(hash);
    }
    if (existing.length === 0) return 0n;
    const bytes = new Uint8Array(8 * existing.length);
    existing.forEach((hash, index) => writeReversed(bytes, 8 * index, hash));
    return xxh3(bytes);
  }

  #ofTopic(name: string): bigint | undefined {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const topic = this.#topics.byName(name);
    if (topic === undefined) return undefined;
    const hash = hashOfTopic(topic);
    this.#kept.set(name, hash);
    return hash;
  }
}

/**
 * Hashed are, integers with the smallest byte first and characters as two bytes: 0, the id as two longs, the
 * name and its length, the count of partitions, and for each its number with its racks in order, each
 * between its length and, once more, its length.
 */
export function hashOfTopic({ topicId, name, partitionCount, racks }: TopicView): bigint {
  const bytes = new HashedBytes();
  bytes.byte(formatByte);
  bytes.uuid(topicId);
  bytes.text(name);
  bytes.int32(partitionCount);
  for (let partition = 0; partition < partitionCount; partition++) {
    bytes.int32(partition);
    for (const rack of (racks[partition] ?? []).toSorted()) {
      bytes.int32(rack.length);
      bytes.text(rack);
    }
  }
  return xxh3(bytes.all());
}

class HashedBytes {
  #bytes = new Uint8Array(256);
  #size = 0;

  all(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  byte(value: number): void {
    this.#bytes[this.#take(1)] = value;
  }

  int32(value: number): void {
    const at = this.#take(4);
    writeInt32(this.#bytes, at, value);
    this.#bytes.subarray(at, at + 4).reverse();
  }

  uuid(text: string): void {
    const bytes = uuidToBytes(text);
    bytes.subarray(0, 8).reverse();
    bytes.subarray(8).reverse();
    const at = this.#take(uuidBytes);
    this.#bytes.set(bytes, at);
  }

  text(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      this.byte(unit & 0xff);
      this.byte(unit >> 8);
    }
    this.int32(text.length);
  }

  /** Makes room, and says where. */
  #take(count: number): number {
    const at = this.#size;
    this.#size += count;
    if (this.#size > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#size);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}

function writeReversed(bytes: Uint8Array, at: number, value: bigint): void {
  writeBigInt64(bytes, at, value);
  bytes.subarray(at, at + 8).reverse();
}

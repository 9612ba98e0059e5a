import { zeroUuid } from '../../../protocol/uuid.ts';

/** A committed offset with what goes with it. */
export interface CommittedOffset {
  readonly offset: number;
  /** -1 where the client did not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** When it expires whatever the group does; -1 for none, as all but very old clients want it. */
  readonly expireTimestampMs: number;
  /** The zero uuid where the client named the topic by its name. */
  readonly topicId: string;
}

/** What few offsets have. */
interface Rare {
  readonly metadata: string;
  readonly expireTimestampMs: number;
  readonly topicId: string;
}

/** Of an offset in `#numbers`: partition, offset, leader epoch, commit timestamp. */
const stride = 4;

/**
 * The committed offsets of one group for one topic. A cluster has many and they change all the time: an
 * offset costs 32 bytes in an array of doubles and no object of its own, and a commit overwrites it in place.
 */
export class TopicOffsets {
  /** Ascending by partition. */
  #numbers: number[] = [];
  /** By partition; of an offset that is not here, all but the topic id is as `CommittedOffset` has it for none. */
  #rare: Map<number, Rare> | undefined;
  /** Of the offsets that are not in `#rare`. */
  readonly #topicId: string;

  constructor(topicId: string) {
    this.#topicId = topicId;
  }

  get size(): number {
    return this.#numbers.length / stride;
  }

  get(partition: number): CommittedOffset | undefined {
    const slot = this.#slotFrom(partition);
    return this.#numbers[slot] === partition ? this.#at(slot) : undefined;
  }

  // HOT: bench=group-load
  set(partition: number, value: CommittedOffset): void {
    const { offset, leaderEpoch, commitTimestampMs } = value;
    const slot = this.#slotFrom(partition);
    const numbers = this.#numbers;
    if (numbers[slot] === partition) {
      numbers[slot + 1] = offset;
      numbers[slot + 2] = leaderEpoch;
      numbers[slot + 3] = commitTimestampMs;
    } else {
      numbers.splice(slot, 0, partition, offset, leaderEpoch, commitTimestampMs);
    }
    this.#setRare(partition, value);
  }

  /** Whether there was one. */
  delete(partition: number): boolean {
    const slot = this.#slotFrom(partition);
    if (this.#numbers[slot] !== partition) return false;
    this.#numbers.splice(slot, stride);
    this.#rare?.delete(partition);
    return true;
  }

  /** Ascending by partition. Nothing may be set or deleted meanwhile. */
  *entries(): Generator<readonly [partition: number, offset: CommittedOffset]> {
    for (let slot = 0; slot < this.#numbers.length; slot += stride) {
      yield [this.#numbers[slot] as number, this.#at(slot)];
    }
  }

  #at(slot: number): CommittedOffset {
    const numbers = this.#numbers;
    const rare = this.#rare?.get(numbers[slot] as number);
    return {
      offset: numbers[slot + 1] as number,
      leaderEpoch: numbers[slot + 2] as number,
      metadata: rare?.metadata ?? '',
      commitTimestampMs: numbers[slot + 3] as number,
      expireTimestampMs: rare?.expireTimestampMs ?? -1,
      topicId: rare?.topicId ?? this.#topicId,
    };
  }

  #setRare(partition: number, { metadata, expireTimestampMs, topicId }: CommittedOffset): void {
    if (metadata === '' && expireTimestampMs === -1 && topicId === this.#topicId) {
      this.#rare?.delete(partition);
    } else {
      this.#rare ??= new Map();
      this.#rare.set(partition, { metadata, expireTimestampMs, topicId });
    }
  }

  /** The slot of the first partition that is not less, which may be the end. */
  #slotFrom(partition: number): number {
    const numbers = this.#numbers;
    let low = 0;
    let high = numbers.length / stride;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle * stride] as number) < partition) low = middle + 1;
      else high = middle;
    }
    return low * stride;
  }
}

/** Whether an offset that was committed for the topic `a` tells nothing about `b`: both are known and differ. */
export function isOtherTopic(a: string, b: string): boolean {
  return a !== b && a !== zeroUuid && b !== zeroUuid;
}

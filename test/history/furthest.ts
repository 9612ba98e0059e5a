import type { CommittedEvent, FetchedCommitEvent, HighWatermarkEvent } from './history.ts';
import type { HistoryPromise, Rule, Violation } from './violation.ts';

type OffsetEvent = CommittedEvent | FetchedCommitEvent | HighWatermarkEvent;

interface Mark {
  readonly index: number;
  readonly offset: number;
  readonly event: OffsetEvent;
}

/** Offsets that may only rise: what was known when a question was asked, its answer must reach. */
class RisingOffsets {
  readonly #rule: Rule;
  /** By what they are of: offsets that were each the furthest, in the order in which they became known. */
  readonly #marks = new Map<string, Mark[]>();

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  note(key: string, { index, offset, event }: Mark): void {
    const marks = this.#marks.get(key) ?? [];
    this.#marks.set(key, marks);
    if (offset > (marks.at(-1)?.offset ?? -1)) marks.push({ index, offset, event });
  }

  /** An answer to a question that was asked when `askedAt` events were known. */
  look(key: string, askedAt: number, mark: Mark): Violation[] {
    const before = (this.#marks.get(key) ?? []).findLast(({ index }) => index < askedAt);
    this.note(key, mark);
    if (before === undefined || before.offset <= mark.offset) return [];
    const message = `${key} went back from ${before.offset} to ${mark.offset}`;
    const { topic, partition } = mark.event;
    const events = [before.event, mark.event];
    return [{ rule: this.#rule, message, events, partition: { topic, partition } }];
  }
}

/** The ends of partitions, as consumers were told them. */
export class FurthestEnds {
  readonly #promise: HistoryPromise;
  readonly #ends = new RisingOffsets('high watermark went back');

  constructor(promise: HistoryPromise) {
    this.#promise = promise;
  }

  look(event: HighWatermarkEvent, index: number): Violation[] {
    if (this.#promise.mayLose?.has(event.topic) === true) return [];
    const key = `the end of ${event.topic}-${event.partition}`;
    return this.#ends.look(key, event.askedAt, { index, offset: event.value, event });
  }
}

/** What groups have committed. */
export class FurthestCommits {
  readonly #promise: HistoryPromise;
  readonly #commits = new RisingOffsets('commit went back');

  constructor(promise: HistoryPromise) {
    this.#promise = promise;
  }

  commit(event: CommittedEvent, index: number): void {
    this.#commits.note(nameOf(event), { index, offset: event.offset, event });
  }

  look(event: FetchedCommitEvent, index: number): Violation[] {
    if (this.#promise.mayLose?.has('__consumer_offsets') === true) return [];
    return this.#commits.look(nameOf(event), event.askedAt, { index, offset: event.offset, event });
  }
}

function nameOf({ group, topic, partition }: CommittedEvent | FetchedCommitEvent): string {
  return `what ${group} has committed of ${topic}-${partition}`;
}

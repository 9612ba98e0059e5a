import { checkFinalLog, lastingOffsets, type SentRecord } from './check-final-log.ts';
import { FurthestCommits, FurthestEnds } from './furthest.ts';
import type { History, HistoryEvent, PartitionName, SentEvent, TimedEvent } from './history.ts';
import { GroupReads } from './group-reads.ts';
import { ReaderPositions } from './reader-positions.ts';
import { SeenLog } from './seen-log.ts';
import type { HistoryPromise, Violation } from './violation.ts';

/** More of one kind say nothing new. */
const violationsMax = 50;

/**
 * Holds what was seen of a cluster to what it promises for the faults it was put to: no acknowledged record is
 * lost, doubled or out of its producer's order; no offset ever holds two records, whoever looks and whenever;
 * readers leave nothing out; ends and committed offsets never go back; in the end all replicas are one log, and
 * all is settled. What it answers is empty when all of this holds.
 */
export function checkHistory(history: History, promise: HistoryPromise = {}): Violation[] {
  const checker = new Checker(promise);
  for (const [index, event] of history.events.entries()) checker.look(event, index);
  return checker.conclude().slice(0, violationsMax);
}

class Checker {
  readonly #promise: HistoryPromise;
  readonly #found: Violation[] = [];
  readonly #sent = new Map<string, SentRecord>();
  readonly #logs = new Map<string, SeenLog>();
  readonly #ends: FurthestEnds;
  readonly #commits: FurthestCommits;
  readonly #readers = new ReaderPositions();
  readonly #groups = new GroupReads();
  #isSettled = false;

  constructor(promise: HistoryPromise) {
    this.#promise = promise;
    this.#ends = new FurthestEnds(promise);
    this.#commits = new FurthestCommits(promise);
  }

  look(event: TimedEvent, index: number): void {
    switch (event.kind) {
      case 'sent':
        this.#sent.set(event.id, { event, outcome: undefined });
        return;
      case 'acknowledged': {
        this.#settle(event.id, event);
        const isIdempotent = this.#isIdempotent(event.id);
        if (this.#sent.get(event.id)?.event.acks === 'all') {
          this.#add(this.#log(event).acknowledge(event, isIdempotent));
        }
        return;
      }
      case 'refused':
      case 'unknown':
        this.#settle(event.id, event);
        return;
      case 'read':
        this.#add(this.#log(event).read(event, this.#isIdempotent(event.id)));
        this.#add(this.#readers.read(event));
        this.#groups.read(event);
        return;
      case 'finalLog':
        this.#add(this.#log(event).end(event, (id) => this.#isIdempotent(id)));
        return;
      default:
        this.#lookAtRest(event, index);
    }
  }

  #lookAtRest(event: HistoryEvent, index: number): void {
    switch (event.kind) {
      case 'position':
      case 'ended':
        this.#readers.note(event);
        return;
      case 'highWatermark':
        this.#add(this.#ends.look(event, index));
        return;
      case 'committed':
        this.#commits.commit(event, index);
        this.#groups.commit(event);
        return;
      case 'fetchedCommit':
        this.#add(this.#commits.look(event, index));
        return;
      case 'settled':
        this.#isSettled = true;
        return;
      case 'unsettled':
        this.#add([{ rule: 'not settled', message: event.what, events: [event] }]);
        return;
      default:
    }
  }

  conclude(): Violation[] {
    for (const log of this.#logs.values()) {
      const { topic } = log.where;
      // Each replica compacts by itself.
      if (this.#promise.compacted?.has(topic) !== true) this.#add(log.differences());
      this.#add(
        checkFinalLog(log, this.#sent, {
          mayLose: this.#promise.mayLose?.has(topic) === true,
          isCompacted: this.#promise.compacted?.has(topic) === true,
        }),
      );
      if (this.#promise.mayLose?.has(topic) === true) continue;
      const isCompacted = this.#promise.compacted?.has(topic) === true;
      const offsets = lastingOffsets(log, this.#sent, isCompacted);
      this.#add(this.#readers.conclude(log, offsets, isCompacted));
      this.#add(this.#groups.conclude(log));
    }
    const mustSettle = this.#promise.settles ?? true;
    if (mustSettle && !this.#isSettled && !this.#found.some(({ rule }) => rule === 'not settled')) {
      this.#add([{ rule: 'not settled', message: 'nobody saw it settle', events: [] }]);
    }
    return this.#found;
  }

  #settle(id: string, outcome: HistoryEvent): void {
    const record = this.#sent.get(id);
    if (record !== undefined) record.outcome = outcome;
  }

  #isIdempotent(id: string): boolean {
    const event: SentEvent | undefined = this.#sent.get(id)?.event;
    return event?.isIdempotent === true;
  }

  #log({ topic, partition }: PartitionName): SeenLog {
    const key = `${topic}-${partition}`;
    let log = this.#logs.get(key);
    if (log === undefined) {
      const mayLose = this.#promise.mayLose?.has(topic) === true;
      log = new SeenLog({ topic, partition }, { mayLose });
      this.#logs.set(key, log);
    }
    return log;
  }

  #add(violations: readonly Violation[]): void {
    this.#found.push(...violations);
  }
}

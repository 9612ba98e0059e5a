import type { Clock, Timer, Timers } from '../runtime/runtime.ts';
import { errorText } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';
import {
  appendFetched,
  followerPosition,
  moveWithin,
  truncateToDivergence,
} from './follower-append.ts';
import { FollowerSession } from './follower-session.ts';
import type { DataWaiter, Partition } from './partition.ts';
import type { FetchedFrom, FetchedPartition, ReplicaClient } from './replica-client.ts';
import type { ReplicationThrottle } from './replication-throttle.ts';

/** The broker's `replica.fetch.*`, as it is now. */
export interface FetcherSettings {
  readonly waitMaxMs: number;
  readonly bytesMin: number;
  readonly responseBytesMax: number;
  readonly partitionBytesMax: number;
  readonly backoffMs: number;
}

/** What a fetcher needs around it. */
export interface FetcherModules {
  /** Of this broker, which follows. */
  readonly nodeId: number;
  readonly throttle: ReplicationThrottle;
  readonly client: ReplicaClient;
  readonly settings: () => FetcherSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly defect: (error: unknown) => void;
}

/** A partition that is followed. */
interface Followed {
  readonly partition: Partition;
  readonly topicId: string;
  /** In which it follows this leader. */
  readonly leaderEpoch: number;
  /** As the leader was last told; an answer is for that. Undefined before it was told in this session. */
  asked: FetchedFrom | undefined;
  /** It is not asked for before; in monotonic milliseconds. */
  readyAtMs: number;
  /** Failures in a row. */
  failures: number;
}

/** A fetcher complains of one partition in so long: thousands may fail for the same reason. */
const complaintMs = 10_000;
/** Pause after the first failure; doubled for each further one, up to `replica.fetch.backoff.ms`. */
const firstBackoffMs = 20;

/**
 * Follows one leader broker for any number of partitions: one fetch after the other, each for all of them, in
 * one session. A partition that fails waits by itself, the others go on. No timer and no promise belongs to a
 * partition.
 */
export class Fetcher {
  readonly #modules: FetcherModules;
  readonly #session = new FollowerSession();
  readonly #followed = new Map<string, Followed>();
  /** To be told to the leader with the next fetch. */
  readonly #changed = new Set<Followed>();
  /** The session has them, and is to leave them out. */
  readonly #forgotten = new Map<string, Pick<FetchedFrom, 'topicId' | 'index'>>();
  /** Not asked for until their time has come. */
  readonly #delayed = new Set<Followed>();
  /** What is appended waits to be written; then they are asked for again. */
  readonly #writing = new Map<Partition, Followed>();
  readonly #writes: DataWaiter = {
    dataArrived: (partition) => this.#written(partition),
    partitionClosed: (partition) => this.#written(partition),
  };
  /** When it complained last, and of how many it has said nothing since. */
  #complainedMs = -Infinity;
  #unsaid = 0;
  #isRunning = false;
  #isFetching = false;
  #failures = 0;
  /** Ends the pause, while there is one. */
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(modules: FetcherModules) {
    this.#modules = modules;
  }

  /** Partitions that are followed. */
  get size(): number {
    return this.#followed.size;
  }

  /** Follows a partition in its present leader epoch, in place of an earlier one. */
  add(partition: Partition): void {
    this.remove(partition);
    const followed: Followed = {
      partition,
      topicId: partition.log.topicId,
      leaderEpoch: partition.leaderEpoch,
      asked: undefined,
      readyAtMs: 0,
      failures: 0,
    };
    this.#followed.set(keyOf(partition.log.topicId, partition.index), followed);
    if (partition.log.writtenEndOffset < partition.log.logEndOffset) this.#awaitWrite(followed);
    else this.#changeNow(followed);
    this.#run();
  }

  /** Nothing is appended to the partition from now on. */
  remove(partition: Partition): void {
    const key = keyOf(partition.log.topicId, partition.index);
    const followed = this.#followed.get(key);
    if (followed === undefined) return;
    this.#followed.delete(key);
    this.#leaveOut(followed);
  }

  close(): void {
    this.#closed = true;
    for (const { partition } of this.#followed.values()) this.remove(partition);
    this.#wake?.();
    this.#modules.client.close();
  }

  /** Takes a partition out of the session, until it is in order again. */
  #leaveOut(followed: Followed): void {
    const { partition, topicId } = followed;
    this.#changed.delete(followed);
    this.#delayed.delete(followed);
    if (this.#writing.delete(partition)) partition.removeDataWaiter(this.#writes);
    if (followed.asked === undefined) return;
    followed.asked = undefined;
    const { index } = partition;
    this.#forgotten.set(keyOf(topicId, index), { topicId, index });
    // The leader would go on taking it for one that follows.
    if (this.#isFetching) this.#modules.client.hurry();
  }

  /** Asks for a partition with the next fetch, which comes soon also where one is under way. */
  #changeNow(followed: Followed): void {
    this.#changed.add(followed);
    this.#wake?.();
    if (this.#isFetching) this.#modules.client.hurry();
  }

  #run(): void {
    if (this.#isRunning || this.#closed) return;
    this.#isRunning = true;
    this.#rounds()
      .catch(this.#modules.defect)
      .finally(() => {
        this.#isRunning = false;
        // Partitions may have come since it found none.
        if (this.#followed.size > 0) this.#run();
      });
  }

  async #rounds(): Promise<void> {
    while (!this.#closed && this.#followed.size > 0) {
      this.#endDelays();
      this.#holdBack();
      if (this.#changed.size === 0 && !this.#hasAsked()) await this.#pause(this.#untilNextReady());
      else await this.#round();
    }
  }

  /** Whether the session has something to wait for. */
  #hasAsked(): boolean {
    return this.#followed.size > this.#delayed.size + this.#writing.size + this.#changed.size;
  }

  /** One fetch, and what comes of it. */
  async #round(): Promise<void> {
    const { client, settings, logger } = this.#modules;
    const { waitMaxMs, bytesMin, responseBytesMax, partitionBytesMax, backoffMs } = settings();
    const request = this.#nextRequest();
    this.#isFetching = true;
    try {
      const fetched = await client.fetch({
        ...request,
        waitMaxMs: Math.min(waitMaxMs, this.#untilNextReady()),
        bytesMin,
        bytesMax: responseBytesMax,
        partitionBytesMax,
      });
      this.#isFetching = false;
      this.#session.answered(fetched);
      this.#failures = 0;
      if (fetched.error !== undefined) this.#askAnew();
      for (const partition of fetched.partitions) await this.#take(partition);
    } catch (error) {
      this.#isFetching = false;
      if (this.#closed) return;
      if (!(error instanceof OdradekError)) throw error;
      this.#session.failed();
      this.#askAnew();
      // The first is often a leader that has just stopped, of which the image tells soon.
      if (this.#failures++ > 0) logger.warn('a leader was not reached', { error: error.message });
      await this.#pause(backoff(this.#failures, backoffMs));
    }
  }

  /** Says what has changed since the last fetch; all, where there is no session. */
  #nextRequest(): ReturnType<FollowerSession['request']> {
    if (!this.#session.isOpen) this.#askAnew();
    const partitions: FetchedFrom[] = [];
    for (const followed of this.#changed) {
      const { partition, topicId, leaderEpoch } = followed;
      const { index, log } = partition;
      followed.asked = { topicId, index, leaderEpoch, ...followerPosition(log) };
      partitions.push(followed.asked);
      this.#forgotten.delete(keyOf(topicId, index));
    }
    const request = this.#session.request(partitions, [...this.#forgotten.values()]);
    this.#changed.clear();
    this.#forgotten.clear();
    return request;
  }

  /** The leader knows nothing any more. */
  #askAnew(): void {
    this.#forgotten.clear();
    for (const followed of this.#followed.values()) {
      followed.asked = undefined;
      if (this.#delayed.has(followed) || this.#writing.has(followed.partition)) continue;
      this.#changed.add(followed);
    }
  }

  async #take(fetched: FetchedPartition): Promise<void> {
    const followed = this.#followed.get(keyOf(fetched.topicId, fetched.index));
    const asked = followed?.asked;
    // It went, or came anew, while the fetch was under way.
    if (followed === undefined || asked === undefined || this.#closed) return;
    const { partition } = followed;
    try {
      const problem =
        fetched.error === 'OFFSET_OUT_OF_RANGE'
          ? await this.#moveWithin(followed)
          : (fetched.error ?? this.#append(followed, fetched));
      if (this.#followed.get(keyOf(fetched.topicId, fetched.index)) !== followed) return;
      if (problem === undefined) this.#goOn(followed, asked);
      else this.#delay(followed, problem);
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      if (!partition.isClosed) this.#delay(followed, errorText(error));
    }
  }

  /** Appends, or cuts off what the leader does not have. Answers what is wrong. */
  #append(followed: Followed, fetched: FetchedPartition): string | undefined {
    const { partition, leaderEpoch, asked } = followed;
    if (partition.log.logEndOffset !== asked?.fetchOffset) return undefined;
    const { divergingEpoch } = fetched;
    if (divergingEpoch === undefined) {
      this.#count(partition, fetched);
      return appendFetched(partition, fetched, leaderEpoch);
    }
    const { log, highWatermark, topic, index } = partition;
    const fromOffset = log.logEndOffset;
    const toOffset = truncateToDivergence(log, divergingEpoch);
    const fields = { topic, partition: index, leaderEpoch, fromOffset, toOffset };
    if (toOffset >= highWatermark) this.#modules.logger.info('a log was truncated', fields);
    else this.#modules.logger.warn('a log was truncated below its high watermark', fields);
    return undefined;
  }

  #count(partition: Partition, { chunks }: FetchedPartition): void {
    const { throttle } = this.#modules;
    if (chunks.length === 0 || !throttle.isListed(partition)) return;
    throttle.record(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  }

  /** The leader has nothing at the follower's end. Answers what is wrong. */
  async #moveWithin(followed: Followed): Promise<string | undefined> {
    const { partition, leaderEpoch } = followed;
    const { topic, index, log } = partition;
    const bounds = await this.#modules.client.logBounds(topic, index, leaderEpoch);
    if ('error' in bounds) return bounds.error;
    if (!this.#isFollowed(followed)) return undefined;
    const fields = { topic, partition: index, ...bounds, ownEndOffset: log.logEndOffset };
    this.#modules.logger.warn('a log lies outside of its leader’s', fields);
    // What it refuses all the same may be over later, and is not asked for in a loop.
    return moveWithin(log, bounds) ? undefined : 'OFFSET_OUT_OF_RANGE';
  }

  #isFollowed(followed: Followed): boolean {
    const { topicId, partition } = followed;
    return this.#followed.get(keyOf(topicId, partition.index)) === followed && !this.#closed;
  }

  /** Asks on from where the log ends now, when all of it is written: what a leader counts has to be. */
  #goOn(followed: Followed, asked: FetchedFrom): void {
    followed.failures = 0;
    const { log } = followed.partition;
    if (log.writtenEndOffset < log.logEndOffset) this.#awaitWrite(followed);
    else if (log.logEndOffset !== asked.fetchOffset || log.logStartOffset !== asked.logStartOffset)
      this.#changed.add(followed);
  }

  #awaitWrite(followed: Followed): void {
    this.#leaveOut(followed);
    this.#writing.set(followed.partition, followed);
    followed.partition.addDataWaiter(this.#writes, 'logEnd');
  }

  #written(partition: Partition): void {
    const followed = this.#writing.get(partition);
    const { writtenEndOffset, logEndOffset } = partition.log;
    if (followed === undefined || writtenEndOffset < logEndOffset) return;
    this.#writing.delete(partition);
    partition.removeDataWaiter(this.#writes);
    this.#changeNow(followed);
  }

  #delay(followed: Followed, problem: string): void {
    followed.failures++;
    this.#putOff(followed, backoff(followed.failures, this.#modules.settings().backoffMs));
    // Brokers learn of elections one after the other: the first refusals mean nothing.
    if (followed.failures > 3) this.#complain(followed, problem);
  }

  #complain({ partition, leaderEpoch }: Followed, problem: string): void {
    const nowMs = this.#modules.clock.monotonicMs();
    if (nowMs - this.#complainedMs < complaintMs) {
      this.#unsaid++;
      return;
    }
    const fields = { topic: partition.topic, partition: partition.index, leaderEpoch, problem };
    const others = this.#unsaid === 0 ? {} : { othersBefore: this.#unsaid };
    this.#modules.logger.warn('a partition cannot be followed', { ...fields, ...others });
    this.#complainedMs = nowMs;
    this.#unsaid = 0;
  }

  #putOff(followed: Followed, delayMs: number): void {
    followed.readyAtMs = this.#modules.clock.monotonicMs() + delayMs;
    this.#leaveOut(followed);
    this.#delayed.add(followed);
  }

  /** What is throttled and not in sync waits for its turn; the others do not wait for it. */
  #holdBack(): void {
    const { throttle, nodeId } = this.#modules;
    const { waitMs } = throttle;
    if (waitMs === 0) return;
    for (const followed of this.#followed.values()) {
      const { partition } = followed;
      if (this.#delayed.has(followed) || this.#writing.has(partition)) continue;
      if (throttle.holdsBack(partition, nodeId)) this.#putOff(followed, waitMs);
    }
  }

  #endDelays(): void {
    if (this.#delayed.size === 0) return;
    const nowMs = this.#modules.clock.monotonicMs();
    for (const followed of this.#delayed) {
      if (followed.readyAtMs > nowMs) continue;
      this.#delayed.delete(followed);
      this.#changed.add(followed);
    }
  }

  /** Milliseconds until the first delay ends; `Infinity` without one. */
  #untilNextReady(): number {
    let least = Infinity;
    for (const { readyAtMs } of this.#delayed) least = Math.min(least, readyAtMs);
    return Math.max(0, Math.ceil(least - this.#modules.clock.monotonicMs()));
  }

  /** Settles after a time, or when something has changed. */
  #pause(ms: number): Promise<void> {
    const { timers } = this.#modules;
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      const end = (): void => {
        if (timer !== undefined) timers.clearTimer(timer);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = end;
      if (ms !== Infinity) timer = timers.setTimer(ms, end);
    });
  }
}

function keyOf(topicId: string, index: number): string {
  return `${topicId}:${index}`;
}

function backoff(failures: number, maxMs: number): number {
  return Math.min(maxMs, firstBackoffMs * 2 ** Math.min(failures - 1, 20));
}

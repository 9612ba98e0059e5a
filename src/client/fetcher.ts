import { errorCodes } from '../protocol/error-codes.ts';
import type { FetchResponse } from '../protocol/messages/fetch.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { apis } from './apis.ts';
import { asError, brokerRefused, isRetriable, timedOut } from './client-errors.ts';
import type { Cluster } from './cluster.ts';
import type { BrokerConnection } from './connection.ts';
import {
  type IsolationLevel,
  isolationLevelCode,
  listOffsets,
  offsetSpecs,
} from './list-offsets.ts';
import type { PartitionReader } from './partition-reader.ts';

/** The first version whose topics are named by their ids. */
const firstVersionWithTopicIds = 13;
/** How long a fetch waits while the caller still reads what other partitions of that broker have brought. */
const mixedWaitMs = 20;
/** A topic that no broker has known for this long is gone; before, one may only not have heard of it yet. */
const goneAfterMs = 5000;

/** How much is fetched, and how long is waited. */
export interface FetcherOptions {
  readonly isolation: IsolationLevel;
  /** How long the broker waits for records where there are none. */
  readonly maxWaitMs: number;
  /** What one response may bring, roughly. */
  readonly fetchBytesMax: number;
  /** What one response may bring of one partition, roughly; half of it is read ahead. */
  readonly partitionBytesMax: number;
  /** What may be fetched and not read yet, over all partitions, roughly. */
  readonly bufferBytesMax: number;
  /** After this time without success a partition's failure is final; 0 for never. */
  readonly giveUpAfterMs: number;
  /** Whether a topic that is deleted is read no further; else it fails everything. */
  readonly mayBeDeleted: (topic: string) => boolean;
}

/** A partition and how fetching it goes. */
interface Assignment {
  readonly reader: PartitionReader;
  /**
   * In which the broker that is asked leads. Of the answer that named that broker: with a later epoch, one that
   * follows by now would answer from a log that may be behind.
   */
  leaderEpoch: number;
  isInFlight: boolean;
  /** It has failed, and is asked for again after a pause. */
  isMuted: boolean;
  tries: number;
  /** Since when every try has failed. */
  failingSinceMs: number | undefined;
  /** Since when its topic is one that no broker knows. */
  unknownSinceMs: number | undefined;
}

/**
 * Keeps the buffers of partition readers filled: one request to a broker at a time, for all of its partitions
 * whose buffers have room. `onChange` is told whenever there is something new to read, or nothing more.
 */
export class Fetcher {
  readonly #cluster: Cluster;
  readonly #options: FetcherOptions;
  readonly #onChange: () => void;
  readonly #lane: string;
  #assignments: Assignment[];
  readonly #busyBrokers = new Set<number>();
  #isRunning = false;
  #mustRunAgain = false;
  #isClosed = false;
  #failure: Error | undefined;

  constructor(
    options: FetcherOptions,
    modules: {
      cluster: Cluster;
      readers: readonly PartitionReader[];
      onChange: () => void;
      lane: string;
    },
  ) {
    this.#options = options;
    this.#cluster = modules.cluster;
    this.#onChange = modules.onChange;
    this.#lane = modules.lane;
    this.#assignments = modules.readers.map(newAssignment);
  }

  /** Further partitions, to be fetched from now on. */
  add(readers: readonly PartitionReader[]): void {
    this.#assignments.push(...readers.map(newAssignment));
    this.#onChange();
    this.fill();
  }

  /** Fetches these partitions no further; how a fetch of them that is under way ends does not matter. */
  remove(readers: ReadonlySet<PartitionReader>): void {
    this.#assignments = this.#assignments.filter(({ reader }) => !readers.has(reader));
    this.#onChange();
  }

  /** Why no more can be fetched. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Fetches what there is room for. To be called when something was read. */
  fill(): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    if (this.#isRunning) {
      this.#mustRunAgain = true;
      return;
    }
    this.#isRunning = true;
    void this.#startFetches()
      .catch((error: unknown) => this.fail(asError(error)))
      .finally(() => {
        this.#isRunning = false;
        if (!this.#mustRunAgain) return;
        this.#mustRunAgain = false;
        this.fill();
      });
  }

  close(): void {
    this.#isClosed = true;
  }

  async #startFetches(): Promise<void> {
    const byBroker = new Map<number, Assignment[]>();
    for (const assignment of this.#hungry()) {
      const nodeId = await this.#leaderOf(assignment);
      if (nodeId === undefined || this.#busyBrokers.has(nodeId)) continue;
      byBroker.set(nodeId, [...(byBroker.get(nodeId) ?? []), assignment]);
    }
    for (const [nodeId, assignments] of byBroker) this.#startFetch(nodeId, assignments);
  }

  /** The partitions whose buffers have room. One whose buffer is empty always does: a merge may need it. */
  #hungry(): Assignment[] {
    let buffered = 0;
    for (const { reader } of this.#assignments) buffered += reader.bufferedBytes;
    return this.#assignments.filter(({ reader, isInFlight, isMuted }) => {
      if (isInFlight || reader.isFetched || isMuted) return false;
      if (reader.bufferedBytes === 0) return true;
      const hasRoom = reader.bufferedBytes < this.#options.partitionBytesMax / 2;
      return hasRoom && buffered < this.#options.bufferBytesMax;
    });
  }

  get #nowMs(): number {
    return this.#cluster.runtime.clock.monotonicMs();
  }

  async #leaderOf(assignment: Assignment): Promise<number | undefined> {
    const { topic, partition } = assignment.reader;
    let nodeId: number | undefined;
    let failure: Error | undefined;
    try {
      const leader = await this.#cluster.leaderOf(topic, partition);
      ({ nodeId } = leader);
      assignment.leaderEpoch = leader.leaderEpoch;
    } catch (error) {
      failure = asError(error);
    }
    if (this.#isAnotherNow(assignment.reader)) failure = createdAgain(topic);
    if (failure !== undefined) this.#onFailed(assignment, failure);
    return failure === undefined ? nodeId : undefined;
  }

  /** Whether the topic's name belongs to a topic that came after the one that is read. */
  #isAnotherNow({ topic, topicId }: PartitionReader): boolean {
    const currentId = this.#cluster.topicId(topic);
    return topicId !== undefined && currentId !== undefined && currentId !== topicId;
  }

  #startFetch(nodeId: number, assignments: readonly Assignment[]): void {
    this.#busyBrokers.add(nodeId);
    for (const assignment of assignments) assignment.isInFlight = true;
    void this.#fetch(nodeId, assignments)
      .catch((error: unknown) => {
        for (const assignment of assignments) this.#onFailed(assignment, asError(error));
      })
      .finally(() => {
        this.#busyBrokers.delete(nodeId);
        for (const assignment of assignments) assignment.isInFlight = false;
        this.#onChange();
        this.fill();
      });
  }

  async #fetch(nodeId: number, assignments: readonly Assignment[]): Promise<void> {
    const connection = await this.#cluster.connectionTo(nodeId, this.#lane);
    if (this.#isClosed) return;
    const version = this.#version(connection, assignments);
    const response = await connection.request(apis.fetch, this.#request(assignments), { version });
    if (this.#isClosed) return;
    if (response.errorCode !== errorCodes.NONE) throw brokerRefused('Fetch', response.errorCode);
    for (const assignment of assignments) {
      const answer = this.#answerFor(response, assignment.reader);
      if (answer !== undefined) await this.#onAnswer(assignment, answer);
    }
    this.#rotate(assignments);
  }

  #version(connection: BrokerConnection, assignments: readonly Assignment[]): number {
    const version = connection.agreedVersion(apis.fetch);
    const allHaveIds = assignments.every(({ reader }) => reader.topicId !== undefined);
    return allHaveIds ? version : Math.min(version, firstVersionWithTopicIds - 1);
  }

  #request(assignments: readonly Assignment[]): FetchBody {
    const topics = new Map<string, FetchTopic>();
    // Lets the broker notice when either side follows a leader that is none any more (KIP-320).
    for (const { reader, leaderEpoch: currentLeaderEpoch } of assignments) {
      let topic = topics.get(reader.topic);
      if (topic === undefined) {
        const { topicId } = reader;
        topic = {
          topic: reader.topic,
          partitions: [],
          ...(topicId === undefined ? {} : { topicId }),
        };
        topics.set(reader.topic, topic);
      }
      topic.partitions.push({
        partition: reader.partition,
        currentLeaderEpoch,
        fetchOffset: reader.position,
        partitionMaxBytes: this.#options.partitionBytesMax,
      });
    }
    const isComplete = assignments.length === this.#unfinishedCount();
    return {
      maxWaitMs: isComplete
        ? this.#options.maxWaitMs
        : Math.min(mixedWaitMs, this.#options.maxWaitMs),
      minBytes: 1,
      maxBytes: this.#options.fetchBytesMax,
      isolationLevel: isolationLevelCode(this.#options.isolation),
      topics: [...topics.values()],
    };
  }

  #unfinishedCount(): number {
    return this.#assignments.filter(({ reader }) => !reader.isFetched).length;
  }

  #answerFor(response: FetchResponse, reader: PartitionReader): FetchAnswer | undefined {
    const { topicId } = reader;
    return response.responses
      .find(({ topic, topicId: id }) => topic === reader.topic || (topic === '' && id === topicId))
      ?.partitions.find(({ partitionIndex }) => partitionIndex === reader.partition);
  }

  async #onAnswer(assignment: Assignment, answer: FetchAnswer): Promise<void> {
    const { reader } = assignment;
    if (answer.errorCode === errorCodes.NONE) {
      const isCommitted = this.#options.isolation === 'read_committed';
      reader.accept({
        records: answer.records,
        readableEndOffset: isCommitted ? answer.lastStableOffset : answer.highWatermark,
        abortedTransactions: isCommitted ? answer.abortedTransactions : null,
      });
      assignment.tries = 0;
      assignment.failingSinceMs = undefined;
      assignment.unknownSinceMs = undefined;
    } else if (answer.errorCode === errorCodes.OFFSET_OUT_OF_RANGE) {
      await this.#onOutOfRange(reader);
    } else {
      const where = `fetch ${reader.topic}-${reader.partition}`;
      this.#onFailed(assignment, brokerRefused(where, answer.errorCode));
    }
  }

  /** Retention may have overtaken the reader, who then goes on with the first record that is left. */
  async #onOutOfRange(reader: PartitionReader): Promise<void> {
    const { topic, partition, position } = reader;
    const query = { topic, partition, timestampMs: offsetSpecs.earliest };
    const [earliest] = await listOffsets(this.#cluster, [query]);
    if (earliest !== undefined && position < earliest.offset) return reader.skipTo(earliest.offset);
    throw brokerRefused(
      `fetch ${topic}-${partition}`,
      errorCodes.OFFSET_OUT_OF_RANGE,
      `offset ${position} lies behind the end of the log`,
    );
  }

  #onFailed(assignment: Assignment, error: Error): void {
    if (this.#isClosed || !this.#assignments.includes(assignment)) return;
    const { topic, partition } = assignment.reader;
    const nowMs = this.#nowMs;
    if (hasCode(error, 'UNKNOWN_TOPIC') && this.#options.mayBeDeleted(topic)) {
      assignment.unknownSinceMs ??= nowMs;
      const isGone = nowMs - assignment.unknownSinceMs >= goneAfterMs;
      if (isGone || this.#isAnotherNow(assignment.reader)) return this.#abandon(assignment);
    } else {
      assignment.unknownSinceMs = undefined;
      if (!isRetriable(error)) return this.fail(error);
    }
    this.#cluster.forget(topic);
    assignment.failingSinceMs ??= nowMs;
    const { giveUpAfterMs } = this.#options;
    if (giveUpAfterMs > 0 && nowMs - assignment.failingSinceMs >= giveUpAfterMs) {
      return this.fail(timedOut(`fetch ${topic}-${partition}`, giveUpAfterMs, error));
    }
    const pauseMs = this.#cluster.backoffMs(assignment.tries++);
    // The timer says when it is over: by the clock it may come a moment too early, and comes but once.
    assignment.isMuted = true;
    this.#cluster.runtime.timers.setTimer(pauseMs, () => {
      assignment.isMuted = false;
      this.fill();
    });
  }

  #abandon(assignment: Assignment): void {
    assignment.reader.abandon();
    this.#assignments = this.#assignments.filter((other) => other !== assignment);
    this.#onChange();
  }

  /** Fetches no more, because of `error`. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#onChange();
  }

  /** A response is filled from the front of the request: those that got something go to its end. */
  #rotate(assignments: readonly Assignment[]): void {
    if (assignments.length === 1) return;
    const hasData = ({ reader }: Assignment): boolean => reader.bufferedBytes > 0;
    this.#assignments = [
      ...this.#assignments.filter((assignment) => !hasData(assignment)),
      ...this.#assignments.filter(hasData),
    ];
  }
}

function createdAgain(topic: string): OdradekError {
  const message = `topic ${topic} was deleted and created again`;
  return new OdradekError(message, { code: 'UNKNOWN_TOPIC', topic });
}

function newAssignment(reader: PartitionReader): Assignment {
  return {
    reader,
    leaderEpoch: -1,
    isInFlight: false,
    isMuted: false,
    tries: 0,
    failingSinceMs: undefined,
    unknownSinceMs: undefined,
  };
}

type FetchAnswer = FetchResponse['responses'][number]['partitions'][number];

interface FetchTopic {
  readonly topic: string;
  readonly topicId?: string;
  readonly partitions: {
    partition: number;
    currentLeaderEpoch: number;
    fetchOffset: number;
    partitionMaxBytes: number;
  }[];
}

interface FetchBody {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly topics: readonly FetchTopic[];
}

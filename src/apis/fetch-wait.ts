import type { ErrorName } from '../protocol/error-codes.ts';
import type { FetchRequest, FetchResponse } from '../protocol/messages/fetch.ts';
import type { DataWaiter, Partition } from '../replication/partition.ts';
import type { WheelEntry } from '../runtime/timer-wheel.ts';
import { readMemoryBytes } from '../storage/log-reader.ts';
import type { LogRead } from '../storage/log.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { RoomWaiter } from './answer-memory.ts';
import type { ApiCall } from './api.ts';
import type { FetchPlan } from './fetch-plan.ts';
import { fetchKey, type FetchPartition } from './fetch-partition.ts';
import { readableEnd, readerOf, type FetchReader } from './fetch-reader.ts';
import { isNews, partitionData, type PartitionData } from './fetch-answer.ts';
import { isRead, resolveTarget, type FetchTarget } from './fetch-target.ts';
import { readForConsumer } from './read-for-consumer.ts';
import type { FilteredScan } from './filtered/filtered-scan.ts';
import { newFilteredScan } from './filtered/new-filtered-scan.ts';
import type { ApiServices } from './services.ts';
import { endpointsOf } from './serving-brokers.ts';
import type { SessionChanges, SessionListener } from './session-changes.ts';

type Call = ApiCall<FetchRequest, FetchResponse>;
type TopicResponse = FetchResponse['responses'][number];

/** A client that asks for no wait and finds no room for its answer does not come again at once. */
const roomWaitMsMin = 1000;

/**
 * One fetch request on its way: waits for enough data or time, reads, answers. Where there is no room in memory
 * for an answer it waits for some before its first batch, as long as it would for data.
 * HOT: bench=fetch
 */
export class FetchWait implements DataWaiter, SessionListener, RoomWaiter {
  readonly #call: Call;
  readonly #services: ApiServices;
  readonly #plan: FetchPlan;
  readonly #reader: FetchReader;
  readonly #targets: FetchTarget[];
  readonly #bytesMax: number;
  /** The sum over all targets. */
  #availableBytes = 0;
  #timer: WheelEntry | undefined;
  #waiting = false;
  /** Since when it waits, for records or for room. */
  #waitsSinceMs = 0;
  /** While it waits. */
  readonly #byPartition = new Map<Partition, FetchTarget>();
  /** Where a follower's partitions are among the targets, while it waits. */
  readonly #indexes = new Map<FetchPartition, number>();
  /** The one that is looked up just now, which may move its high watermark. */
  #resolving: FetchPartition | undefined;
  /** From here on: the answer as it is put together. */
  #remainingBytes = 0;
  #foundData = false;
  /** Of `AnswerMemory`, until the answer is sent. */
  #heldBytes = 0;
  /** While it waits for room: the target to go on with; else undefined. */
  #nextTarget: number | undefined;
  /** Whether it waited for room in vain. */
  #withoutRecords = false;
  readonly #responses: TopicResponse[] = [];
  readonly #reads: LogRead[] = [];
  /** Of filtered topics. */
  readonly #scans: FilteredScan[] = [];

  /** `nowMs` is monotonic: when the request is begun. */
  constructor(call: Call, services: ApiServices, plan: FetchPlan, nowMs: number) {
    this.#call = call;
    this.#services = services;
    this.#plan = plan;
    this.#reader = readerOf(call, nowMs);
    this.#bytesMax = Math.min(call.request.maxBytes, services.config.fetchMaxBytes);
    this.#targets = plan.partitions.map((asked) => this.#resolve(asked));
  }

  start(): void {
    const { maxWaitMs, minBytes } = this.#call.request;
    const answerNow =
      maxWaitMs <= 0 ||
      (this.#targets.length === 0 && !this.#hasMore) ||
      this.#targets.some(
        ({ error, divergence, preferredReplica }) =>
          error !== undefined || divergence !== undefined || preferredReplica >= 0,
      );
    if (answerNow || this.#availableBytes >= minBytes) {
      this.#readFrom(0);
      return;
    }
    this.#waiting = true;
    this.#waitsSinceMs = this.#services.clock.monotonicMs();
    this.#waitForTargets();
    this.#timer = this.#services.wheel.schedule(maxWaitMs, () => this.#endWait());
    this.#call.whenClosed(() => {
      this.#abandon();
      this.#closeScans();
    });
    this.#call.whenHurried(() => this.#endWait());
    // A follower sends something more when it has got more to fetch than it has asked for.
    if (this.#isFollower) this.#call.whenFollowed(() => this.#endWait());
  }

  /** A follower's session may have partitions of which there is nothing new. */
  get #hasMore(): boolean {
    return this.#changes !== undefined && (this.#plan.session?.partitions.size ?? 0) > 0;
  }

  get #changes(): SessionChanges | undefined {
    return this.#plan.session?.changes;
  }

  #waitForTargets(): void {
    const changes = this.#changes;
    if (changes !== undefined) changes.listener = this;
    for (const [at, target] of this.#targets.entries()) {
      const { asked, partition, scan } = target;
      if (this.#isFollower) this.#indexes.set(asked, at);
      if (partition === undefined) continue;
      if (scan !== undefined) {
        scan.start();
        continue;
      }
      if (changes !== undefined) {
        changes.watch(asked, partition);
        continue;
      }
      this.#byPartition.set(partition, target);
      partition.addDataWaiter(this, this.#reader.bound);
    }
  }

  /** `SessionListener`, and without a session: one of a follower's partitions is to be looked at, once more or for the first time. */
  partitionChanged(asked: FetchPartition): void {
    if (!this.#waiting || this.#resolving === asked) return;
    const target = this.#lookedAtNow(asked);
    const isOver = !isRead(target) || this.#availableBytes >= this.#call.request.minBytes;
    if (isOver) this.#endWait();
  }

  #lookedAtNow(asked: FetchPartition): FetchTarget {
    const at = this.#indexes.get(asked) ?? this.#targets.length;
    const known = this.#targets[at];
    if (known !== undefined && isRead(known)) this.#measure(known);
    // Who has everything may be looked at since he may come into the in-sync set now, as he could not before.
    const isNoted = known !== undefined && (!isRead(known) || known.availableBytes > 0);
    if (isNoted) return known;
    this.#resolving = asked;
    const target = this.#resolve(asked);
    this.#resolving = undefined;
    this.#targets[at] = target;
    this.#indexes.set(asked, at);
    return target;
  }

  get #isFollower(): boolean {
    return this.#reader.replicaId >= 0;
  }

  #resolve(asked: FetchPartition): FetchTarget {
    const target = resolveTarget(this.#services, asked, this.#reader, this.#plan);
    if (target.filter !== undefined && isRead(target)) this.#prepareScan(target);
    if (isRead(target)) this.#measure(target);
    return target;
  }

  #prepareScan(target: FetchTarget): void {
    target.scan = newFilteredScan(target, this.#services, {
      reader: this.#reader,
      bytesMax: this.#bytesMax,
      scanned: () => this.#scanned(target),
      ended: () => this.#endWait(),
    });
    this.#scans.push(target.scan);
  }

  #scanned(target: FetchTarget): void {
    if (!this.#waiting) return;
    this.#measure(target);
    if (this.#availableBytes >= this.#call.request.minBytes) this.#endWait();
  }

  /** How much a target has to read. With `minBytes` of 1, any record is enough and nothing is measured. */
  #measure(target: FetchTarget): void {
    const { partition, asked } = target;
    if (partition === undefined) return;
    this.#availableBytes -= target.availableBytes;
    if (target.scan !== undefined) {
      target.availableBytes = target.scan.availableBytes;
      this.#availableBytes += target.availableBytes;
      return;
    }
    const end = readableEnd(partition, this.#reader);
    if (asked.fetchOffset >= end || this.#isHeldBack(partition)) target.availableBytes = 0;
    else if (this.#call.request.minBytes <= 1) target.availableBytes = 1;
    else {
      target.availableBytes = this.#bytesToRead(asked, partition, end);
    }
    this.#availableBytes += target.availableBytes;
  }

  /** Whether a follower that is not in sync is throttled: there is nothing to read for it then. */
  #isHeldBack(partition: Partition): boolean {
    if (!this.#isFollower) return false;
    return this.#services.leaderThrottle.holdsBack(partition, this.#reader.replicaId);
  }

  /** Where that cannot be read, enough to end the wait: the read then says what is wrong. */
  #bytesToRead(asked: FetchPartition, { log }: Partition, end: number): number {
    try {
      return Math.min(log.bytesBetween(asked.fetchOffset, end), asked.partitionMaxBytes);
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      return this.#call.request.minBytes;
    }
  }

  dataArrived(partition: Partition): void {
    const target = this.#byPartition.get(partition);
    if (!this.#waiting || target === undefined) return;
    if (this.#isFollower) {
      this.partitionChanged(target.asked);
      return;
    }
    this.#measure(target);
    if (this.#availableBytes >= this.#call.request.minBytes) this.#endWait();
  }

  partitionClosed(): void {
    this.#endWait();
  }

  #endWait(): void {
    if (!this.#waiting) return;
    this.#abandon();
    this.#readFrom(0);
  }

  #abandon(): void {
    this.#waiting = false;
    this.#endedWaiting();
    if (this.#timer !== undefined) this.#services.wheel.cancel(this.#timer);
    if (this.#changes !== undefined) this.#changes.listener = undefined;
    else for (const { partition } of this.#targets) partition?.removeDataWaiter(this);
  }

  #endedWaiting(): void {
    this.#call.leaveOut(this.#services.clock.monotonicMs() - this.#waitsSinceMs);
  }

  /** Reads the targets from `first` on; goes on in a callback where one has to come from disk. */
  #readFrom(first: number): void {
    const { answerMemory } = this.#services;
    if (!this.#foundData) {
      const share = this.#isFollower ? Infinity : answerMemory.shareBytes;
      this.#remainingBytes = Math.min(this.#bytesMax, share);
    }
    for (let i = first; i < this.#targets.length; i++) {
      const target = this.#asItIsNow(this.#targets[i] as FetchTarget);
      if (answerMemory.roomBytes === 0 && this.#needsRoom(target)) return this.#waitForRoom(i);
      let read: LogRead | Promise<LogRead> | undefined;
      try {
        read = this.#read(target);
      } catch (error) {
        this.#readFailed(target, error);
        continue;
      }
      if (read instanceof Promise) {
        const readBytes = readMemoryBytes(this.#bytesMaxOf(target));
        answerMemory.hold(readBytes);
        read
          .then(
            (done) => this.#take(target, done, undefined),
            (error: unknown) => this.#readFailed(target, error),
          )
          .finally(() => answerMemory.release(readBytes))
          .then(() => this.#readFrom(i + 1))
          .catch((error: unknown) => this.#services.defect(error));
        return;
      }
      this.#take(target, read, undefined);
    }
    this.#answer();
  }

  /** Whether the target has the first records to read. */
  #needsRoom(target: FetchTarget): boolean {
    // Slow consumers must not hold up replication. What followers take is bounded by their number.
    if (this.#foundData || this.#withoutRecords || this.#isFollower) return false;
    // Who waits holds nothing, and these have found something.
    if (this.#scans.some(({ holdsBytes }) => holdsBytes)) return false;
    const { partition, asked } = target;
    if (partition === undefined || !isRead(target)) return false;
    return asked.fetchOffset < readableEnd(partition, this.#reader);
  }

  #waitForRoom(nextTarget: number): void {
    const { answerMemory, wheel } = this.#services;
    this.#nextTarget = nextTarget;
    this.#waitsSinceMs = this.#services.clock.monotonicMs();
    const waitMs = Math.max(this.#call.request.maxWaitMs, roomWaitMsMin);
    this.#timer = wheel.schedule(waitMs, () => this.#goOnWithoutRecords());
    this.#call.whenClosed(() => {
      this.#leaveLine();
      this.#closeScans();
    });
    this.#call.whenHurried(() => this.#goOnWithoutRecords());
    answerMemory.wait(this);
  }

  #leaveLine(): number | undefined {
    const nextTarget = this.#nextTarget;
    this.#nextTarget = undefined;
    if (nextTarget === undefined) return undefined;
    this.#endedWaiting();
    if (this.#timer !== undefined) this.#services.wheel.cancel(this.#timer);
    this.#services.answerMemory.forget(this);
    return nextTarget;
  }

  #goOnWithoutRecords(): void {
    const nextTarget = this.#leaveLine();
    if (nextTarget === undefined) return;
    this.#withoutRecords = true;
    this.#readFrom(nextTarget);
  }

  /** `RoomWaiter`: somebody else's answer was sent. */
  roomFreed(): void {
    const nextTarget = this.#leaveLine();
    if (nextTarget !== undefined) this.#readFrom(nextTarget);
  }

  /** The target, looked up anew where its partition or its records went while the fetch waited. */
  #asItIsNow(target: FetchTarget): FetchTarget {
    const { asked, partition, divergence, leaderEpoch, filter } = target;
    if (partition === undefined) return target;
    const isOvertaken =
      divergence === undefined && asked.fetchOffset < partition.log.logStartOffset;
    const isElsewhere =
      partition.leaderEpoch !== leaderEpoch ||
      (!partition.isLeader && !this.#reader.readsFollowers);
    const isGone = partition.isClosed || filter?.isEnded === true;
    return isGone || isOvertaken || isElsewhere ? this.#resolve(asked) : target;
  }

  #readFailed(target: FetchTarget, error: unknown): void {
    if (!(error instanceof OdradekError)) throw error;
    const { asked, partition } = target;
    if (partition?.isClosed === true) {
      this.#take(this.#resolve(asked), undefined, undefined);
      return;
    }
    this.#services.logger.error('a read failed', {
      topic: asked.topic,
      partition: asked.partition,
      error: error.message,
    });
    this.#take(target, undefined, 'KAFKA_STORAGE_ERROR');
  }

  #bytesMaxOf({ asked, partition }: FetchTarget): number {
    const { answerMemory, leaderThrottle } = this.#services;
    const { replicaId } = this.#reader;
    let roomBytes = answerMemory.roomBytes;
    // Slow consumers must not hold up replication.
    if (this.#isFollower && partition !== undefined) {
      roomBytes = leaderThrottle.bytesMaxOf(partition, replicaId);
    }
    return Math.min(asked.partitionMaxBytes, this.#remainingBytes, roomBytes);
  }

  #read(target: FetchTarget): LogRead | Promise<LogRead> | undefined {
    const { asked, partition } = target;
    if (partition === undefined || !isRead(target) || this.#withoutRecords) return undefined;
    const end = readableEnd(partition, this.#reader);
    const maxBytes = this.#bytesMaxOf(target);
    if (this.#isHeldBack(partition)) return undefined;
    if (asked.fetchOffset >= end || (maxBytes <= 0 && this.#foundData)) return undefined;
    const options = { maxBytes, upperBoundOffset: end, atLeastOneBatch: !this.#foundData };
    if (target.scan !== undefined) return target.scan.take(options);
    if (this.#isFollower) return partition.log.read(asked.fetchOffset, options);
    return readForConsumer(partition, asked.fetchOffset, {
      ...options,
      decompressedBytesMax: this.#services.config.decompressedBatchMaxBytes,
    });
  }

  /** Adds what became of a target to the answer, unless the session knows it already. */
  #take(target: FetchTarget, read: LogRead | undefined, failure: ErrorName | undefined): void {
    const { asked } = target;
    let data: PartitionData;
    try {
      const error = failure ?? target.error;
      const { apiVersion } = this.#call;
      data = partitionData(
        this.#services,
        target,
        { read, error },
        { apiVersion, committed: this.#reader.isolation === 'read_committed' },
      );
    } catch (error) {
      read?.release?.();
      this.#readFailed(target, error);
      return;
    }
    if (read !== undefined) {
      this.#reads.push(read);
      this.#remainingBytes -= read.sizeBytes;
      this.#heldBytes += read.heldBytes;
      this.#services.answerMemory.hold(read.heldBytes);
      if (read.sizeBytes > 0) this.#foundData = true;
      this.#count(target, read);
    }
    const session = this.#plan.session;
    if (session !== undefined) {
      const news = isNews(target, read, data);
      asked.sentHighWatermark = data.errorCode === 0 ? data.highWatermark : -1;
      asked.sentLogStartOffset = data.errorCode === 0 ? data.logStartOffset : -1;
      if (session.changes !== undefined) this.#settle(session.changes, target, data);
      if (this.#plan.incremental && !news) return;
      if (read !== undefined && read.sizeBytes > 0 && session.changes === undefined) {
        moveToEnd(session.partitions, asked, session);
      }
    }
    const last = this.#responses.at(-1);
    if (last !== undefined && last.topic === asked.topic && last.topicId === asked.topicId) {
      (last.partitions as PartitionData[]).push(data);
    } else {
      this.#responses.push({ topic: asked.topic, topicId: asked.topicId, partitions: [data] });
    }
  }

  #count({ partition }: FetchTarget, { sizeBytes }: LogRead): void {
    if (partition === undefined) return;
    const { leaderThrottle } = this.#services;
    if (!this.#isFollower) partition.figures.traffic.bytesOut += sizeBytes;
    else if (leaderThrottle.isListed(partition)) leaderThrottle.record(sizeBytes);
  }

  /** What the follower has in full is looked at again when it changes. */
  #settle(changes: SessionChanges, target: FetchTarget, { errorCode }: PartitionData): void {
    const { asked, partition } = target;
    if (partition === undefined || errorCode !== 0 || !isRead(target)) return;
    if (asked.fetchOffset >= readableEnd(partition, this.#reader)) changes.settle(asked, partition);
  }

  #closeScans(): void {
    for (const scan of this.#scans) scan.close();
  }

  #answer(): void {
    this.#closeScans();
    // Followers know where their brokers are.
    const leaderMoved =
      !this.#isFollower &&
      this.#responses.some(({ partitions }) =>
        partitions.some(({ currentLeader }) => currentLeader.leaderId >= 0),
      );
    this.#call.respond(
      {
        throttleTimeMs: 0,
        errorCode: 0,
        sessionId: this.#plan.session?.id ?? 0,
        responses: this.#responses,
        nodeEndpoints: leaderMoved ? endpointsOf(this.#services, this.#call.listenerName) : [],
      },
      this.#heldBytes > 0 ? () => this.#release() : undefined,
    );
  }

  #release(): void {
    for (const read of this.#reads) read.release?.();
    this.#services.answerMemory.release(this.#heldBytes);
  }
}

function moveToEnd(
  partitions: Map<string, FetchPartition>,
  asked: FetchPartition,
  { usesTopicIds }: { usesTopicIds: boolean },
): void {
  const key = fetchKey(usesTopicIds ? asked.topicId : asked.topic, asked.partition);
  if (!partitions.delete(key)) return;
  partitions.set(key, asked);
}

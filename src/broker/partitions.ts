import type { PartitionLookup } from '../apis/services.ts';
import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import type { ClusterImage, ImageDelta, PartitionImage, TopicImage } from '../metadata/image.ts';
import { Partition } from '../replication/partition.ts';
import type { PartitionModules } from '../replication/replication-modules.ts';
import type { LogConfig } from '../storage/log-config.ts';
import type { Log } from '../storage/log.ts';
import type { LogManager } from '../storage/log-manager.ts';
import { lacksRoom } from '../storage/storage-failure.ts';
import type { Timer, Timers } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { StepwiseJobs } from './stepwise-jobs.ts';

/** Who follows which partitions are on this broker, and who leads them. */
export interface PartitionsListener {
  /** It is here, for the first time or with a new state. */
  partitionChanged(partition: Partition): void;
  /** It is closed, and not here any more. */
  partitionClosed(partition: Partition): void;
  /** Its log is lost, with its directory. */
  logLost?(topicId: string, index: number): void;
  /** Brokers have come or gone, or are fenced or not. */
  brokersChanged?(): void;
}

/** What the partitions of a broker share. */
export interface PartitionsModules extends PartitionModules {
  readonly timers: Timers;
  readonly logManager: LogManager;
  readonly logger: Logger;
  readonly logConfig: (topic: TopicImage) => LogConfig;
  /** Told one after the other. */
  readonly listeners: readonly PartitionsListener[];
}

/** Whose partitions they are. */
export interface PartitionsOptions {
  readonly nodeId: number;
  /** Whether topics may have come and gone while this broker was away. */
  readonly isShared: boolean;
}

/** Pause before a log is made again for which there was no room. */
const retryMs = 1000;

/** Partitions of a topic whose log is to be made when there is room. */
interface Roomless {
  readonly topic: TopicImage;
  readonly indexes: Set<number>;
  /** Whether none of them ever had a log. */
  isNew: boolean;
}

/**
 * The partitions that have a replica on this broker, kept in step with the image: changed and closed as commits
 * arrive, and made one after the other where there are many, from the image as it is when their turn comes.
 * Looked up on the way of every request, by name or by id, without a copy.
 */
export class Partitions implements PartitionLookup {
  readonly #options: PartitionsOptions;
  readonly #nodeId: number;
  readonly #modules: PartitionsModules;
  readonly #byName = new Map<string, (Partition | undefined)[]>();
  /** The same arrays. */
  readonly #byId = new Map<string, (Partition | undefined)[]>();
  /** Logs that are to be made, or deleted, for which a commit may ask by the thousand. */
  readonly #jobs: StepwiseJobs;
  /** Indexes of those that are to be made, by topic id. */
  readonly #coming = new Map<string, Set<number>>();
  /** Partitions whose log found no room, by topic id. */
  readonly #roomless = new Map<string, Roomless>();
  #retry: Timer | undefined;
  #closed = false;

  constructor(options: PartitionsOptions, modules: PartitionsModules) {
    this.#options = options;
    this.#nodeId = options.nodeId;
    this.#modules = modules;
    this.#jobs = new StepwiseJobs(modules);
    modules.logManager.onDirectoryOffline((_path, logs) => this.#logsLost(logs));
  }

  get(topic: string, index: number): Partition | undefined {
    return this.#byName.get(topic)?.[index];
  }

  getById(topicId: string, index: number): Partition | undefined {
    return this.#byId.get(topicId)?.[index];
  }

  isComing(topicId: string, index: number): boolean {
    return this.#coming.get(topicId)?.has(index) === true;
  }

  get revision(): number {
    return this.#jobs.revision;
  }

  reached(revision: number): Promise<void> {
    return this.#jobs.reached(revision);
  }

  *all(): IterableIterator<Partition> {
    for (const partitions of this.#byName.values()) {
      for (const partition of partitions) if (partition !== undefined) yield partition;
    }
  }

  /** Takes in the whole image, once, at start; settles when it has. Logs that it does not know are set aside. */
  load(image: ClusterImage): Promise<void> {
    const { logManager } = this.#modules;
    for (const log of logManager.logs()) {
      const topic = image.topicsByName.get(log.topic);
      const isOurs =
        topic?.filtered === undefined &&
        topic?.partitions[log.partition]?.replicas.includes(this.#nodeId) === true;
      // Others can tell us nothing of records of which we do not know whose they are: they may be of a topic before.
      const isUnnamed = log.topicId === '' && !this.#options.isShared;
      if (!isOurs || (log.topicId !== topic.id && !isUnnamed)) {
        logManager.setAside(log.topic, log.partition);
      }
    }
    this.#jobs.advance(image.revision);
    for (const topic of topicsWithLogs(image)) {
      // They had a log before, but for those that were new when the broker ended.
      this.#take(topic, topic.partitions.keys(), { isNew: false });
    }
    return this.reached(image.revision);
  }

  /** Takes in what some commits changed. */
  apply(delta: ImageDelta, image: ClusterImage): void {
    this.#jobs.advance(image.revision);
    for (const topic of delta.topicsDeleted) this.#remove(topic);
    for (const [topic, indexes] of delta.partitionsChanged) {
      if (topic.filtered !== undefined) continue;
      this.#take(topic, indexes, { isNew: true });
    }
    if (delta.brokersChanged.size > 0) {
      for (const listener of this.#modules.listeners) listener.brokersChanged?.();
    }
    const allTopics = delta.brokerConfigsChanged.size > 0;
    for (const topic of allTopics ? topicsWithLogs(image) : delta.topicConfigsChanged) {
      this.#reconfigure(topic);
    }
  }

  /**
   * Those that are here change at once: who leads must know, and what a leader has proposed counts until it does.
   * Others are made when their turn comes.
   */
  #take(topic: TopicImage, indexes: Iterable<number>, options: { isNew: boolean }): void {
    const missing: number[] = [];
    for (const index of indexes) {
      const state = topic.partitions[index];
      if (state === undefined || this.isComing(topic.id, index)) continue;
      if (this.getById(topic.id, index) !== undefined) this.#bring(topic, state, options);
      else if (state.replicas.includes(this.#nodeId)) missing.push(index);
    }
    if (missing.length === 0) return;
    const coming = this.#coming.get(topic.id) ?? new Set();
    this.#coming.set(topic.id, coming);
    for (const index of missing) coming.add(index);
    this.#jobs.add(this.#make(topic, missing, options));
  }

  /** Makes one a step. */
  *#make(
    topic: TopicImage,
    indexes: readonly number[],
    options: { isNew: boolean },
  ): Generator<void> {
    for (const index of indexes) {
      const coming = this.#coming.get(topic.id);
      // It was deleted meanwhile.
      if (this.#closed || coming === undefined) return;
      coming.delete(index);
      if (coming.size === 0) this.#coming.delete(topic.id);
      const state = topic.partitions[index];
      if (state !== undefined) this.#bring(topic, state, options);
      yield;
    }
  }

  #bring(topic: TopicImage, state: PartitionImage, options: { isNew: boolean }): void {
    if (!state.replicas.includes(this.#nodeId)) {
      this.#leave(topic, state.index);
      return;
    }
    const partitions = this.#slots(topic);
    const known = partitions[state.index];
    if (known !== undefined) {
      known.updateState(state);
      this.#changed(known);
      return;
    }
    const log = this.#logOf(topic, state.index, options);
    if (log === undefined) return;
    log.updateConfig(this.#modules.logConfig(topic));
    const partition = new Partition(
      { topic: topic.name, index: state.index, log, state },
      this.#modules,
    );
    partitions[state.index] = partition;
    this.#changed(partition);
  }

  #lost(topicId: string, index: number): void {
    for (const listener of this.#modules.listeners) listener.logLost?.(topicId, index);
  }

  /** Others have its replicas now. */
  #leave(topic: TopicImage, index: number): void {
    const partitions = this.#byId.get(topic.id);
    const partition = partitions?.[index];
    if (partitions === undefined || partition === undefined) return;
    partitions[index] = undefined;
    this.#close(partition);
    this.#modules.logManager.delete(topic.name, index);
  }

  #changed(partition: Partition): void {
    for (const listener of this.#modules.listeners) listener.partitionChanged(partition);
  }

  #slots(topic: TopicImage): (Partition | undefined)[] {
    let partitions = this.#byName.get(topic.name);
    if (partitions === undefined) {
      partitions = [];
      this.#byName.set(topic.name, partitions);
      this.#byId.set(topic.id, partitions);
    }
    return partitions;
  }

  /** The log that is there, or a new one; undefined where its directory is offline or has no room. */
  #logOf(topic: TopicImage, index: number, options: { isNew: boolean }): Log | undefined {
    const { logManager, logger, logConfig } = this.#modules;
    try {
      const log =
        logManager.get(topic.name, index) ??
        logManager.create(topic.name, index, topic.id, logConfig(topic), {
          ...options,
          onDemand: topic.internal,
        });
      if (log.topicId === '') logManager.assignTopicId(log, topic.id);
      if (logManager.directoryOf(log).online) return log;
      this.#lost(topic.id, index);
      return undefined;
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      logger.error('a partition has no log', {
        topic: topic.name,
        partition: index,
        error: error.message,
      });
      if (lacksRoom(error)) this.#tryAgain(topic, index, options);
      else this.#lost(topic.id, index);
      return undefined;
    }
  }

  /** Makes the log later, in every while until there is room. */
  #tryAgain(topic: TopicImage, index: number, { isNew }: { isNew: boolean }): void {
    if (this.#closed) return;
    const entry = this.#roomless.get(topic.id) ?? { topic, indexes: new Set(), isNew };
    entry.indexes.add(index);
    entry.isNew &&= isNew;
    this.#roomless.set(topic.id, entry);
    this.#retry ??= this.#modules.timers.setTimer(retryMs, () => {
      this.#retry = undefined;
      const waiting = [...this.#roomless.values()];
      this.#roomless.clear();
      for (const entry of waiting) this.#take(entry.topic, entry.indexes, entry);
    });
  }

  #reconfigure(topic: TopicImage): void {
    const config = this.#modules.logConfig(topic);
    for (const partition of this.#byName.get(topic.name) ?? []) partition?.updateConfig(config);
  }

  #remove(topic: TopicImage): void {
    this.#coming.delete(topic.id);
    const partitions = this.#byId.get(topic.id);
    if (partitions === undefined) return;
    this.#byId.delete(topic.id);
    this.#roomless.delete(topic.id);
    // A topic of the same name may have been made in the same commits.
    if (this.#byName.get(topic.name) === partitions) this.#byName.delete(topic.name);
    for (const partition of partitions) if (partition !== undefined) this.#close(partition);
    this.#jobs.add(this.#deleteLogs(topic.name, partitions.length));
  }

  /** Deletes one a step; a topic of the same name gets its logs behind that. */
  *#deleteLogs(topic: string, count: number): Generator<void> {
    for (let index = 0; index < count; index++) {
      // Also one that was lost with its directory, whose log would else stand in the way of a new one.
      this.#modules.logManager.delete(topic, index);
      yield;
    }
  }

  #logsLost(logs: readonly Log[]): void {
    const lost = new Set(logs);
    for (const partitions of this.#byName.values()) {
      for (const [index, partition] of partitions.entries()) {
        if (partition === undefined || !lost.has(partition.log)) continue;
        // Gone first, so that those who wait and look again find no partition.
        partitions[index] = undefined;
        this.#close(partition, 'KAFKA_STORAGE_ERROR');
        this.#lost(partition.log.topicId, index);
      }
    }
  }

  #close(partition: Partition, reason?: 'KAFKA_STORAGE_ERROR'): void {
    for (const listener of this.#modules.listeners) listener.partitionClosed(partition);
    partition.close(reason);
  }

  /** This broker may not lead any more, whatever the image says: nothing is acknowledged. */
  suspend(): void {
    for (const partition of this.all()) partition.suspend();
  }

  /**
   * Has all fetches that wait answered with what there is; with `acks`, also who waits for followers, which will not
   * come any more, as in `suspend`.
   */
  endWaits({ acks }: { readonly acks: boolean }): void {
    if (acks) this.suspend();
    for (const partition of this.all()) partition.endWaits();
  }

  /** Ends every wait at every partition; the logs are their manager's to close. */
  close(): void {
    this.#closed = true;
    if (this.#retry !== undefined) this.#modules.timers.clearTimer(this.#retry);
    // No more are made; but what is deleted must not be found at the next start.
    this.#jobs.finish();
    for (const partition of this.all()) partition.close();
    this.#byName.clear();
    this.#byId.clear();
  }
}

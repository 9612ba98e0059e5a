import { errorCodes } from '../../protocol/error-codes.ts';
import { hasCode, type OdradekError } from '../../util/odradek-error.ts';
import { asError, isRetriable } from '../client-errors.ts';
import type { ConsumedRecord } from '../client-records.ts';
import { delay } from '../client-runtime.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../cluster-metadata.ts';
import { Consumer } from '../consumer.ts';
import { assignorNamed } from './assignors.ts';
import { ClassicMember } from './classic-member.ts';
import { ConsumerMember } from './consumer-member.ts';
import {
  type GroupConsumerOptions,
  type GroupSettings,
  resolveGroupSettings,
} from './group-consumer-options.ts';
import type { GroupCoordinators } from './group-coordinators.ts';
import type { GroupMember, GroupMemberHandler } from './group-member.ts';
import { commitOffsets } from './group-offsets.ts';
import { GroupPositions } from './group-positions.ts';
import { GroupStarts } from './group-starts.ts';
import { Repeater } from './repeater.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** How long the end of a membership waits for an answer to its last commit, and to its leaving. */
const closeTimeoutMs = 5000;

/** What says that the group has gone on without this member, or is about to: it finds out by its heartbeats. */
const membershipCodes: ReadonlySet<number> = new Set([
  errorCodes.REBALANCE_IN_PROGRESS,
  errorCodes.ILLEGAL_GENERATION,
  errorCodes.UNKNOWN_MEMBER_ID,
  errorCodes.FENCED_INSTANCE_ID,
  errorCodes.STALE_MEMBER_EPOCH,
  errorCodes.FENCED_MEMBER_EPOCH,
]);

/**
 * Reads topics as a member of a group: the partitions are shared out among the members, and what was dealt with
 * is committed, so that whoever is given a partition goes on there.
 *
 * Records count as dealt with once they were given to `processed`. They are read again, by this member or
 * another one, where the member ends without that.
 */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #settings: GroupSettings;
  readonly #cluster: Cluster;
  readonly #coordinators: GroupCoordinators;
  readonly #lane: string;
  readonly #reader: Consumer;
  readonly #member: GroupMember;
  readonly #positions: GroupPositions;
  readonly #starts: GroupStarts;
  readonly #commits: Repeater;
  /** Since when the caller has been busy with what was handed out last. */
  #busySinceMs: number | undefined;
  #onReturned: (() => void)[] = [];
  /** Changes when the group gives the partitions to others: what was begun before does not count. */
  #life = 0;
  /** Commits go one after the other, so that none overtakes a newer one. */
  #lastCommit: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** The partitions that have ever been assigned. */
  readonly #seen = new Set<string>();
  #offsetCount = 0;

  /** Throws `INVALID_ARGUMENT` for an empty group id and for no assignor. */
  constructor(
    options: GroupConsumerOptions,
    modules: { cluster: Cluster; coordinators: GroupCoordinators },
  ) {
    const { cluster, coordinators } = modules;
    this.#options = options;
    this.#settings = resolveGroupSettings(options, {
      topicsRefreshMs: cluster.options.metadataMaxAgeMs,
    });
    this.#cluster = cluster;
    this.#coordinators = coordinators;
    this.#lane = cluster.newLane();
    const readerOptions = { ...options, ranges: [], isOpenEnded: true };
    this.#reader = new Consumer(readerOptions, { cluster, ranges: [] });
    this.#positions = new GroupPositions({
      progressOf: (topic, partition) => this.#reader.progressOf(topic, partition),
    });
    this.#starts = new GroupStarts(
      {
        ...this.#settings,
        isolation: options.isolation ?? 'read_uncommitted',
        mayBeDeleted: options.mayBeDeleted ?? (() => false),
      },
      modules,
    );
    this.#member = this.#newMember();
    this.#commits = new Repeater(
      { everyMs: () => this.#settings.autoCommitIntervalMs, act: () => this.#autoCommit() },
      { timers: cluster.runtime.timers },
    );
  }

  /**
   * How many offsets there were to be read, in the partitions that have been assigned so far; undefined where
   * there is no end.
   */
  get offsetCount(): number | undefined {
    return this.#settings.until === undefined ? undefined : this.#offsetCount;
  }

  /** Whether a partition has ever been assigned. */
  get hasHadPartitions(): boolean {
    return this.#seen.size > 0;
  }

  /** The partitions that are assigned now. */
  get partitions(): readonly TopicPartition[] {
    return this.#positions.partitions;
  }

  /**
   * The records, those that are at hand together as one array; to be iterated once, which joins the group. Ends
   * behind `until` of all partitions that are assigned, and after `stop`; has then committed and left. Throws
   * what has made reading, membership or the last commit fail.
   */
  async *records(): AsyncGenerator<readonly ConsumedRecord[], void> {
    let failure: unknown;
    try {
      this.#start();
      for await (const batch of this.#reader.records()) {
        this.#busySinceMs = this.#nowMs;
        yield batch;
        this.#returned();
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const closed = this.close();
      // What failed first is the one to be told.
      await (failure === undefined ? closed : closed.catch(() => {}));
    }
  }

  /** These records were dealt with: a commit may say so from now on. In the order in which they came. */
  processed(records: readonly ConsumedRecord[]): void {
    this.#positions.processed(records);
  }

  /** Commits what was dealt with. Fails with `BROKER_REFUSED` or `TIMED_OUT`. */
  commit(): Promise<void> {
    return this.#commit(undefined, this.#cluster.options.operationTimeoutMs);
  }

  /** Hands out nothing more: the iteration ends with what is being dealt with now. */
  stop(): void {
    this.#reader.close();
  }

  /** Commits what was dealt with and leaves the group, at once. Fails as the last commit does. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #newMember(): GroupMember {
    const { assignors, ...settings } = this.#settings;
    const modules = {
      cluster: this.#cluster,
      coordinators: this.#coordinators,
      handler: this.#handler(),
    };
    const giveUpAfterMs = this.#options.giveUpAfterMs ?? this.#cluster.options.operationTimeoutMs;
    const memberOptions = { ...settings, giveUpAfterMs, lane: this.#lane };
    if (settings.protocol === 'consumer') return new ConsumerMember(memberOptions, modules);
    return new ClassicMember(
      { ...memberOptions, assignors: assignors.map(assignorNamed) },
      modules,
    );
  }

  #handler(): GroupMemberHandler {
    return {
      topics: () => this.#topics(),
      revoke: (partitions) => this.#revoke(partitions),
      assign: (partitions) => this.#assign(partitions),
      settled: () => this.#reader.expectMore(this.#settings.until === undefined),
      lost: () => this.#lose(),
      busyMs: () => (this.#busySinceMs === undefined ? 0 : this.#nowMs - this.#busySinceMs),
    };
  }

  get #nowMs(): number {
    return this.#cluster.runtime.clock.monotonicMs();
  }

  #start(): void {
    if (this.#closing !== undefined) return;
    this.#member.run().catch((error: unknown) => this.#reader.fail(asError(error)));
    if (this.#settings.autoCommitIntervalMs > 0) this.#commits.start();
  }

  async #topics(): Promise<readonly TopicMetadata[]> {
    const { topics } = this.#settings;
    if (typeof topics !== 'function') return (await this.#cluster.metadata(topics)).topics;
    const all = await this.#cluster.metadata('all');
    return all.topics.filter(({ name }) => topics(name));
  }

  async #assign(partitions: readonly TopicPartition[]): Promise<void> {
    const life = this.#life;
    const ranges = await this.#starts.of(partitions);
    if (life !== this.#life) return;
    for (const range of ranges) {
      if (this.#seen.has(partitionKey(range))) continue;
      this.#seen.add(partitionKey(range));
      this.#offsetCount += Math.max(0, (range.endOffset ?? 0) - range.startOffset);
    }
    this.#positions.add(ranges);
    this.#reader.addOffsets(ranges);
  }

  async #revoke(partitions: readonly TopicPartition[]): Promise<void> {
    this.#reader.expectMore(true);
    this.#positions.hold(partitions);
    this.#reader.remove(partitions);
    if (this.#busySinceMs !== undefined && this.#closing === undefined) {
      await new Promise<void>((resolve) => this.#onReturned.push(resolve));
    }
    try {
      await this.#commit(partitions, closeTimeoutMs);
    } catch (error) {
      // Whoever is given them reads the last records again: nothing is lost.
      if (!isOfMembership(error)) throw error;
    }
    this.#positions.drop(partitions);
  }

  #lose(): void {
    this.#life++;
    this.#reader.expectMore(true);
    this.#reader.remove(this.partitions);
    this.#positions.clear();
  }

  /** The caller has come back for more, or never will. */
  #returned(): void {
    this.#busySinceMs = undefined;
    for (const resolve of this.#onReturned.splice(0)) resolve();
  }

  async #autoCommit(): Promise<void> {
    try {
      await this.#commit(undefined, 0);
    } catch (error) {
      // Tried again with the next one, unless it is of no use.
      if (!isOfMembership(error)) this.#reader.fail(asError(error));
    }
  }

  #commit(partitions: readonly TopicPartition[] | undefined, timeoutMs: number): Promise<void> {
    const { groupId } = this.#settings;
    const commit = this.#lastCommit.then(() =>
      this.#cluster.retrying(
        `OffsetCommit of group ${groupId}`,
        () => this.#commitOnce(partitions),
        timeoutMs,
      ),
    );
    this.#lastCommit = commit.catch(() => {});
    return commit;
  }

  async #commitOnce(partitions: readonly TopicPartition[] | undefined): Promise<void> {
    const offsets = this.#positions.toCommit(partitions);
    if (offsets.length === 0) return;
    const outcomes = await commitOffsets(this.#coordinators, this.#settings.groupId, offsets, {
      identity: this.#member.identity,
      timeoutMs: closeTimeoutMs,
    });
    let failure: OdradekError | undefined;
    for (const [index, outcome] of outcomes.entries()) {
      const offset = offsets[index];
      if (!('error' in outcome)) {
        if (offset !== undefined) this.#positions.committed(offset);
      } else if (outcome.error.code !== 'UNKNOWN_TOPIC') {
        // For a topic that has gone there is nothing to remember.
        failure ??= outcome.error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  async #close(): Promise<void> {
    this.#reader.close();
    this.#commits.stop();
    this.#returned();
    try {
      await this.#commitLast();
    } finally {
      await this.#member.leave(closeTimeoutMs);
      this.#life++;
      this.#cluster.closeLane(this.#lane);
    }
  }

  /** Also through the moment of a rebalance in which no commits are taken. */
  async #commitLast(): Promise<void> {
    const deadlineMs = this.#nowMs + closeTimeoutMs;
    for (;;) {
      try {
        return await this.#commit(undefined, closeTimeoutMs);
      } catch (error) {
        const code = hasCode(error, 'BROKER_REFUSED') ? error.details.errorCode : errorCodes.NONE;
        const isPassing =
          code === errorCodes.REBALANCE_IN_PROGRESS || code === errorCodes.STALE_MEMBER_EPOCH;
        if (!isPassing || this.#nowMs >= deadlineMs) throw error;
        await delay(this.#cluster.runtime, this.#cluster.backoffMs(0));
      }
    }
  }
}

/** Whether the failure of a commit will be cleared up by the membership, or by trying again. */
function isOfMembership(error: unknown): boolean {
  if (hasCode(error, 'BROKER_REFUSED') && membershipCodes.has(error.details.errorCode)) return true;
  return isRetriable(error);
}

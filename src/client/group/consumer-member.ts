import { errorCodes } from '../../protocol/error-codes.ts';
import type { ConsumerGroupHeartbeatResponse } from '../../protocol/messages/consumer-group-heartbeat.ts';
import { decodeUuid, uuidBytes } from '../../protocol/uuid.ts';
import { hasCode } from '../../util/odradek-error.ts';
import { apis } from '../apis.ts';
import { asError, isRetriable, timedOut } from '../client-errors.ts';
import type { Cluster } from '../cluster.ts';
import type { GroupCoordinators } from './group-coordinators.ts';
import type { GroupMember, GroupMemberHandler, GroupMemberOptions } from './group-member.ts';
import type { CommitIdentity } from './group-offsets.ts';
import { Pause } from './pause.ts';
import { Repeater } from './repeater.ts';
import { byTopic, partitionKey, type TopicPartition } from './topic-partition.ts';

/** Epochs with a meaning of their own: to join, to leave, and to be back as the same static member. */
const epochs = { join: 0, leave: -1, leaveForAWhile: -2 } as const;

/** Before the coordinator has said how often it wants to hear of the member. */
const firstIntervalMs = 1000;

/** Assignments are made behind the answers: who has just joined and has nothing asks again as soon. */
const newMemberIntervalMs = 250;

/**
 * Without partitions for two intervals, and for so long, none are expected for now. Until then others may have to
 * give them up first, and the coordinator may wait between two assignments.
 */
const emptyMsMin = 3000;

/** By topic id, as the coordinator assigns. */
type Target = NonNullable<ConsumerGroupHeartbeatResponse['assignment']>['topicPartitions'];

/**
 * A member of a group of the next generation (KIP-848): one request says all, and the coordinator answers with
 * what the member is to read. What it is to give up it gives up first; then it says so, and gets what is new.
 */
export class ConsumerMember implements GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #cluster: Cluster;
  readonly #coordinators: GroupCoordinators;
  readonly #handler: GroupMemberHandler;
  readonly #topicLooks: Repeater;
  readonly #pause: Pause;
  readonly #memberId: string;
  #memberEpoch: number = epochs.join;
  #intervalMs = firstIntervalMs;
  #topicNames: readonly string[] = [];
  #owned: readonly TopicPartition[] = [];
  /** What it is about to read, while it finds out from where: its own already, for the coordinator. */
  #taking: readonly TopicPartition[] = [];
  #target: Target | undefined;
  #isReconciling = false;
  /** Changes when the group takes everything away: what was begun before does not count. */
  #life = 0;
  /** Since when the member is there and has nothing to read. */
  #emptySinceMs = 0;
  /** What the next request has to say, beside that the member is there. */
  #tells = { topics: false, owned: false };
  #failure: Error | undefined;
  /** The coordinator may know the member. */
  #hasAsked = false;
  #hasLeft = false;

  constructor(
    options: GroupMemberOptions,
    modules: {
      cluster: Cluster;
      coordinators: GroupCoordinators;
      handler: GroupMemberHandler;
    },
  ) {
    this.#options = options;
    this.#cluster = modules.cluster;
    this.#coordinators = modules.coordinators;
    this.#handler = modules.handler;
    const { timers, random } = modules.cluster.runtime;
    this.#memberId = decodeUuid(random.bytes(uuidBytes), 0);
    this.#pause = new Pause({ timers });
    this.#topicLooks = new Repeater(
      { everyMs: () => options.topicsRefreshMs, act: () => this.#lookAtTopics() },
      { timers },
    );
  }

  get identity(): CommitIdentity {
    const { instanceId } = this.#options;
    return { memberId: this.#memberId, generationId: this.#memberEpoch, instanceId };
  }

  async run(): Promise<void> {
    this.#topicLooks.start();
    let failingSinceMs: number | undefined;
    for (let tries = 0; !this.#hasLeft;) {
      try {
        await this.#beat();
        [failingSinceMs, tries] = [undefined, 0];
        if (!this.#tells.owned && !this.#tells.topics) await this.#pause.wait(this.#nextBeatMs);
      } catch (error) {
        if (this.#hasLeft) return;
        failingSinceMs ??= this.#nowMs;
        this.#onFailed(error, failingSinceMs);
        // Nobody knows what the coordinator has heard: it is told all.
        this.#tells = { topics: true, owned: true };
        await this.#pause.wait(this.#cluster.backoffMs(tries++));
      }
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async leave(timeoutMs: number): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#topicLooks.stop();
    this.#pause.end();
    const isStatic = this.#options.instanceId !== null;
    await this.#sendLeave(isStatic ? epochs.leaveForAWhile : epochs.leave, timeoutMs);
  }

  get #nowMs(): number {
    return this.#cluster.runtime.clock.monotonicMs();
  }

  get #nextBeatMs(): number {
    const isNew = this.#owned.length === 0 && this.#nowMs - this.#emptySinceMs < this.#intervalMs;
    return isNew ? Math.min(newMemberIntervalMs, this.#intervalMs) : this.#intervalMs;
  }

  async #beat(): Promise<void> {
    const { groupId, maxPollIntervalMs } = this.#options;
    if (this.#memberEpoch === epochs.join) await this.#prepareToJoin();
    else if (this.#handler.busyMs() > maxPollIntervalMs) {
      await this.#sendLeave(epochs.leave, maxPollIntervalMs);
      this.#lose();
      await this.#prepareToJoin();
    }
    if (this.#hasLeft) return;
    const life = this.#life;
    const response = await this.#request();
    if (this.#hasLeft || life !== this.#life) return;
    if (response.errorCode !== errorCodes.NONE) {
      const { errorCode, errorMessage } = response;
      throw this.#coordinators.refused(
        groupId,
        `heartbeat to group ${groupId}`,
        errorCode,
        errorMessage,
      );
    }
    if (this.#memberEpoch === epochs.join) this.#emptySinceMs = this.#nowMs;
    this.#memberEpoch = response.memberEpoch;
    this.#intervalMs = response.heartbeatIntervalMs;
    if (response.assignment !== null) this.#target = response.assignment.topicPartitions;
    void this.#reconcile();
  }

  /** What was handed out before is dealt with, and what the member subscribes to is known. */
  async #prepareToJoin(): Promise<void> {
    await this.#handler.revoke([]);
    const topics = await this.#handler.topics();
    this.#topicNames = topics.map(({ name }) => name);
    this.#tells = { topics: true, owned: true };
  }

  #request(): Promise<ConsumerGroupHeartbeatResponse> {
    const { groupId, instanceId, maxPollIntervalMs, lane } = this.#options;
    const isJoining = this.#memberEpoch === epochs.join;
    const { topics, owned } = this.#tells;
    this.#tells = { topics: false, owned: false };
    this.#hasAsked = true;
    return this.#coordinators.request(
      groupId,
      apis.consumerGroupHeartbeat,
      {
        groupId,
        memberId: this.#memberId,
        memberEpoch: this.#memberEpoch,
        instanceId,
        rebalanceTimeoutMs: topics || isJoining ? maxPollIntervalMs : -1,
        subscribedTopicNames: topics || isJoining ? this.#topicNames : null,
        topicPartitions: owned || isJoining ? this.#ownedById() : null,
      },
      { lane },
    );
  }

  #ownedById(): Target {
    return [...byTopic([...this.#owned, ...this.#taking])].flatMap(([topic, items]) => {
      const topicId = this.#cluster.topicId(topic);
      const partitions = items.map(({ partition }) => partition);
      return topicId === undefined ? [] : [{ topicId, partitions }];
    });
  }

  /** Brings what is read to what is to be read, while heartbeats go on. One at a time. */
  async #reconcile(): Promise<void> {
    if (this.#isReconciling) return;
    this.#isReconciling = true;
    const life = this.#life;
    try {
      while (this.#target !== undefined && life === this.#life && !this.#hasLeft) {
        const target = this.#target;
        const partitions = await this.#named(target);
        // The cluster's metadata may come later than the coordinator's: there is a next heartbeat.
        if (partitions === undefined) return;
        await this.#become(partitions, life);
        if (target === this.#target && life === this.#life) this.#target = undefined;
      }
      if (life === this.#life) this.#settle();
    } catch (error) {
      if (!isRetriable(error)) this.#fail(asError(error));
    } finally {
      this.#isReconciling = false;
    }
  }

  async #become(partitions: readonly TopicPartition[], life: number): Promise<void> {
    const before = new Set(this.#owned.map(partitionKey));
    const after = new Set(partitions.map(partitionKey));
    const revoked = this.#owned.filter((item) => !after.has(partitionKey(item)));
    if (revoked.length > 0) await this.#handler.revoke(revoked);
    if (life !== this.#life) return;
    this.#owned = this.#owned.filter((item) => after.has(partitionKey(item)));
    this.#taking = partitions.filter((item) => !before.has(partitionKey(item)));
    try {
      await this.#handler.assign(this.#taking);
      if (life !== this.#life) return;
      this.#owned = partitions;
    } finally {
      if (life === this.#life) this.#taking = [];
    }
    this.#emptySinceMs = this.#nowMs;
    this.#tells.owned = true;
    this.#pause.end();
  }

  #settle(): void {
    const emptyMs = this.#nowMs - this.#emptySinceMs;
    const expectedMs = Math.max(2 * this.#intervalMs, emptyMsMin);
    const isExpecting = this.#owned.length === 0 && emptyMs < expectedMs;
    if (!isExpecting) this.#handler.settled();
  }

  /** The partitions by the names of their topics; undefined where one is not known yet. */
  async #named(target: Target): Promise<readonly TopicPartition[] | undefined> {
    const isKnown = target.every(({ topicId }) => this.#cluster.topicName(topicId) !== undefined);
    if (!isKnown) await this.#cluster.metadata(this.#topicNames);
    const partitions: TopicPartition[] = [];
    for (const { topicId, partitions: numbers } of target) {
      const topic = this.#cluster.topicName(topicId);
      if (topic === undefined) return undefined;
      for (const partition of numbers) partitions.push({ topic, partition });
    }
    return partitions;
  }

  async #lookAtTopics(): Promise<void> {
    if (this.#memberEpoch === epochs.join) return;
    try {
      const names = (await this.#handler.topics()).map(({ name }) => name).toSorted();
      if (names.join(' ') === this.#topicNames.toSorted().join(' ')) return;
      this.#topicNames = names;
      this.#tells.topics = true;
      this.#pause.end();
    } catch (error) {
      // There is a next time, also where a broker is away for a while.
      if (!isRetriable(error)) this.#fail(asError(error));
    }
  }

  #lose(): void {
    this.#life++;
    this.#memberEpoch = epochs.join;
    this.#owned = [];
    this.#taking = [];
    this.#target = undefined;
    this.#handler.lost();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#pause.end();
  }

  /** Throws where there is no hope. */
  #onFailed(error: unknown, failingSinceMs: number): void {
    const code = hasCode(error, 'BROKER_REFUSED') ? error.details.errorCode : errorCodes.NONE;
    switch (code) {
      case errorCodes.UNKNOWN_MEMBER_ID:
      case errorCodes.FENCED_MEMBER_EPOCH:
        return this.#lose();
      default: {
        const { groupId, giveUpAfterMs } = this.#options;
        // The member before may take until its session timeout to be gone.
        const isPassing = isRetriable(error) || code === errorCodes.UNRELEASED_INSTANCE_ID;
        if (!isPassing) throw error;
        const isTooLong = giveUpAfterMs > 0 && this.#nowMs - failingSinceMs >= giveUpAfterMs;
        if (isTooLong) throw timedOut(`membership in group ${groupId}`, giveUpAfterMs, error);
      }
    }
  }

  async #sendLeave(memberEpoch: number, timeoutMs: number): Promise<void> {
    const { groupId, instanceId } = this.#options;
    if (!this.#hasAsked) return;
    try {
      // On the lane, so that it does not overtake a request to join.
      const request = { groupId, memberId: this.#memberId, memberEpoch, instanceId };
      await this.#coordinators.request(groupId, apis.consumerGroupHeartbeat, request, {
        timeoutMs,
      });
    } catch (error) {
      // Then the session timeout tells the coordinator.
      if (!isRetriable(error) && !hasCode(error, 'BROKER_REFUSED')) throw error;
    }
  }
}

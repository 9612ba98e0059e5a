import { errorCodes } from '../../protocol/error-codes.ts';
import type { JoinGroupResponse } from '../../protocol/messages/join-group.ts';
import { hasCode } from '../../util/odradek-error.ts';
import { apis } from '../apis.ts';
import { asError, isRetriable, timedOut } from '../client-errors.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../cluster-metadata.ts';
import type { Assignor } from './assignor.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.ts';
import type { GroupCoordinators } from './group-coordinators.ts';
import type { GroupMember, GroupMemberHandler, GroupMemberOptions } from './group-member.ts';
import type { CommitIdentity } from './group-offsets.ts';
import { Pause } from './pause.ts';
import { Repeater } from './repeater.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** What the classic protocol needs to know beside. */
export interface ClassicMemberOptions extends GroupMemberOptions {
  /** Offered to the group, the one that is liked best first. */
  readonly assignors: readonly Assignor[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** The coordinator holds JoinGroup and SyncGroup for as long as it gives the other members. */
const beyondRebalanceMs = 5000;

/**
 * A member of a classic group: JoinGroup, SyncGroup, then heartbeats until something asks for another round.
 * Where all assignors are cooperative, what stays with the member is read on through a rebalance (KIP-429);
 * else everything is given up before.
 */
export class ClassicMember implements GroupMember {
  readonly #options: ClassicMemberOptions;
  readonly #cluster: Cluster;
  readonly #coordinators: GroupCoordinators;
  readonly #handler: GroupMemberHandler;
  readonly #isCooperative: boolean;
  readonly #heartbeats: Repeater;
  readonly #topicLooks: Repeater;
  readonly #pause: Pause;
  #memberId = '';
  #generationId = -1;
  #owned: readonly TopicPartition[] = [];
  /** Of the topics as they were when the group was joined. */
  #topicIds: ReadonlyMap<string, string | undefined> = new Map();
  /** The topics whose partitions this member shares out, as their leader. */
  #ledTopics: readonly string[] = [];
  /** The topics as they were when the group was joined. */
  #snapshot = '';
  /** Why the group is to be joined again. */
  #disturbance: string | undefined;
  #failure: Error | undefined;
  #hasLeft = false;

  constructor(
    options: ClassicMemberOptions,
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
    this.#isCooperative = options.assignors.every(({ isCooperative }) => isCooperative);
    const { timers } = modules.cluster.runtime;
    this.#pause = new Pause({ timers });
    this.#heartbeats = new Repeater(
      { everyMs: () => options.heartbeatIntervalMs, act: () => this.#beat() },
      { timers },
    );
    this.#topicLooks = new Repeater(
      { everyMs: () => options.topicsRefreshMs, act: () => this.#lookAtTopics() },
      { timers },
    );
  }

  get identity(): CommitIdentity {
    const { instanceId } = this.#options;
    return { memberId: this.#memberId, generationId: this.#generationId, instanceId };
  }

  async run(): Promise<void> {
    let failingSinceMs: number | undefined;
    for (let tries = 0; !this.#hasLeft;) {
      try {
        await this.#join();
        [failingSinceMs, tries] = [undefined, 0];
        await this.#untilDisturbed();
      } catch (error) {
        if (this.#hasLeft) return;
        failingSinceMs ??= this.#nowMs;
        this.#onFailed(error, failingSinceMs);
        // The next round waits for all members by itself.
        const isNextRound = tries === 0 && isOfRebalance(error);
        if (isNextRound) tries++;
        else await this.#pause.wait(this.#cluster.backoffMs(tries++));
      }
    }
  }

  async leave(timeoutMs: number): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#heartbeats.stop();
    this.#topicLooks.stop();
    this.#pause.end();
    // A static member comes back: its place is kept for the session timeout.
    if (this.#options.instanceId === null) await this.#sendLeave('the consumer closes', timeoutMs);
  }

  get #nowMs(): number {
    return this.#cluster.runtime.clock.monotonicMs();
  }

  /** One round: after it the member has its share, of this generation. */
  async #join(): Promise<void> {
    const reason = this.#disturbance ?? null;
    this.#topicLooks.stop();
    const topics = await this.#handler.topics();
    const given = new Set(this.#givenUpFor(topics));
    await this.#handler.revoke([...given]);
    this.#owned = this.#owned.filter((item) => !given.has(item));
    if (this.#hasLeft) return;
    this.#heartbeats.stop();
    this.#disturbance = undefined;
    const joined = await this.#joinGroup(topics, reason);
    if (this.#hasLeft) return;
    this.#generationId = joined.generationId;
    this.#memberId = joined.memberId;
    const isLeader = joined.leader === joined.memberId;
    const shares = isLeader ? await this.#sharesFor(joined) : [];
    if (!isLeader) this.#ledTopics = [];
    const assignment = await this.#syncGroup(joined, shares);
    if (this.#hasLeft) return;
    this.#heartbeats.start();
    await this.#adopt(assignment);
    this.#topicIds = new Map(topics.map(({ name, topicId }) => [name, topicId]));
    this.#snapshot = await this.#snapshotOf(topics);
    if (!this.#hasLeft) this.#topicLooks.start();
  }

  /** What is given up before a round: all, or where that is not needed, what is left of topics that went. */
  #givenUpFor(topics: readonly TopicMetadata[]): readonly TopicPartition[] {
    if (!this.#isCooperative) return this.#owned;
    const ids = new Map(topics.map(({ name, topicId }) => [name, topicId]));
    // One that came back under the same name is another topic.
    return this.#owned.filter(
      ({ topic }) => !ids.has(topic) || ids.get(topic) !== this.#topicIds.get(topic),
    );
  }

  async #joinGroup(
    topics: readonly TopicMetadata[],
    reason: string | null,
  ): Promise<JoinGroupResponse> {
    const { groupId, instanceId, assignors, sessionTimeoutMs, maxPollIntervalMs } = this.#options;
    const metadata = encodeSubscription({
      topics: topics.map(({ name }) => name),
      owned: this.#owned,
      generationId: this.#generationId,
    });
    for (;;) {
      const response = await this.#coordinators.request(
        groupId,
        apis.joinGroup,
        {
          groupId,
          sessionTimeoutMs,
          rebalanceTimeoutMs: maxPollIntervalMs,
          memberId: this.#memberId,
          groupInstanceId: instanceId,
          protocolType: 'consumer',
          protocols: assignors.map(({ name }) => ({ name, metadata })),
          reason,
        },
        { timeoutMs: maxPollIntervalMs + beyondRebalanceMs, lane: this.#options.lane },
      );
      if (response.errorCode === errorCodes.NONE) return response;
      if (response.errorCode !== errorCodes.MEMBER_ID_REQUIRED || this.#hasLeft) {
        throw this.#coordinators.refused(groupId, `join group ${groupId}`, response.errorCode);
      }
      this.#memberId = response.memberId;
    }
  }

  /** Shares the partitions of all that the members subscribe to. */
  async #sharesFor(joined: JoinGroupResponse): Promise<readonly Share[]> {
    const members = joined.members.map(({ memberId, groupInstanceId, metadata }) => ({
      memberId,
      instanceId: groupInstanceId,
      ...decodeSubscription(metadata),
    }));
    const names = new Set(members.flatMap(({ topics }) => topics));
    this.#ledTopics = [...names];
    if (joined.skipAssignment) return [];
    const { topics } = await this.#cluster.metadata(this.#ledTopics);
    const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    const assignor = this.#options.assignors.find(({ name }) => name === joined.protocolName);
    const assignment = assignor?.assign(members, counts) ?? new Map<string, TopicPartition[]>();
    return [...assignment].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment(partitions),
    }));
  }

  async #syncGroup(
    { protocolType, protocolName }: JoinGroupResponse,
    assignments: readonly Share[],
  ): Promise<readonly TopicPartition[]> {
    const { groupId, instanceId, maxPollIntervalMs, lane } = this.#options;
    const response = await this.#coordinators.request(
      groupId,
      apis.syncGroup,
      {
        groupId,
        generationId: this.#generationId,
        memberId: this.#memberId,
        groupInstanceId: instanceId,
        protocolType: protocolType ?? 'consumer',
        protocolName,
        assignments,
      },
      { timeoutMs: maxPollIntervalMs + beyondRebalanceMs, lane },
    );
    if (response.errorCode !== errorCodes.NONE) {
      throw this.#coordinators.refused(groupId, `sync group ${groupId}`, response.errorCode);
    }
    return decodeAssignment(response.assignment);
  }

  /** Takes what is new. What is to go to others is given up, and the group joined again so that they get it. */
  async #adopt(assignment: readonly TopicPartition[]): Promise<void> {
    const { round } = this.#heartbeats;
    const before = new Set(this.#owned.map(partitionKey));
    const now = new Set(assignment.map(partitionKey));
    const revoked = this.#owned.filter((item) => !now.has(partitionKey(item)));
    const added = assignment.filter((item) => !before.has(partitionKey(item)));
    if (revoked.length > 0) {
      await this.#handler.revoke(revoked);
      this.#disturb('gave up partitions that are to go to others');
    }
    this.#owned = this.#owned.filter((item) => now.has(partitionKey(item)));
    await this.#handler.assign(added);
    // The group may have gone on without this member meanwhile, or the member may have left.
    if (round !== this.#heartbeats.round) return;
    this.#owned = assignment;
    if (this.#disturbance === undefined) this.#handler.settled();
  }

  async #untilDisturbed(): Promise<void> {
    while (this.#disturbance === undefined && this.#failure === undefined && !this.#hasLeft) {
      await this.#pause.wait();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #disturb(reason: string): void {
    this.#disturbance ??= reason;
    this.#pause.end();
  }

  async #beat(): Promise<void> {
    const { groupId, instanceId, maxPollIntervalMs, lane } = this.#options;
    const { round } = this.#heartbeats;
    if (this.#handler.busyMs() > maxPollIntervalMs) return this.#stepBack();
    try {
      const { errorCode } = await this.#coordinators.request(
        groupId,
        apis.heartbeat,
        {
          groupId,
          generationId: this.#generationId,
          memberId: this.#memberId,
          groupInstanceId: instanceId,
        },
        { lane },
      );
      // An answer from before the group was joined anew says nothing of now.
      if (round === this.#heartbeats.round) this.#onHeartbeat(errorCode);
    } catch (error) {
      if (round === this.#heartbeats.round && !isRetriable(error)) this.#fail(asError(error));
    }
  }

  #onHeartbeat(errorCode: number): void {
    switch (errorCode) {
      case errorCodes.NONE:
        return;
      case errorCodes.REBALANCE_IN_PROGRESS:
        return this.#disturb('the group rebalances');
      case errorCodes.UNKNOWN_MEMBER_ID:
      case errorCodes.ILLEGAL_GENERATION:
        this.#lose(errorCode);
        return this.#disturb('the group went on without this member');
      default: {
        const { groupId } = this.#options;
        const operation = `heartbeat to group ${groupId}`;
        const error = this.#coordinators.refused(groupId, operation, errorCode);
        if (!isRetriable(error)) this.#fail(error);
      }
    }
  }

  /** Others read on; who comes back joins again. */
  async #stepBack(): Promise<void> {
    await this.#sendLeave(
      'busy for longer than the poll interval',
      this.#options.maxPollIntervalMs,
    );
    this.#lose(errorCodes.UNKNOWN_MEMBER_ID);
    this.#disturb('back from being busy');
  }

  #lose(errorCode: number): void {
    if (errorCode === errorCodes.UNKNOWN_MEMBER_ID) this.#memberId = '';
    this.#generationId = -1;
    this.#owned = [];
    this.#heartbeats.stop();
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
      case errorCodes.ILLEGAL_GENERATION:
        return this.#lose(code);
      case errorCodes.REBALANCE_IN_PROGRESS:
        return;
      default: {
        const { groupId, giveUpAfterMs } = this.#options;
        if (!isRetriable(error)) throw error;
        const isTooLong = giveUpAfterMs > 0 && this.#nowMs - failingSinceMs >= giveUpAfterMs;
        if (isTooLong) throw timedOut(`membership in group ${groupId}`, giveUpAfterMs, error);
      }
    }
  }

  async #lookAtTopics(): Promise<void> {
    const { round } = this.#topicLooks;
    try {
      const snapshot = await this.#snapshotOf(await this.#handler.topics());
      const hasChanged = round === this.#topicLooks.round && snapshot !== this.#snapshot;
      if (hasChanged) this.#disturb('the topics have changed');
    } catch (error) {
      // There is a next time, also where a broker is away for a while.
      if (!isRetriable(error)) this.#fail(asError(error));
    }
  }

  /** What a change of asks for another round: of the member's own topics, and as a leader of the group's. */
  async #snapshotOf(own: readonly TopicMetadata[]): Promise<string> {
    const ownNames = new Set(own.map(({ name }) => name));
    const others = this.#ledTopics.filter((name) => !ownNames.has(name));
    const led = others.length === 0 ? [] : (await this.#cluster.metadata(others)).topics;
    const isLeader = this.#ledTopics.length > 0;
    // Only the leader can act on more partitions; all others only on topics that come and go.
    const lines = [...own, ...led].map(({ name, topicId, partitions }) =>
      isLeader ? `${name} ${topicId} ${partitions.length}` : `${name} ${topicId}`,
    );
    return lines.toSorted().join('\n');
  }

  async #sendLeave(reason: string, timeoutMs: number): Promise<void> {
    const { groupId } = this.#options;
    const memberId = this.#memberId;
    if (memberId === '') return;
    try {
      // Not on the lane, where a JoinGroup may wait.
      const connection = await this.#coordinators.connectionTo(groupId);
      const isBatched = (connection.versionOf(apis.leaveGroup) ?? 0) >= 3;
      const who = isBatched ? { members: [{ memberId, reason }] } : { memberId };
      await connection.request(
        apis.leaveGroup,
        { groupId, memberId: '', members: [], ...who },
        { timeoutMs },
      );
    } catch (error) {
      // Then the session timeout tells the coordinator.
      if (!isRetriable(error) && !hasCode(error, 'BROKER_REFUSED')) throw error;
    }
  }
}

/** Whether the group has begun another round. */
function isOfRebalance(error: unknown): boolean {
  return (
    hasCode(error, 'BROKER_REFUSED') && error.details.errorCode === errorCodes.REBALANCE_IN_PROGRESS
  );
}

interface Share {
  readonly memberId: string;
  readonly assignment: Uint8Array;
}

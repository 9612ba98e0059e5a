import type { RequestContext } from '../../../src/coordinator/group/group-events.ts';
import { errorCodes } from '../../../src/protocol/error-codes.ts';
import { commit } from './classic-member.ts';
import { MemberLife } from './member-life.ts';
import { isRefusal, type Member, type MemberWorld } from './member.ts';

const retryMs = 100;

/** How a member with the consumer protocol is. */
export interface ConsumerMemberOptions {
  readonly name: string;
  readonly groupId: string;
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly regex: string | null;
  readonly assignor: string | null;
  readonly rebalanceTimeoutMs: number;
}

interface HeartbeatAnswer {
  readonly errorCode: number;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment: {
    readonly topicPartitions: readonly {
      readonly topicId: string;
      readonly partitions: readonly number[];
    }[];
  } | null;
}

/** A consumer with the protocol of KIP-848: it says what it owns and is told what to give up and to take. */
export class ConsumerMember implements Member {
  readonly life: MemberLife;
  readonly topics: readonly string[];
  readonly #options: ConsumerMemberOptions;
  readonly #world: MemberWorld;
  #memberEpoch = 0;
  /** What it was told to own last. */
  #target = new Set<string>();
  /** Whether the coordinator may not know all about it. */
  #tellsAll = true;

  constructor(options: ConsumerMemberOptions, world: MemberWorld) {
    this.life = new MemberLife(options, world);
    this.topics = options.topics;
    this.#options = options;
    this.#world = world;
  }

  #context(apiVersion: number): RequestContext {
    return { apiVersion, clientId: this.#options.name, clientHost: '/127.0.0.1' };
  }

  start(): void {
    this.#heartbeat();
  }

  leave(): void {
    if (!this.life.isLive) return;
    this.life.crash();
    this.#send(-1, () => {});
  }

  #send(memberEpoch: number, answered: (answer: HeartbeatAnswer | undefined) => void): void {
    const { memberId, topics, regex, assignor, rebalanceTimeoutMs } = this.#options;
    const all = memberEpoch === 0 || this.#tellsAll;
    this.#world.ask(
      this.#options.groupId,
      (ref) => ({
        kind: 'consumerGroupHeartbeat',
        context: this.#context(1),
        request: {
          groupId: this.#options.groupId,
          memberId,
          memberEpoch,
          instanceId: null,
          rackId: null,
          rebalanceTimeoutMs: all ? rebalanceTimeoutMs : -1,
          subscribedTopicNames: all && regex === null ? [...topics] : null,
          subscribedTopicRegex: all ? regex : null,
          serverAssignor: all ? assignor : null,
          topicPartitions: memberEpoch === 0 ? [] : memberEpoch < 0 ? null : this.#ownedByTopic(),
        },
        ref,
      }),
      (response) => answered(isRefusal(response) ? undefined : (response as HeartbeatAnswer)),
    );
  }

  #ownedByTopic(): { topicId: string; partitions: number[] }[] {
    const byTopic = new Map<string, number[]>();
    for (const key of this.life.owned) {
      const [topic = '', index = '0'] = key.split(':');
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), Number(index)]);
    }
    return Array.from(byTopic, ([topic, partitions]) => ({
      topicId: this.#world.topicIdOf(topic),
      partitions,
    }));
  }

  #heartbeat(): void {
    if (this.life.isSettled && this.#world.below(3) === 0) this.#commit();
    this.#send(
      this.#memberEpoch,
      this.life.inThisTurn((answer) => {
        if (answer !== undefined) return this.#answered(answer);
        // Whatever it said may be lost with the coordinator that it said it to.
        this.#tellsAll = true;
        return this.life.later(retryMs, () => this.#heartbeat());
      }),
    );
  }

  #answered(answer: HeartbeatAnswer): void {
    switch (answer.errorCode) {
      case errorCodes.NONE:
        break;
      case errorCodes.UNKNOWN_MEMBER_ID:
      case errorCodes.FENCED_MEMBER_EPOCH:
      // It was removed, and the group is a classic one meanwhile. Clients end with that, and are started again.
      case errorCodes.GROUP_ID_NOT_FOUND:
        if (answer.errorCode === errorCodes.UNKNOWN_MEMBER_ID) this.#world.tally.expiries++;
        else this.#world.tally.fencings++;
        this.life.giveUpAll();
        this.#target.clear();
        this.#memberEpoch = 0;
        this.#tellsAll = true;
        return this.life.later(1, () => this.#heartbeat());
      default:
        this.#tellsAll = true;
        return this.life.later(retryMs, () => this.#heartbeat());
    }
    this.#tellsAll = false;
    if (answer.memberEpoch > this.#memberEpoch) this.#world.tally.rebalances++;
    this.#memberEpoch = answer.memberEpoch;
    if (answer.assignment !== null) this.#follow(answer.assignment.topicPartitions);
    this.#hold();
    const isChanged = answer.assignment !== null;
    this.life.isSettled = !isChanged;
    // What has changed is told at once, as clients do.
    this.life.later(isChanged ? 1 : answer.heartbeatIntervalMs, () => this.#heartbeat());
  }

  /** Gives up what it is to give up, and takes what it is given. */
  #follow(topicPartitions: NonNullable<HeartbeatAnswer['assignment']>['topicPartitions']): void {
    this.#target = new Set(
      topicPartitions.flatMap(({ topicId, partitions }) => {
        const topic = this.#world.topicNameOf(topicId);
        return topic === undefined ? [] : partitions.map((index) => `${topic}:${index}`);
      }),
    );
    for (const key of this.life.owned) if (!this.#target.has(key)) this.life.giveUp(key);
  }

  #hold(): void {
    for (const key of this.#target) this.life.take(key, this.#memberEpoch, null);
  }

  #commit(): void {
    const key = this.life.ownedAtRandom();
    if (key === undefined) return;
    commit(this.#world, {
      groupId: this.#options.groupId,
      key,
      memberId: this.#options.memberId,
      instanceId: null,
      generationIdOrMemberEpoch: this.#memberEpoch,
      context: this.#context(9),
    });
  }
}

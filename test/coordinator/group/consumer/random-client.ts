import { errorName } from '../../../../src/protocol/error-codes.ts';
import type { ErrorName } from '../../../../src/protocol/error-codes.ts';
import type { HeartbeatResponse } from '../../../../src/coordinator/group/consumer/heartbeat.ts';
import type { ConsumerHost } from './consumer-host.ts';

/** What a client subscribes to. */
export interface Subscription {
  readonly names: readonly string[];
  readonly regex: string;
}

/** What became of a heartbeat. */
export type Outcome = 'answered' | 'lost' | 'no coordinator' | ErrorName;

/**
 * A client that may lose answers. What it reads is `holding`: it lets go of what it is not to own any more
 * before it takes anything new, and says so.
 */
export class RandomClient {
  readonly host: ConsumerHost;
  readonly groupId: string;
  readonly instanceId: string | null;
  memberId: string;
  memberEpoch = 0;
  subscription: Subscription;
  /** `topicId/partition`, as it reads them. */
  holding = new Set<string>();
  /** What it was told last to own. */
  told = new Set<string>();
  /** Whether it has to say all, after an error or a lost answer. */
  #mustSayAll = true;
  /** Whether what it holds has changed since it said it. */
  #mustReport = false;
  #changedSubscription = false;

  constructor(
    host: ConsumerHost,
    options: {
      readonly groupId: string;
      readonly memberId: string;
      readonly instanceId: string | null;
      readonly subscription: Subscription;
    },
  ) {
    this.host = host;
    this.groupId = options.groupId;
    this.memberId = options.memberId;
    this.instanceId = options.instanceId;
    this.subscription = options.subscription;
  }

  subscribe(subscription: Subscription): void {
    this.subscription = subscription;
    this.#changedSubscription = true;
  }

  /**
   * Lets go of what it shall not own; takes what it shall own once there is nothing left to let go of. While
   * an answer is missing it takes nothing: it has said meanwhile that it has nothing of it, and the answer may
   * have told it otherwise.
   */
  reconcile(): void {
    const kept = new Set([...this.holding].filter((partition) => this.told.has(partition)));
    if (kept.size < this.holding.size) {
      this.holding = kept;
      this.#mustReport = true;
    } else if (this.told.size > this.holding.size && !this.#mustSayAll) {
      this.holding = new Set(this.told);
      this.#mustReport = true;
    }
  }

  /** Sends a heartbeat; `loses` the answer, if it is to. */
  beat(loses = false): Outcome {
    const isJoin = this.memberEpoch === 0;
    const saysAll = isJoin || this.#mustSayAll;
    const saysTopics = saysAll || this.#changedSubscription;
    const response = this.#send({
      memberEpoch: this.memberEpoch,
      rebalanceTimeoutMs: saysAll ? 30_000 : -1,
      subscribedTopicNames: saysTopics ? [...this.subscription.names] : null,
      subscribedTopicRegex: saysTopics ? this.subscription.regex : null,
      topicPartitions: saysAll || this.#mustReport ? partitionsOf(this.holding) : null,
    });
    if (loses || response === undefined) {
      this.#mustSayAll = true;
      return loses ? 'lost' : 'no coordinator';
    }
    if (response.errorCode !== 0) return this.#failed(response);
    this.#mustSayAll = false;
    this.#mustReport = false;
    this.#changedSubscription = false;
    this.memberEpoch = response.memberEpoch;
    if (response.assignment !== null && response.assignment !== undefined) {
      this.told = new Set(
        response.assignment.topicPartitions.flatMap(({ topicId, partitions }) =>
          partitions.map((partition) => `${topicId}/${partition}`),
        ),
      );
    }
    return 'answered';
  }

  /** Says farewell. */
  leave(memberEpoch: -1 | -2): void {
    this.holding.clear();
    this.#send({
      memberEpoch,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      topicPartitions: null,
    });
  }

  #failed({ errorCode }: HeartbeatResponse): Outcome {
    const error = errorName(errorCode) ?? 'UNKNOWN_SERVER_ERROR';
    this.holding.clear();
    this.told.clear();
    this.memberEpoch = 0;
    this.#mustSayAll = true;
    return error;
  }

  #send(fields: {
    readonly memberEpoch: number;
    readonly rebalanceTimeoutMs: number;
    readonly subscribedTopicNames: string[] | null;
    readonly subscribedTopicRegex: string | null;
    readonly topicPartitions: { topicId: string; partitions: number[] }[] | null;
  }): HeartbeatResponse | undefined {
    return this.host.ask({
      kind: 'consumerGroupHeartbeat',
      context: { apiVersion: 1, clientId: 'client', clientHost: '/127.0.0.1' },
      request: {
        groupId: this.groupId,
        memberId: this.memberId,
        instanceId: this.instanceId,
        rackId: null,
        serverAssignor: null,
        ...fields,
      },
    }).reply;
  }
}

function partitionsOf(keys: ReadonlySet<string>): { topicId: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const key of keys) {
    const [topicId = '', partition] = key.split('/');
    topics.set(topicId, [...(topics.get(topicId) ?? []), Number(partition)]);
  }
  return Array.from(topics, ([topicId, partitions]) => ({ topicId, partitions }));
}

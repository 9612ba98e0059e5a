import { ByteReader } from '../../../../src/protocol/byte-reader.ts';
import { decodeMessage, encodeMessage } from '../../../../src/protocol/codec.ts';
import { errorName } from '../../../../src/protocol/error-codes.ts';
import type { ErrorName } from '../../../../src/protocol/error-codes.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../../../src/protocol/messages/consumer-protocol.ts';
import { concatenated } from '../../../../src/util/bytes.ts';
import type { ConsumerHost } from './consumer-host.ts';

/** What a classic client says when it joins. */
export interface ClassicTold {
  readonly topics: readonly string[];
  readonly instanceId?: string;
  readonly protocol?: string;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
}

const context = { apiVersion: 9, clientId: 'classic', clientHost: '/127.0.0.1' };

/** A consumer of the classic protocol, cooperative: it keeps what it owns while it joins. */
export class TestClassicMember {
  readonly host: ConsumerHost;
  readonly groupId: string;
  memberId = '';
  generationId = -1;
  protocolName = '';
  told: ClassicTold = { topics: [] };
  /** `topic-partition`, as it reads them. */
  holding = new Set<string>();
  /** Whether it leads, and whom it then has to give something. */
  followers: readonly string[] = [];

  constructor(host: ConsumerHost, groupId: string) {
    this.host = host;
    this.groupId = groupId;
  }

  /** Topics are named in its protocol; these are the ones that it was told of. */
  #topicIds = new Map<string, string>();

  /** What it reads of topics that are there still, as `topicId/partition`. */
  get holdingById(): string[] {
    return byTopic([...this.holding]).flatMap(({ topic, partitions }) => {
      const topicId = this.#topicIds.get(topic);
      const isThere = this.host.topics.byName(topic)?.topicId === topicId;
      return isThere ? partitions.map((partition) => `${topicId}/${partition}`) : [];
    });
  }

  /** Joins, with an id that it is given first. Undefined while the answer waits for others. */
  join(told: ClassicTold = this.told): ErrorName | undefined {
    this.told = told;
    const first = this.#join();
    return first === 'MEMBER_ID_REQUIRED' ? this.#join() : first;
  }

  #join(): ErrorName | undefined {
    const { topics, instanceId, protocol, sessionTimeoutMs, rebalanceTimeoutMs } = this.told;
    const { id, reply } = this.host.ask({
      kind: 'joinGroup',
      context,
      request: {
        groupId: this.groupId,
        sessionTimeoutMs: sessionTimeoutMs ?? 10_000,
        rebalanceTimeoutMs: rebalanceTimeoutMs ?? 30_000,
        memberId: this.memberId,
        groupInstanceId: instanceId ?? null,
        protocolType: 'consumer',
        protocols: [
          {
            name: protocol ?? 'cooperative-sticky',
            metadata: subscription(topics, [...this.holding]),
          },
        ],
        reason: null,
      },
    });
    this.pendingJoin = reply === undefined ? id : undefined;
    return reply === undefined ? undefined : this.joined(reply);
  }

  /** The JoinGroup that waits for an answer. */
  pendingJoin: number | undefined;

  /** Takes in the answer to a JoinGroup. */
  joined(reply: {
    readonly errorCode: number;
    readonly memberId: string;
    readonly generationId?: number;
    readonly protocolName?: string | null;
    readonly leader: string;
    readonly members: readonly { readonly memberId: string }[];
  }): ErrorName {
    this.pendingJoin = undefined;
    const error = errorName(reply.errorCode) ?? 'UNKNOWN_SERVER_ERROR';
    if (error === 'MEMBER_ID_REQUIRED') this.memberId = reply.memberId;
    if (error !== 'NONE') return error;
    this.memberId = reply.memberId;
    this.generationId = reply.generationId ?? -1;
    this.protocolName = reply.protocolName ?? '';
    this.followers = reply.members.map(({ memberId }) => memberId);
    return error;
  }

  /**
   * Asks what to read, and reads it. As a leader it gives `assignments`, by member id, each with what its
   * assignor adds.
   */
  sync(
    assignments: ReadonlyMap<string, readonly string[]> = new Map(),
    userData: string | null = null,
  ): ErrorName | undefined {
    const { id, reply } = this.host.ask({
      kind: 'syncGroup',
      context: { ...context, apiVersion: 5 },
      request: {
        groupId: this.groupId,
        generationId: this.generationId,
        memberId: this.memberId,
        groupInstanceId: this.told.instanceId ?? null,
        protocolType: 'consumer',
        protocolName: this.protocolName,
        assignments: Array.from(assignments, ([memberId, partitions]) => ({
          memberId,
          assignment: assignment(partitions, userData),
        })),
      },
    });
    this.pendingSync = reply === undefined ? id : undefined;
    return reply === undefined ? undefined : this.synced(reply);
  }

  /** The SyncGroup that waits for an answer. */
  pendingSync: number | undefined;

  /** Takes in the answer to a SyncGroup. */
  synced(reply: { readonly errorCode: number; readonly assignment: Uint8Array }): ErrorName {
    this.pendingSync = undefined;
    if (reply.errorCode === 0) {
      this.holding = new Set(assigned(reply.assignment));
      this.#topicIds = new Map();
      for (const { topic } of byTopic([...this.holding])) {
        this.#topicIds.set(topic, this.host.topics.byName(topic)?.topicId ?? '');
      }
    }
    return errorName(reply.errorCode) ?? 'UNKNOWN_SERVER_ERROR';
  }

  beat(): ErrorName | undefined {
    const { reply } = this.host.ask({
      kind: 'heartbeat',
      context: { ...context, apiVersion: 4 },
      request: {
        groupId: this.groupId,
        generationId: this.generationId,
        memberId: this.memberId,
        groupInstanceId: this.told.instanceId ?? null,
      },
    });
    return reply === undefined ? undefined : errorName(reply.errorCode);
  }

  leave(): ErrorName | undefined {
    this.holding.clear();
    const { reply } = this.host.ask({
      kind: 'leaveGroup',
      context: { ...context, apiVersion: 5 },
      request: {
        groupId: this.groupId,
        memberId: '',
        members: [
          {
            memberId: this.memberId,
            groupInstanceId: this.told.instanceId ?? null,
            reason: null,
          },
        ],
      },
    });
    return errorName(reply?.members?.[0]?.errorCode ?? reply?.errorCode ?? -1);
  }
}

function byTopic(partitions: readonly string[]): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const partition of partitions) {
    const at = partition.lastIndexOf('-');
    const topic = partition.slice(0, at);
    topics.set(topic, [...(topics.get(topic) ?? []), Number(partition.slice(at + 1))]);
  }
  return Array.from(topics, ([topic, numbers]) => ({ topic, partitions: numbers }));
}

const versionPrefix = Uint8Array.of(0, 1);

function subscription(topics: readonly string[], owned: readonly string[]): Uint8Array {
  const body = encodeMessage(consumerProtocolSubscription, 1, {
    topics,
    ownedPartitions: byTopic(owned),
  });
  return concatenated([versionPrefix, ...body]);
}

function assignment(partitions: readonly string[], userData: string | null): Uint8Array {
  const body = encodeMessage(consumerProtocolAssignment, 1, {
    assignedPartitions: byTopic(partitions),
    userData: userData === null ? null : Buffer.from(userData),
  });
  return concatenated([versionPrefix, ...body]);
}

function assigned(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  const { assignedPartitions } = decodeMessage(
    consumerProtocolAssignment,
    1,
    new ByteReader([bytes.subarray(2)]),
  );
  return assignedPartitions
    .flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}-${partition}`))
    .toSorted();
}

import type { RequestContext } from '../../../src/coordinator/group/group-events.ts';
import { ByteReader } from '../../../src/protocol/byte-reader.ts';
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts';
import { errorCodes } from '../../../src/protocol/error-codes.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../../src/protocol/messages/consumer-protocol.ts';
import { concatenated } from '../../../src/util/bytes.ts';
import { MemberLife } from './member-life.ts';
import { isRefusal, type Member, type MemberWorld } from './member.ts';

const heartbeatMs = 500;
const retryMs = 100;

/** How a classic member is. */
export interface ClassicMemberOptions {
  readonly name: string;
  readonly groupId: string;
  readonly instanceId: string | null;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

/** A consumer with the classic protocol and eager rebalances, as clients have written it for ten years. */
export class ClassicMember implements Member {
  readonly life: MemberLife;
  readonly topics: readonly string[];
  readonly #options: ClassicMemberOptions;
  readonly #world: MemberWorld;
  #memberId = '';
  #generationId = -1;

  constructor(options: ClassicMemberOptions, world: MemberWorld) {
    this.life = new MemberLife(options, world);
    this.topics = options.topics;
    this.#options = options;
    this.#world = world;
  }

  #context(apiVersion: number): RequestContext {
    return { apiVersion, clientId: this.#options.name, clientHost: '/127.0.0.1' };
  }

  start(): void {
    this.#join();
  }

  leave(): void {
    if (!this.life.isLive) return;
    const memberId = this.#memberId;
    this.life.crash();
    if (memberId === '') return;
    const { groupId, instanceId } = this.#options;
    this.#world.ask(
      groupId,
      (ref) => ({
        kind: 'leaveGroup',
        context: this.#context(5),
        request: {
          groupId,
          memberId: '',
          members: [{ memberId, groupInstanceId: instanceId, reason: null }],
        },
        ref,
      }),
      () => {},
    );
  }

  #reset(): void {
    this.#memberId = '';
    this.#generationId = -1;
  }

  #join(): void {
    this.life.giveUpAll();
    this.life.newTurn();
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, instanceId } = this.#options;
    const metadata = versioned(
      encodeMessage(consumerProtocolSubscription, 1, {
        topics: [...this.topics],
        userData: null,
        ownedPartitions: [],
      }),
    );
    this.#world.ask(
      groupId,
      (ref) => ({
        kind: 'joinGroup',
        context: this.#context(9),
        request: {
          groupId,
          sessionTimeoutMs,
          rebalanceTimeoutMs,
          memberId: this.#memberId,
          groupInstanceId: instanceId,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata }],
          reason: null,
        },
        ref,
      }),
      this.life.inThisTurn((response) => {
        if (isRefusal(response)) return this.life.later(retryMs, () => this.#join());
        this.#joined(response as JoinAnswer);
      }),
    );
  }

  #joined(answer: JoinAnswer): void {
    switch (answer.errorCode) {
      case errorCodes.NONE:
        this.#memberId = answer.memberId;
        this.#generationId = answer.generationId;
        if (answer.leader === answer.memberId) this.#world.tally.rebalances++;
        return this.#sync(answer);
      case errorCodes.MEMBER_ID_REQUIRED:
        this.#memberId = answer.memberId;
        return this.life.later(0, () => this.#join());
      case errorCodes.FENCED_INSTANCE_ID:
        this.#world.tally.fencings++;
        return this.life.crash();
      case errorCodes.UNKNOWN_MEMBER_ID:
        this.#world.tally.expiries++;
        this.#reset();
        return this.life.later(retryMs, () => this.#join());
      default:
        return this.life.later(retryMs, () => this.#join());
    }
  }

  #sync(joined: JoinAnswer): void {
    const assignments =
      joined.leader === joined.memberId && joined.skipAssignment !== true
        ? this.#assign(joined)
        : [];
    this.#world.ask(
      this.#options.groupId,
      (ref) => ({
        kind: 'syncGroup',
        context: this.#context(5),
        request: {
          groupId: this.#options.groupId,
          generationId: this.#generationId,
          memberId: this.#memberId,
          groupInstanceId: this.#options.instanceId,
          protocolType: 'consumer',
          protocolName: 'range',
          assignments,
        },
        ref,
      }),
      this.life.inThisTurn((response) => {
        if (isRefusal(response)) return this.life.later(retryMs, () => this.#join());
        const { errorCode, assignment } = response as { errorCode: number; assignment: Uint8Array };
        if (errorCode === errorCodes.NONE) this.#settle(assignment);
        else this.#failed(errorCode);
      }),
    );
  }

  /** Partitions dealt out one by one, over the members in the order of their ids. */
  #assign(joined: JoinAnswer): { memberId: string; assignment: Uint8Array }[] {
    const members = joined.members
      .map(({ memberId, metadata }) => ({ memberId, topics: topicsOf(metadata) }))
      .toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
    const shares = new Map(members.map(({ memberId }) => [memberId, new Map<string, number[]>()]));
    for (const topic of new Set(members.flatMap(({ topics }) => topics))) {
      const readers = members.filter(({ topics }) => topics.includes(topic));
      for (let partition = 0; partition < this.#world.partitionsOf(topic); partition++) {
        const reader = readers[partition % readers.length];
        const share = shares.get(reader?.memberId ?? '');
        share?.set(topic, [...(share.get(topic) ?? []), partition]);
      }
    }
    return Array.from(shares, ([memberId, share]) => ({
      memberId,
      assignment: versioned(
        encodeMessage(consumerProtocolAssignment, 1, {
          assignedPartitions: Array.from(share, ([topic, partitions]) => ({ topic, partitions })),
          userData: null,
        }),
      ),
    }));
  }

  #settle(assignment: Uint8Array): void {
    const { assignedPartitions } =
      assignment.length === 0
        ? { assignedPartitions: [] }
        : decodeMessage(consumerProtocolAssignment, 1, new ByteReader([assignment.subarray(2)]));
    for (const { topic, partitions } of assignedPartitions) {
      for (const partition of partitions) {
        this.life.take(`${topic}:${partition}`, this.#generationId, this.#options.instanceId);
      }
    }
    this.life.isSettled = true;
    this.life.later(heartbeatMs, () => this.#heartbeat());
  }

  #heartbeat(): void {
    if (this.#world.below(3) === 0) this.#commit();
    this.#world.ask(
      this.#options.groupId,
      (ref) => ({
        kind: 'heartbeat',
        context: this.#context(4),
        request: {
          groupId: this.#options.groupId,
          generationId: this.#generationId,
          memberId: this.#memberId,
          groupInstanceId: this.#options.instanceId,
        },
        ref,
      }),
      this.life.inThisTurn((response) => {
        const errorCode = isRefusal(response) ? 0 : (response as { errorCode: number }).errorCode;
        if (errorCode === errorCodes.NONE) this.life.later(heartbeatMs, () => this.#heartbeat());
        else this.#failed(errorCode);
      }),
    );
  }

  #failed(errorCode: number): void {
    if (errorCode === errorCodes.FENCED_INSTANCE_ID) {
      this.#world.tally.fencings++;
      return this.life.crash();
    }
    if (errorCode === errorCodes.UNKNOWN_MEMBER_ID) {
      this.#world.tally.expiries++;
      this.#reset();
    }
    if (errorCode === errorCodes.ILLEGAL_GENERATION) {
      this.#world.tally.fencings++;
      this.#generationId = -1;
    }
    this.life.giveUpAll();
    this.life.later(1, () => this.#join());
  }

  #commit(): void {
    const key = this.life.ownedAtRandom();
    if (key === undefined) return;
    commit(this.#world, {
      groupId: this.#options.groupId,
      key,
      memberId: this.#memberId,
      instanceId: this.#options.instanceId,
      generationIdOrMemberEpoch: this.#generationId,
      context: this.#context(9),
    });
  }
}

/** Commits the next offset of a partition, and notes it when that is acknowledged. */
export function commit(
  world: MemberWorld,
  options: {
    readonly groupId: string;
    readonly key: string;
    readonly memberId: string;
    readonly instanceId: string | null;
    readonly generationIdOrMemberEpoch: number;
    readonly context: RequestContext;
  },
): void {
  const { groupId, key } = options;
  const [topic = '', index = '0'] = key.split(':');
  const commitKey = `${groupId}/${key}`;
  const offset = world.commits.next(commitKey);
  world.ask(
    groupId,
    (ref) => ({
      kind: 'offsetCommit',
      context: options.context,
      request: {
        groupId,
        generationIdOrMemberEpoch: options.generationIdOrMemberEpoch,
        memberId: options.memberId,
        groupInstanceId: options.instanceId,
        retentionTimeMs: -1,
        topics: [
          {
            name: topic,
            topicId: world.topicIdOf(topic),
            partitions: [
              {
                partitionIndex: Number(index),
                committedOffset: offset,
                committedLeaderEpoch: -1,
                committedMetadata: '',
              },
            ],
          },
        ],
      },
      ref,
    }),
    (response) => {
      if (isRefusal(response)) return;
      const { topics } = response as CommitAnswer;
      if (topics[0]?.partitions[0]?.errorCode !== 0) return;
      world.commits.acknowledge(commitKey, offset);
      world.tally.commits++;
    },
  );
}

interface CommitAnswer {
  readonly topics: readonly { readonly partitions: readonly { readonly errorCode: number }[] }[];
}

interface JoinAnswer {
  readonly errorCode: number;
  readonly memberId: string;
  readonly generationId: number;
  readonly leader: string;
  readonly skipAssignment?: boolean;
  readonly members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[];
}

function topicsOf(metadata: Uint8Array): string[] {
  const reader = new ByteReader([metadata.subarray(2)]);
  return decodeMessage(consumerProtocolSubscription, 1, reader).topics;
}

function versioned(body: readonly Uint8Array[]): Uint8Array {
  return concatenated([Uint8Array.of(0, 1), ...body]);
}

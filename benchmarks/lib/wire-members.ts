import { encodeAssignment, encodeSubscription } from '../../src/client/group/consumer-protocol.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../../src/protocol/messages/consumer-group-heartbeat.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../src/protocol/messages/find-coordinator.ts';
import { heartbeatRequest, heartbeatResponse } from '../../src/protocol/messages/heartbeat.ts';
import {
  joinGroupRequest,
  joinGroupResponse,
  type JoinGroupResponse,
} from '../../src/protocol/messages/join-group.ts';
import { syncGroupRequest, syncGroupResponse } from '../../src/protocol/messages/sync-group.ts';
import { uuidBytes, decodeUuid } from '../../src/protocol/uuid.ts';
import { nodeRandom } from '../../src/runtime/node/node-random.ts';
import { idleSessionTimeoutMs } from './group-settings.ts';
import type { Wire } from './wire.ts';

/** A member of a group that does what the protocol asks for and nothing else: it reads no records. */
export interface WireMember {
  /** The generation or epoch for which it has its share; -1 before. */
  readonly generation: number;
  /** How many partitions that is. */
  readonly partitionCount: number;
  /** How many members the group has, as far as this one was told. */
  readonly knownMembers: number;
  /** Has it join and stay, until `stop`. */
  run(): Promise<void>;
  stop(): void;
}

/** Of whom and of what a member is, and who is told that it has got its share. */
export interface WireMemberOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly onShare: () => void;
}

const rebalanceTimeoutMs = 60_000;
const heartbeatIntervalMs = 100;
const versions = { join: 5, sync: 3, heartbeat: 3 } as const;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Has the topic of committed offsets made, and waits until the group has a coordinator. */
export async function awaitCoordinator(wire: Wire, groupId: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { errorCode } = await wire.call(findCoordinatorRequest, findCoordinatorResponse, 3, {
      key: groupId,
      keyType: 0,
    });
    const left = { groupId, generationId: -1, memberId: 'nobody' };
    const asked = await wire.call(heartbeatRequest, heartbeatResponse, versions.heartbeat, left);
    if (errorCode === 0 && asked.errorCode === errorCodes.UNKNOWN_MEMBER_ID) return;
    await pause(50);
  }
  throw new Error(`${groupId} has no coordinator`);
}

/** A member by JoinGroup, SyncGroup and Heartbeat. Its leader gives each member one partition. */
export class ClassicWireMember implements WireMember {
  /** Given by the coordinator; empty before. */
  memberId = '';
  generation = -1;
  partitionCount = 0;
  knownMembers = 0;
  readonly #wire: Wire;
  readonly #options: WireMemberOptions;
  #isOver = false;

  constructor(options: WireMemberOptions, modules: { readonly wire: Wire }) {
    this.#options = options;
    this.#wire = modules.wire;
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      if (await this.#join()) await this.#stay();
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  /** False where the group has gone on meanwhile. */
  async #join(): Promise<boolean> {
    const joined = await this.#askToJoin();
    const { groupId } = this.#options;
    if (this.memberId === '' || joined.errorCode === errorCodes.MEMBER_ID_REQUIRED) {
      this.memberId = joined.memberId;
      return false;
    }
    if (joined.errorCode !== 0) throw new Error(`JoinGroup answered ${joined.errorCode}`);
    if (joined.members.length > 0) this.knownMembers = joined.members.length;
    const { generationId } = joined;
    const { errorCode } = await this.#wire.call(
      syncGroupRequest,
      syncGroupResponse,
      versions.sync,
      {
        groupId,
        generationId,
        memberId: this.memberId,
        assignments: this.#sharesFor(joined),
      },
    );
    if (errorCode === errorCodes.REBALANCE_IN_PROGRESS) return false;
    if (errorCode !== 0) throw new Error(`SyncGroup answered ${errorCode}`);
    this.generation = generationId;
    this.partitionCount = 1;
    this.#options.onShare();
    return true;
  }

  #askToJoin(): Promise<JoinGroupResponse> {
    const { groupId, topic } = this.#options;
    const metadata = encodeSubscription({ topics: [topic], owned: [], generationId: -1 });
    return this.#wire.call(joinGroupRequest, joinGroupResponse, versions.join, {
      groupId,
      sessionTimeoutMs: idleSessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata }],
    });
  }

  #sharesFor({ members }: JoinGroupResponse): { memberId: string; assignment: Uint8Array }[] {
    const { topic } = this.#options;
    return members.map(({ memberId }, partition) => ({
      memberId,
      assignment: encodeAssignment([{ topic, partition }]),
    }));
  }

  /** Until the group rebalances. */
  async #stay(): Promise<void> {
    const { groupId } = this.#options;
    while (!this.#isOver) {
      await pause(heartbeatIntervalMs);
      if (this.#isOver) return;
      const { errorCode } = await this.#wire.call(
        heartbeatRequest,
        heartbeatResponse,
        versions.heartbeat,
        { groupId, generationId: this.generation, memberId: this.memberId },
      );
      if (errorCode === errorCodes.REBALANCE_IN_PROGRESS) return;
      if (errorCode !== 0) throw new Error(`Heartbeat answered ${errorCode}`);
    }
  }
}

/** A member by ConsumerGroupHeartbeat alone (KIP-848). */
export class ConsumerWireMember implements WireMember {
  generation = -1;
  partitionCount = 0;
  knownMembers = 0;
  readonly #wire: Wire;
  readonly #options: WireMemberOptions;
  readonly #memberId = decodeUuid(nodeRandom.bytes(uuidBytes), 0);
  #owned: readonly { topicId: string; partitions: readonly number[] }[] = [];
  #isOver = false;

  constructor(options: WireMemberOptions, modules: { readonly wire: Wire }) {
    this.#options = options;
    this.#wire = modules.wire;
  }

  async run(): Promise<void> {
    const joined = await this.#ask(0, {
      rebalanceTimeoutMs,
      subscribedTopicNames: [this.#options.topic],
      topicPartitions: [],
    });
    this.#take(joined);
    let { heartbeatIntervalMs: intervalMs, assignment } = joined;
    while (!this.#isOver) {
      // What it was given or has given up it says at once.
      if (assignment === null) await pause(intervalMs);
      if (this.#isOver) return;
      const told = assignment === null ? {} : { topicPartitions: this.#owned };
      const answer = await this.#ask(this.generation, told);
      this.#take(answer);
      ({ heartbeatIntervalMs: intervalMs, assignment } = answer);
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  #ask(memberEpoch: number, told: object): Promise<HeartbeatAnswer> {
    const { groupId } = this.#options;
    const request = { groupId, memberId: this.#memberId, memberEpoch, ...told };
    return this.#wire.call(
      consumerGroupHeartbeatRequest,
      consumerGroupHeartbeatResponse,
      1,
      request,
    );
  }

  #take({ errorCode, errorMessage, memberEpoch, assignment }: HeartbeatAnswer): void {
    if (errorCode !== 0) throw new Error(`heartbeat answered ${errorCode}: ${errorMessage}`);
    this.generation = memberEpoch;
    if (assignment !== null) {
      this.#owned = assignment.topicPartitions;
      this.partitionCount = this.#owned.reduce((sum, { partitions }) => sum + partitions.length, 0);
    }
    this.#options.onShare();
  }
}

interface HeartbeatAnswer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment: {
    readonly topicPartitions: readonly { topicId: string; partitions: readonly number[] }[];
  } | null;
}

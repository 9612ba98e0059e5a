import assert from 'node:assert/strict';
import type { RequestRef } from '../../../src/coordinator/coordinator.ts';
import { Kip848Groups } from '../../../src/coordinator/group/consumer/consumer-groups.ts';
import { GroupCoordinator } from '../../../src/coordinator/group/group-coordinator.ts';
import type {
  GroupEvent,
  TopicsView,
  TopicView,
} from '../../../src/coordinator/group/group-events.ts';
import {
  decodeGroupRecord,
  encodeGroupRecord,
  type GroupRecord,
} from '../../../src/coordinator/group/group-records.ts';
import type { GroupSettings } from '../../../src/coordinator/group/group-settings.ts';
import { CoordinatorRuntime } from '../../../src/coordinator/runtime/coordinator-runtime.ts';
import { Prng } from '../../../src/runtime/simulated/prng.ts';
import { TimerWheel } from '../../../src/runtime/timer-wheel.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { ClassicMember } from './classic-member.ts';
import { Commits } from './commits.ts';
import { ConsumerMember } from './consumer-member.ts';
import type { Member, MemberWorld, Tally } from './member.ts';
import { Ownership } from './ownership.ts';
import { RandomLog } from './random-log.ts';
import { VirtualTime } from './virtual-time.ts';

const sessionTimeoutMs = 3000;
const rebalanceTimeoutMs = 4000;
/** Longer than any session and any rebalance. */
const settleMs = 30_000;
const topics = ['ipl-news', 'ipl-scores', 'weather'] as const;

const settings: GroupSettings = {
  groupInitialRebalanceDelayMs: 100,
  groupMinSessionTimeoutMs: 1000,
  groupMaxSessionTimeoutMs: 10_000,
  groupMaxSize: 1000,
  groupConsumerMaxSize: 1000,
  groupConsumerAssignors: ['uniform', 'range'],
  groupConsumerMigrationPolicy: 'BIDIRECTIONAL',
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 7 * 86_400_000,
  offsetsRetentionCheckIntervalMs: 600_000,
};

/**
 * Groups of both protocols, their coordinator on a log that loses leadership and fails, and members that
 * come, stall, crash and go. Everything is drawn from one seed, on one virtual clock.
 */
export class GroupWorld implements MemberWorld {
  readonly ownership = new Ownership();
  readonly commits = new Commits();
  readonly tally: Tally;
  readonly members: Member[] = [];
  readonly #time = new VirtualTime();
  readonly #random: Prng;
  readonly #partitionCounts = new Map<string, number>(topics.map((topic) => [topic, 3]));
  readonly #runtime: CoordinatorRuntime<GroupEvent, GroupRecord>;
  #log: RandomLog;
  #isQuiet = false;
  #made = 0;

  constructor(seed: number, tally: Tally) {
    this.tally = tally;
    this.#random = new Prng(`groups/${seed}`);
    this.#log = this.#newLog();
    const clock = this.#time;
    this.#runtime = new CoordinatorRuntime<GroupEvent, GroupRecord>(
      { topic: '__consumer_offsets' },
      {
        clock,
        timers: clock,
        wheel: new TimerWheel({}, { clock, timers: clock }),
        logger: silentLogger,
        settings: () => ({
          compression: 'none',
          commitTimeoutMs: 5000,
          loadBufferBytes: 1 << 20,
          decompressedBytesMax: 1 << 20,
        }),
        create: () => this.#newCoordinator(),
        encode: encodeGroupRecord,
        decode: decodeGroupRecord,
        defect: (error) => {
          throw error;
        },
      },
    );
    this.#runtime.led(0, this.#log);
  }

  #newCoordinator(): GroupCoordinator {
    const view = this.#topicsView();
    const modules = {
      topics: view,
      settings: () => settings,
      newUuid: () => `uuid-${this.#random.below(2 ** 40)}`,
    };
    return new GroupCoordinator({
      ...modules,
      newConsumerGroups: (shared) =>
        new Kip848Groups({
          ...modules,
          ...shared,
          settingsOf: () => ({
            sessionTimeoutMs,
            heartbeatIntervalMs: 500,
            unsettledHeartbeatIntervalMs: 500,
            assignmentIntervalMs: 0,
          }),
          newMemberId: modules.newUuid,
        }),
    });
  }

  #topicsView(): TopicsView {
    const viewOf = (name: string): TopicView | undefined => {
      const partitionCount = this.#partitionCounts.get(name);
      if (partitionCount === undefined) return undefined;
      return {
        name,
        topicId: this.topicIdOf(name),
        partitionCount,
        racks: Array.from({ length: partitionCount }, () => []),
      };
    };
    return {
      byName: viewOf,
      byId: (topicId) => {
        const name = this.topicNameOf(topicId);
        return name === undefined ? undefined : viewOf(name);
      },
      names: () => this.#partitionCounts.keys(),
    };
  }

  #newLog(): RandomLog {
    return new RandomLog({
      after: (delayMs, callback) => this.after(delayMs, callback),
      below: (bound) => this.below(bound),
    });
  }

  partitionsOf(topic: string): number {
    return this.#partitionCounts.get(topic) ?? 0;
  }

  topicIdOf(topic: string): string {
    return topic.padEnd(21, '_').replaceAll('-', '_') + 'A';
  }

  topicNameOf(topicId: string): string | undefined {
    return topics.find((topic) => this.topicIdOf(topic) === topicId);
  }

  after(delayMs: number, callback: () => void): void {
    this.#time.setTimer(delayMs, callback);
  }

  below(bound: number): number {
    return this.#random.below(bound);
  }

  ask(
    _groupId: string,
    eventOf: (ref: RequestRef<never>) => GroupEvent,
    answered: (response: unknown) => void,
  ): void {
    this.after(this.below(3), () => {
      const back = (response: unknown): void => this.after(this.below(3), () => answered(response));
      this.#runtime.ask(0, eventOf, { answered: back, refused: (refused) => back({ refused }) });
    });
  }

  /** Runs the world: trouble first, then quiet, in which every group must settle. */
  run(): void {
    this.#log.trouble = 40;
    for (let index = 0; index < 12; index++) this.#addMember();
    for (let step = 0; step < 40; step++) {
      this.#disturb();
      this.#time.runFor(50 + this.below(400));
    }
    this.#isQuiet = true;
    this.#log.trouble = 0;
    this.#time.runFor(settleMs);
    for (const groupId of new Set(this.members.map((member) => member.life.groupId))) {
      this.#checkSettled(groupId);
    }
    this.#checkCommits();
  }

  #disturb(): void {
    const member = this.members[this.below(this.members.length)] as Member;
    switch (this.below(9)) {
      case 0:
      case 1:
      case 2:
        return this.#addMember();
      case 3:
        return member.life.crash();
      case 4:
        return member.leave();
      case 5:
        return member.life.stall(this.below(2) === 0 ? 200 : 2 * sessionTimeoutMs);
      case 6:
        return this.#loseLeadership();
      case 7:
        return this.#addPartition();
      default:
        return this.#checkCommits();
    }
  }

  /** Groups `classic-N` have classic members, `consumer-N` the others, and `both-N` now these and now those. */
  #addMember(): void {
    const kind = (['classic', 'consumer', 'both'] as const)[this.below(3)] ?? 'both';
    const groupId = `${kind}-${this.below(2)}`;
    const name = `member-${this.#made++}`;
    const isClassic = kind === 'classic' || (kind === 'both' && this.below(2) === 0);
    const member = isClassic
      ? this.#classicMember(name, groupId)
      : this.#consumerMember(name, groupId);
    if (kind === 'both') this.#noteProtocol(groupId, isClassic);
    this.tally.members++;
    this.members.push(member);
    member.start();
  }

  #noteProtocol(groupId: string, isClassic: boolean): void {
    const others = this.members.filter(
      (other) => other.life.groupId === groupId && other.life.isLive,
    );
    if (others.some((other) => other instanceof ClassicMember !== isClassic)) {
      this.tally.protocolChanges++;
    }
  }

  #classicMember(name: string, groupId: string): ClassicMember {
    const isStatic = this.below(2) === 0;
    return new ClassicMember(
      {
        name,
        groupId,
        instanceId: isStatic ? `instance-${this.below(3)}` : null,
        topics: ['ipl-news', 'weather'],
        sessionTimeoutMs,
        rebalanceTimeoutMs,
      },
      this,
    );
  }

  #consumerMember(name: string, groupId: string): ConsumerMember {
    const byPattern = groupId.startsWith('consumer') && this.below(3) === 0;
    return new ConsumerMember(
      {
        name,
        groupId,
        memberId: `${name}-id`,
        topics: byPattern ? ['ipl-news', 'ipl-scores'] : ['ipl-news', 'weather'],
        regex: byPattern ? 'ipl-.*' : null,
        assignor: (['uniform', 'range', null] as const)[this.below(3)] ?? null,
        rebalanceTimeoutMs,
      },
      this,
    );
  }

  /** Another broker leads for a moment; then this one does again, from what was committed. */
  #loseLeadership(): void {
    if (this.#isQuiet) return;
    this.tally.lostLeaderships++;
    this.#runtime.resigned(0);
    this.#log.fail('NOT_LEADER_OR_FOLLOWER');
    const before = this.#log;
    this.#log = this.#newLog();
    this.#log.trouble = before.trouble;
    this.#log.committed.push(...before.committed);
    this.#log.highWatermark = this.#log.endOffset = before.highWatermark;
    const log = this.#log;
    this.after(this.below(300), () => {
      if (log === this.#log) this.#runtime.led(0, log);
    });
  }

  #addPartition(): void {
    const topic = topics[this.below(topics.length)] as string;
    if (this.partitionsOf(topic) >= 8) return;
    this.#partitionCounts.set(topic, this.partitionsOf(topic) + 1);
    this.#runtime.tellAll({ kind: 'topicsChanged', names: [topic] });
  }

  /** Every partition that a live member of the group reads is owned by one, and by one alone. */
  #checkSettled(groupId: string): void {
    const live = this.members.filter(
      (member) => member.life.groupId === groupId && member.life.isLive,
    );
    for (const member of live)
      assert.ok(member.life.isSettled, `${member.life.name} of ${groupId} settles`);
    // Classic leaders here learn of new partitions only when they assign anew.
    const owned = live.flatMap((member) => [...member.life.owned]);
    assert.equal(new Set(owned).size, owned.length, `${groupId}: ${owned.toSorted().join(' ')}`);
    for (const topic of new Set(live.flatMap((member) => [...member.topics]))) {
      const isFollowed = live.some((member) => member instanceof ConsumerMember);
      const count = isFollowed ? this.partitionsOf(topic) : 3;
      for (let partition = 0; partition < count; partition++) {
        assert.ok(owned.includes(`${topic}:${partition}`), `${groupId} owns ${topic}:${partition}`);
      }
    }
  }

  #checkCommits(): void {
    for (const commitKey of this.commits.keys()) {
      const [groupId = '', key = ''] = commitKey.split('/');
      const [name = '', partition = '0'] = key.split(':');
      const least = this.commits.leastOf(commitKey);
      this.ask(
        groupId,
        (ref) => ({
          kind: 'offsetFetch',
          context: { apiVersion: 9, clientId: '', clientHost: '/127.0.0.1' },
          request: {
            groupId,
            memberId: null,
            memberEpoch: -1,
            topics: [
              { name, topicId: this.topicIdOf(name), partitionIndexes: [Number(partition)] },
            ],
            requireStable: false,
          },
          ref,
        }),
        (response) => {
          const { topics: answered } = response as FetchAnswer;
          const offset = answered?.[0]?.partitions[0]?.committedOffset;
          if (offset !== undefined) this.commits.check(commitKey, least, offset);
          else assert.ok(!this.#isQuiet, `${commitKey} is answered`);
        },
      );
    }
    if (this.#isQuiet) this.#time.runFor(1000);
  }
}

interface FetchAnswer {
  readonly topics?: readonly {
    readonly partitions: readonly { readonly committedOffset: number }[];
  }[];
}

import type {
  AppendError,
  CoordinatorEvent,
  Decision,
  Reply,
} from '../../../../src/coordinator/coordinator.ts';
import { Kip848Groups } from '../../../../src/coordinator/group/consumer/consumer-groups.ts';
import { GroupCoordinator } from '../../../../src/coordinator/group/group-coordinator.ts';
import type { GroupEvent } from '../../../../src/coordinator/group/group-events.ts';
import {
  decodeGroupRecord,
  encodeGroupRecord,
} from '../../../../src/coordinator/group/group-records.ts';
import type { GroupRecord, RecordBytes } from '../../../../src/coordinator/group/group-records.ts';
import type {
  ConsumerGroupSettings,
  GroupSettings,
} from '../../../../src/coordinator/group/group-settings.ts';
import type { Group } from '../../../../src/coordinator/group/group.ts';
import { must } from '../../../../src/util/assert.ts';
import { TestTopics } from './test-topics.ts';

type RequestEvent = Extract<GroupEvent, { readonly ref: unknown }>;
type RequestOf<K extends RequestEvent['kind']> = Extract<RequestEvent, { readonly kind: K }>;
type ResponseOf<K extends RequestEvent['kind']> = NonNullable<RequestOf<K>['ref']['response']>;

/** What was due when a host let time pass. */
export interface HostEvents {
  wrote?(record: GroupRecord): void;
  /** The reply to a request that was asked before. */
  repliedLater?(reply: Reply): void;
}

/**
 * A group coordinator on a log in memory and given time. What is decided is encoded, decoded and replayed as
 * its runtime would do, unless the next append is to be refused.
 */
export class ConsumerHost {
  readonly topics = new TestTopics();
  readonly log: RecordBytes[] = [];
  settings: GroupSettings = {
    groupInitialRebalanceDelayMs: 0,
    groupMinSessionTimeoutMs: 6000,
    groupMaxSessionTimeoutMs: 1_800_000,
    groupMaxSize: 1000,
    groupConsumerMaxSize: 1000,
    groupConsumerAssignors: ['uniform', 'range'],
    groupConsumerMigrationPolicy: 'BIDIRECTIONAL',
    offsetMetadataMaxBytes: 4096,
    offsetsRetentionMs: 604_800_000,
    offsetsRetentionCheckIntervalMs: 600_000,
  };
  groupSettings: ConsumerGroupSettings = {
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 5000,
    unsettledHeartbeatIntervalMs: 5000,
    assignmentIntervalMs: 0,
  };
  /** The next append is refused with this. */
  refusal: AppendError | undefined;
  nowMs = 1_000_000;
  coordinator: GroupCoordinator;
  /** The table of groups of this coordinator. */
  groups: ReadonlyMap<string, Group> = new Map();
  readonly #events: HostEvents;
  readonly #deadlines = new Map<string, number>();
  readonly #replies = new Map<number, unknown>();
  #nextRequestId = 1;
  #nextUuid = 1;

  constructor(events: HostEvents = {}) {
    this.#events = events;
    this.coordinator = this.replayed();
    this.tell({ kind: 'loaded' });
  }

  /** Asks, and gives the reply; undefined while there is none. */
  ask<K extends RequestEvent['kind']>(
    request: Omit<RequestOf<K>, 'ref'> & { readonly kind: K },
  ): { readonly id: number; readonly reply: ResponseOf<K> | undefined } {
    const id = this.#nextRequestId++;
    this.#handle({ ...request, ref: { id } } as unknown as RequestEvent, id);
    return { id, reply: this.#replies.get(id) as ResponseOf<K> | undefined };
  }

  /** Tells what is no request. */
  tell(event: Exclude<GroupEvent, RequestEvent> | CoordinatorEvent): void {
    this.#handle(event, undefined);
  }

  setTopic(name: string, partitionCount: number): void {
    this.topics.set(name, partitionCount);
    this.tell({ kind: 'topicsChanged', names: [name] });
  }

  deleteTopic(name: string): void {
    this.topics.delete(name);
    this.tell({ kind: 'topicsChanged', names: [name] });
    this.tell({ kind: 'topicsDeleted', names: [name] });
  }

  /** Time passes, and what is due happens. */
  wait(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      let key: string | undefined;
      let atMs = untilMs;
      for (const [otherKey, otherMs] of this.#deadlines) {
        if (otherMs > atMs || (key !== undefined && otherMs === atMs)) continue;
        key = otherKey;
        atMs = otherMs;
      }
      if (key === undefined) break;
      this.nowMs = Math.max(this.nowMs, atMs);
      this.#deadlines.delete(key);
      this.tell({ kind: 'deadline', key });
    }
    this.nowMs = untilMs;
  }

  /** Another coordinator takes over, which knows the log and nothing else. */
  restart(): void {
    this.#deadlines.clear();
    this.coordinator = this.replayed();
    this.tell({ kind: 'loaded' });
  }

  /** A coordinator that has read the log; its table of groups is `groups` from then on. */
  replayed(): GroupCoordinator {
    const coordinator = new GroupCoordinator({
      topics: this.topics,
      settings: () => this.settings,
      newUuid: () => `uuid-${this.#nextUuid++}`,
      newConsumerGroups: (shared) => {
        this.groups = shared.groups;
        return new Kip848Groups({
          ...shared,
          topics: this.topics,
          settings: () => this.settings,
          settingsOf: () => this.groupSettings,
          newMemberId: () => `member-${this.#nextUuid++}`,
        });
      },
    });
    for (const bytes of this.log) coordinator.replay(must(decodeGroupRecord(bytes)));
    return coordinator;
  }

  #handle(event: GroupEvent | CoordinatorEvent, requestId: number | undefined): void {
    const decision = this.coordinator.handle(event, this.nowMs);
    if (decision.records.length > 0 && this.refusal !== undefined) {
      const error = this.refusal;
      this.refusal = undefined;
      this.#ended(decision, error);
      return;
    }
    for (const record of decision.records) {
      const bytes = encodeGroupRecord(record);
      this.log.push(bytes);
      this.coordinator.replay(must(decodeGroupRecord(bytes)));
      this.#events.wrote?.(record);
    }
    for (const { key, atMs } of decision.deadlines) {
      if (atMs === undefined) this.#deadlines.delete(key);
      else this.#deadlines.set(key, atMs);
    }
    for (const reply of decision.replies) {
      this.#replies.set(reply.requestId, reply.response);
      if (reply.requestId !== requestId) this.#events.repliedLater?.(reply);
    }
    this.#ended(decision, undefined);
  }

  #ended({ appendTag }: Decision<GroupRecord>, error: AppendError | undefined): void {
    if (appendTag !== undefined) this.tell({ kind: 'appendEnded', tag: appendTag, error });
  }
}

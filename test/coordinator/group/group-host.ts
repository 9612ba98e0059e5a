import type {
  AppendError,
  CoordinatorEvent,
  Decision,
  Reply,
} from '../../../src/coordinator/coordinator.ts';
import { GroupCoordinator } from '../../../src/coordinator/group/group-coordinator.ts';
import type { GroupEvent, TopicView } from '../../../src/coordinator/group/group-events.ts';
import {
  decodeGroupRecord,
  encodeGroupRecord,
} from '../../../src/coordinator/group/group-records.ts';
import type { GroupRecord, RecordBytes } from '../../../src/coordinator/group/group-records.ts';
import type { GroupSettings } from '../../../src/coordinator/group/group-settings.ts';
import { must } from '../../../src/util/assert.ts';

/** Apache Kafka's defaults, but for the bound of sizes. */
const defaultSettings: GroupSettings = {
  groupInitialRebalanceDelayMs: 3000,
  groupMinSessionTimeoutMs: 6000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupMaxSize: 1000,
  groupConsumerMaxSize: 1000,
  groupConsumerAssignors: ['uniform', 'range'],
  groupConsumerMigrationPolicy: 'BIDIRECTIONAL',
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 7 * 24 * 3_600_000,
  offsetsRetentionCheckIntervalMs: 600_000,
};

/** What the host saw. */
export interface HostEvents {
  wrote?(record: GroupRecord): void;
  replied?(reply: Reply): void;
  /** A request that was refused because its records were. */
  refused?(requestId: number, error: AppendError): void;
  due?(key: string, nowMs: number): void;
}

type RequestEvent = Extract<GroupEvent, { ref: unknown }>;
type Asked = {
  [K in RequestEvent['kind']]: Omit<Extract<RequestEvent, { kind: K }>, 'ref'>;
}[RequestEvent['kind']];

interface Append {
  readonly tag: string | undefined;
  readonly replies: readonly Reply[];
}

/**
 * Runs a group coordinator as its runtime does, on a log in memory and given time: replays what was decided,
 * holds replies until it is committed, and lets deadlines come due.
 */
export class GroupHost {
  readonly log: RecordBytes[] = [];
  readonly topics = new Map<string, TopicView>();
  settings: GroupSettings = defaultSettings;
  /** While false, what is appended stays uncommitted. */
  commits = true;
  /** The next append is refused with this. */
  refusal: AppendError | undefined;
  nowMs = 0;
  coordinator: GroupCoordinator;
  readonly #events: HostEvents;
  #deadlines = new Map<string, number>();
  #uncommitted: Append[] = [];
  #nextRequestId = 1;
  #nextUuid = 1;
  /** Requests without a reply. */
  #open = new Set<number>();
  /** Requests whose senders have gone, for which an answer may be under way. */
  readonly #gone = new Set<number>();

  constructor(events: HostEvents = {}) {
    this.#events = events;
    this.coordinator = this.#newCoordinator();
    this.tell({ kind: 'loaded' });
  }

  /** Of the request that is asked next. */
  get nextRequestId(): number {
    return this.#nextRequestId;
  }

  get openRequests(): ReadonlySet<number> {
    return this.#open;
  }

  get deadlines(): ReadonlyMap<string, number> {
    return this.#deadlines;
  }

  setTopic(name: string, partitionCount: number, topicId = idOf(name)): void {
    this.topics.set(name, { name, topicId, partitionCount, racks: [] });
  }

  /** Sends a request; its id. */
  ask(request: Asked): number {
    const id = this.#nextRequestId++;
    this.#open.add(id);
    this.#handle({ ...request, ref: { id } } as RequestEvent, id);
    return id;
  }

  /** Tells what is no request. */
  tell(event: Exclude<GroupEvent, { ref: unknown }> | CoordinatorEvent): void {
    this.#handle(event, undefined);
  }

  /** The sender of a request goes. */
  abandon(requestId: number): void {
    if (!this.#open.delete(requestId)) return;
    this.#gone.add(requestId);
    this.tell({ kind: 'requestGone', requestId });
  }

  /** Time passes, and deadlines come due one after the other. */
  wait(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.#nextDeadline();
      if (next === undefined || next.atMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.#deadlines.delete(next.key);
      this.#events.due?.(next.key, this.nowMs);
      this.tell({ kind: 'deadline', key: next.key });
    }
    this.nowMs = untilMs;
  }

  /** Commits what was appended, and what follows from that. */
  commit(): void {
    while (this.commitOne());
  }

  /** Commits the decision that waits the longest. False if none waits. */
  commitOne(): boolean {
    const append = this.#uncommitted.shift();
    if (append === undefined) return false;
    for (const reply of append.replies) this.#deliver(reply);
    if (append.tag !== undefined) {
      this.tell({ kind: 'appendEnded', tag: append.tag, error: undefined });
    }
    return true;
  }

  /** The coordinator is lost with all that it did not write, and a new one loads the log. */
  restart(): void {
    this.#deadlines = new Map();
    this.#uncommitted = [];
    this.#open = new Set();
    this.coordinator = this.replayed();
    this.tell({ kind: 'loaded' });
  }

  /** A coordinator that has read the log. */
  replayed(): GroupCoordinator {
    const coordinator = this.#newCoordinator();
    for (const bytes of this.log) coordinator.replay(must(decodeGroupRecord(bytes)));
    return coordinator;
  }

  #newCoordinator(): GroupCoordinator {
    return new GroupCoordinator({
      topics: {
        byName: (name) => this.topics.get(name),
        byId: (id) => [...this.topics.values()].find(({ topicId }) => topicId === id),
        names: () => this.topics.keys(),
      },
      settings: () => this.settings,
      newUuid: () => String(this.#nextUuid++),
    });
  }

  #handle(event: GroupEvent | CoordinatorEvent, requestId: number | undefined): void {
    const decision = this.coordinator.handle(event, this.nowMs);
    const answersOthers = decision.replies.some((reply) => reply.requestId !== requestId);
    if (decision.records.length > 0 && answersOthers) {
      throw new Error('a decision with records answers no other request than its own');
    }
    if (decision.records.length > 0 && this.refusal !== undefined) {
      const error = this.refusal;
      this.refusal = undefined;
      this.#refuse(decision, requestId, error);
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
    this.#uncommitted.push({ tag: decision.appendTag, replies: decision.replies });
    if (this.commits) this.commit();
  }

  #refuse(
    decision: Decision<GroupRecord>,
    requestId: number | undefined,
    error: AppendError,
  ): void {
    if (requestId !== undefined && this.#open.delete(requestId)) {
      this.#events.refused?.(requestId, error);
    }
    if (decision.appendTag !== undefined) {
      this.tell({ kind: 'appendEnded', tag: decision.appendTag, error });
    }
  }

  #deliver(reply: Reply): void {
    if (this.#gone.delete(reply.requestId)) return;
    if (!this.#open.delete(reply.requestId)) {
      throw new Error(`request ${reply.requestId} is answered twice, or was never asked`);
    }
    this.#events.replied?.(reply);
  }

  #nextDeadline(): { key: string; atMs: number } | undefined {
    let next: { key: string; atMs: number } | undefined;
    for (const [key, atMs] of this.#deadlines) {
      if (next === undefined || atMs < next.atMs) next = { key, atMs };
    }
    return next;
  }
}

/** A topic id that a person can tell: the name in front of 22 characters. */
export function idOf(name: string): string {
  return (
    `${name.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 21)}${'A'.repeat(22)}`.slice(0, 21) + 'A'
  );
}
